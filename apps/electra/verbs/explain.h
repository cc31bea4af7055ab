#pragma once

#include "verbs.h"

namespace electra {

[[nodiscard]] Verb explain_verb();

}  // namespace electra
