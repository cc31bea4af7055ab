#pragma once

#include "arguments.h"

namespace electra {

/// electra evaluate pretrained: the figures of a pretraining run's networks on another text.
[[nodiscard]] int evaluate_pretrained(const Arguments& arguments);

}  // namespace electra
