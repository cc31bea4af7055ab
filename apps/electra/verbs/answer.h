#pragma once

#include "verbs.h"

namespace electra {

/// electra answer.
[[nodiscard]] Verb answer_verb();

}  // namespace electra
