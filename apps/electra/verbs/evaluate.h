#pragma once

#include "verbs.h"

namespace electra {

/// electra evaluate.
[[nodiscard]] Verb evaluate_verb();

}  // namespace electra
