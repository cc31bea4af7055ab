#pragma once

#include "verbs.h"

namespace electra {

/// electra predict.
[[nodiscard]] Verb predict_verb();

}  // namespace electra
