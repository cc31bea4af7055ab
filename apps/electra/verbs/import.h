#pragma once

#include "verbs.h"

namespace electra {

/// electra import.
[[nodiscard]] Verb import_verb();

}  // namespace electra
