#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/cuda/check.h"
#include "core/cuda/cuda_context.h"

namespace electra::cuda {

inline constexpr int warp_size = 32;

/// How a kernel is spread: blocks, threads a block, bytes of dynamic shared memory a block.
struct Grid {
  dim3 blocks;
  dim3 threads;
  Index shared = 0;
};

/// The most shared memory of a block, static and dynamic, on the least of the cards that are
/// compiled for (compute capability 8.6, 8.9 and 12.0).
inline constexpr Index most_shared_bytes = Index{99} * 1024;

/// Blocks that cover `count` items, `each` a block.
[[nodiscard]] inline unsigned blocks_for(Index count, Index each) {
  return static_cast<unsigned>((count + each - 1) / each);
}

/// Starts a kernel in the context's stream; nothing if the grid is empty. Throws DeviceError with
/// the kernel's name and the line that asked for it.
template <class... Parameters>
void launch(CudaContext& context, std::string_view name, const Grid& grid,
            void (*kernel)(Parameters...), std::type_identity_t<Parameters>... arguments) {
  if (grid.blocks.x == 0 || grid.blocks.y == 0 || grid.blocks.z == 0) return;
  if (grid.shared > most_shared_bytes)
    throw DeviceError(std::string(name) + ": on a GPU, expected at most " +
                      std::to_string(most_shared_bytes) + " bytes of shared memory, found " +
                      std::to_string(grid.shared));
  const cudaStream_t stream = context.stream();
  constexpr Index without_asking = 32 * 1024;  // of 48 KB, which hold static memory, too
  if (grid.shared > without_asking)
    check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                               cudaFuncAttributeMaxDynamicSharedMemorySize,
                               static_cast<int>(grid.shared)),
          name, context.caller());
  kernel<<<grid.blocks, grid.threads, static_cast<std::size_t>(grid.shared), stream>>>(
      arguments...);
  check(cudaGetLastError(), name, context.caller());
}

/// Calls body(T{}) with the C++ type of an activation's dtype. f64 is for checks on the CPU alone.
template <class Body>
void visit_activation(std::string_view kernel, DType dtype, const Body& body) {
  if (dtype == DType::f32) return body(float{});
  if (dtype == DType::bf16) return body(bf16{});
  throw DeviceError(std::string(kernel) + ": on a GPU, expected f32 or bf16, found " +
                    std::string(to_string(dtype)));
}

/// Throws unless all these tensors begin at a multiple of 16 bytes.
inline void check_aligned(std::string_view kernel, std::initializer_list<ConstTensorView> views) {
  constexpr std::uintptr_t bytes = 16;
  for (const ConstTensorView& view : views)
    if (reinterpret_cast<std::uintptr_t>(view.raw()) % bytes != 0)
      throw DeviceError(std::string(kernel) +
                        ": on a GPU, expected tensors that begin at a multiple of 16 bytes");
}

/// Throws unless statistics, losses and gradients are f32.
inline void check_f32(std::string_view kernel, const ConstTensorView& view) {
  if (view.dtype() != DType::f32)
    throw DeviceError(std::string(kernel) + ": on a GPU, expected f32, found " +
                      std::string(to_string(view.dtype())));
}

}  // namespace electra::cuda
