#pragma once

#include "verbs.h"

namespace electra {

/// electra prepare.
[[nodiscard]] Verb prepare_verb();

}  // namespace electra
