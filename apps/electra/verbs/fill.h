#pragma once

#include "verbs.h"

namespace electra {

/// electra fill.
[[nodiscard]] Verb fill_verb();

}  // namespace electra
