#pragma once

#include "verbs.h"

namespace electra {

/// electra info.
[[nodiscard]] Verb info_verb();

}  // namespace electra
