#pragma once

#include <span>
#include <string>

#include "verbs.h"

namespace electra {

/// The page of man that says all that the verbs' --help do, as roff.
[[nodiscard]] std::string manual_page(std::span<const Verb> verbs);

}  // namespace electra
