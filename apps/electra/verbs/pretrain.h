#pragma once

#include "verbs.h"

namespace electra {

/// electra pretrain.
[[nodiscard]] Verb pretrain_verb();

}  // namespace electra
