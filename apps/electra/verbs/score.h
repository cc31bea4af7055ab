#pragma once

#include "verbs.h"

namespace electra {

/// electra score.
[[nodiscard]] Verb score_verb();

}  // namespace electra
