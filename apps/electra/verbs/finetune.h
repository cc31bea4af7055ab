#pragma once

#include "verbs.h"

namespace electra {

/// electra finetune.
[[nodiscard]] Verb finetune_verb();

}  // namespace electra
