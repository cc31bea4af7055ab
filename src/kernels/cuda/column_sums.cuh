#pragma once

#include <initializer_list>
#include <span>

#include "kernels/cuda/launch.cuh"

namespace electra::cuda {

/// Blocks that work on rows whose columns are summed: a constant, so that sums have the same bits
/// on every card.
inline constexpr Index most_partials = 256;

/// A vector [width] that gets, or is added, a sum over rows.
struct SumTarget {
  float* data;
  Index width;
};

/// Where the next kernel leaves partial sums [parts, the targets' columns one behind another], f32.
/// Every target gets, or adds, the sum over the parts in a fixed order: not at once, but together
/// with others in one kernel, before anything else touches it (CudaContext::about_to_use).
[[nodiscard]] float* partial_sums(CudaContext& context, Index parts,
                                  std::span<const SumTarget> targets, Write write = Write::add);

/// The same for targets of one width: partial sums [parts, targets, width].
[[nodiscard]] float* partial_sums(CudaContext& context, Index parts, Index width,
                                  std::initializer_list<float*> targets, Write write = Write::add);

}  // namespace electra::cuda
