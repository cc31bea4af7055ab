#pragma once

#include <initializer_list>

#include "kernels/cuda/launch.cuh"

namespace electra::cuda {

/// Blocks that work on rows whose columns are summed: a constant, so that sums have the same bits
/// on every card.
inline constexpr Index most_partials = 256;

/// Where the next kernel leaves partial sums [parts, targets, width], f32. Every target [width]
/// gets, or adds, the sum over the parts in a fixed order: not at once, but together with others in
/// one kernel, before anything else touches it (CudaContext::about_to_use).
[[nodiscard]] float* partial_sums(CudaContext& context, Index parts, Index width,
                                  std::initializer_list<float*> targets, Write write = Write::add);

}  // namespace electra::cuda
