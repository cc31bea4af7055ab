#pragma once

#include <string_view>

#include "electra/core/error.h"
#include "electra/core/shape.h"

namespace electra {

/// Throws ConfigError with the path of a value, what was expected and found, unless `condition`:
/// for what relates several values. The range of one stands where its field is listed.
void expect(bool condition, std::string_view path, std::string_view expected, double found);

}  // namespace electra
