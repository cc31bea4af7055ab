#pragma once

#include "verbs.h"

namespace electra {

/// electra tokenize.
[[nodiscard]] Verb tokenize_verb();

}  // namespace electra
