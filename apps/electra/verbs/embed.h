#pragma once

#include "verbs.h"

namespace electra {

/// electra embed.
[[nodiscard]] Verb embed_verb();

}  // namespace electra
