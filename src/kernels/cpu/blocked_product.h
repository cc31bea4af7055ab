#pragma once

#include "core/cpu/cpu_context.h"
#include "electra/kernels/matmul.h"

namespace electra::cpu {

/// The matrix product by the library's own register tiles, converting bf16 as it packs. The same
/// bits for every number of threads and every split of the rows or columns of c.
void blocked_product(CpuContext& context, const Matmul& kernel);

}  // namespace electra::cpu
