#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// x = word[id] + position[place] + type[type], rounded; y = dropout(layer_norm(x)). x is not
/// kept: the backward gathers it again.
struct EmbeddingForward {
  static constexpr std::string_view name = "embedding_forward";
  ConstTensorView ids;    // [rows], i32, 0 to rows of word - 1
  ConstTensorView types;  // [rows], i32, 0 to rows of type - 1
  TextRows rows;
  ConstTensorView word;      // [vocabulary, width], position's dtype; on a CPU also bf16 beside f32
  ConstTensorView position;  // [positions >= length, width]
  ConstTensorView type;      // [types, width], position's dtype
  ConstTensorView gain;      // [width], wide
  ConstTensorView bias;      // [width], wide
  TensorView y;              // [rows, width], position's dtype
  TensorView mean;           // [rows], wide
  TensorView rstd;           // [rows], wide
  float epsilon = 1e-12F;
  float dropout = 0;
  RandomKey random{};  // needed if dropout > 0

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const EmbeddingForward& kernel);
void run_on(CudaContext& context, const EmbeddingForward& kernel);

/// Back through dropout and layer norm to the sum of the three rows; dgain and dbias are added to.
/// Derived in docs/math/embedding.md.
struct EmbeddingBackward {
  static constexpr std::string_view name = "embedding_backward";
  ConstTensorView dy;     // [rows, width]
  ConstTensorView ids;    // [rows], i32
  ConstTensorView types;  // [rows], i32
  TextRows rows;
  ConstTensorView word;      // [vocabulary, width]
  ConstTensorView position;  // [positions, width]
  ConstTensorView type;      // [types, width]
  ConstTensorView gain;      // [width], wide
  ConstTensorView mean;      // [rows], wide
  ConstTensorView rstd;      // [rows], wide
  TensorView dx;             // [rows, width], dy's dtype; may be dy itself
  TensorView dgain;          // [width], wide, added to
  TensorView dbias;          // [width], wide, added to
  float dropout = 0;
  RandomKey random{};

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const EmbeddingBackward& kernel);
void run_on(CudaContext& context, const EmbeddingBackward& kernel);

/// dword[id] += dx, dposition[place] += dx, dtype[type] += dx, row by row in a fixed order: the
/// same bits for any number of threads. Derived in docs/math/embedding.md.
struct EmbeddingScatter {
  static constexpr std::string_view name = "embedding_scatter";
  ConstTensorView dx;     // [rows, width]
  ConstTensorView ids;    // [rows], i32
  ConstTensorView types;  // [rows], i32
  TextRows rows;
  TensorView dword;      // [vocabulary, width], wide, added to
  TensorView dposition;  // [positions, width], wide, added to
  TensorView dtype;      // [types, width], wide, added to

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const EmbeddingScatter& kernel);
void run_on(CudaContext& context, const EmbeddingScatter& kernel);

}  // namespace electra
