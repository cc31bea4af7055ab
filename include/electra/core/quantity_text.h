#pragma once

#include <string>

#include "electra/core/shape.h"

namespace electra {

/// Quantities as people read them, the same in every line, page and message.

/// "412,345".
[[nodiscard]] std::string count_text(Index count);
/// Three digits or four: "950", "12.3k", "1.25M".
[[nodiscard]] std::string short_count_text(double count);
/// "1h02m", "3m07s", "12s".
[[nodiscard]] std::string duration_text(double seconds);
/// A limit or a short time, to the tenth above a second: "600 s", "2.5 s", "0.05 s".
[[nodiscard]] std::string seconds_text(double seconds);
/// "12 MB", "1.3 GB": powers of ten.
[[nodiscard]] std::string bytes_text(Index bytes);

}  // namespace electra
