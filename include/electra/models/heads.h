#pragma once

#include <span>
#include <string_view>

#include "electra/models/head.h"

namespace electra {

/// Every head that there is: the table in heads.cpp.
[[nodiscard]] std::span<const HeadKind> head_kinds();

/// The one of this name. Throws ConfigError that lists the names for one that there is not.
[[nodiscard]] const HeadKind& head_kind(std::string_view name);

}  // namespace electra
