#pragma once

#include "verbs.h"

namespace electra {

/// electra search.
[[nodiscard]] Verb search_verb();

}  // namespace electra
