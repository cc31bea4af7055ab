#pragma once

#include <string>

#include "electra/core/shape.h"

namespace electra {

/// Quantities as people read them, the same in every line, page and message.

/// "412,345".
[[nodiscard]] std::string count_text(Index count);
/// Three digits or four: "950", "12.3k", "1.25M".
[[nodiscard]] std::string short_count_text(double count);
/// How many times something is: two digits, or a count: "0.059", "2.6", "130", "2,520".
[[nodiscard]] std::string times_text(double times);
/// Three digits of a percentage, however small: "34.2 %", "0.0213 %".
[[nodiscard]] std::string percent_text(double share);
/// Two digits of it, never "100 %" of less than all: "3.3 %", "99 %".
[[nodiscard]] std::string percent_text(Index part, Index whole);
/// "1h02m", "3m07s", "12s".
[[nodiscard]] std::string duration_text(double seconds);
/// A limit or a short time, to the tenth above a second: "600 s", "2.5 s", "0.05 s".
[[nodiscard]] std::string seconds_text(double seconds);
/// "12 MB", "1.3 GB": powers of ten.
[[nodiscard]] std::string bytes_text(Index bytes);

}  // namespace electra
