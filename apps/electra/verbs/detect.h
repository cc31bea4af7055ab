#pragma once

#include "verbs.h"

namespace electra {

/// electra detect.
[[nodiscard]] Verb detect_verb();

}  // namespace electra
