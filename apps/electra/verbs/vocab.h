#pragma once

#include "verbs.h"

namespace electra {

/// electra vocab.
[[nodiscard]] Verb vocab_verb();

}  // namespace electra
