#pragma once

#include <initializer_list>

#include "electra/core/parameters.h"

namespace electra {

/// Makes a store of f32 on a CPU one for inference: the weights of linear layers are packed in
/// this format, and unless that is f32 the tables named here are rounded to bf16. What was there
/// before is given back to the system.
void pack_weights(ParameterStore& store, WeightFormat format,
                  std::initializer_list<const Parameter*> tables);

}  // namespace electra
