#pragma once

#include "arguments.h"

namespace electra {

inline constexpr OptionInfo every_option{"--every", OptionInfo::Kind::integer, "N",
                                         "blimp: each Nth pair alone (default: 1, all of them)"};

/// electra evaluate blimp: how often a generator or a discriminator prefers the good sentence of a
/// minimal pair.
[[nodiscard]] int evaluate_blimp(const Arguments& arguments);

}  // namespace electra
