#pragma once

#include <initializer_list>

#include "electra/core/parameters.h"

namespace electra {

/// Before a store is allocated for inference on a CPU: the weights of linear layers are to be kept
/// packed in this format, and the tables named here where a file has them.
void keep_packed(ParameterStore& store, Context& context, WeightFormat format,
                 std::initializer_list<const Parameter*> tables);

}  // namespace electra
