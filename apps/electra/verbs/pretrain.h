#pragma once

#include "verbs.h"

namespace electra {

/// `pretrain`: an encoder of raw text.
[[nodiscard]] Verb pretrain_verb();

}  // namespace electra
