#pragma once

#include "verbs.h"

namespace electra {

/// electra check.
[[nodiscard]] Verb check_verb();

}  // namespace electra
