#include "kernels/cpu/blocked_product.h"

#include "kernels/cpu/panel_product.h"
#include "kernels/math/matmul_extents.h"

namespace electra::cpu {

namespace {

// Depth: a panel of b (16 columns) stays in L1. Rows and columns: a's block stays in L2, b's is
// packed anew for every tall block of rows, which costs 2 % of the work on that block.
constexpr Index depth_block = 256;
constexpr Index row_block = 192;
constexpr Index tall_block = 4 * row_block;
constexpr Index column_block = 256;

/// One matrix of the batch, S stored, C the destination's type; everything is summed in T.
template <class S, class C>
class Product {
 public:
  using T = Computed<S>;
  static constexpr Index scratch = panel_size<T>(depth_block, column_block) +
                                   row_block * depth_block + tall_block * column_block;

  Product(const Matmul& kernel, Index index, std::span<T> scratch_memory)
      : extents_(math::extents(kernel)), write_(kernel.write) {
    const auto [batch, m, n, k] = extents_;
    const bool transpose_a = kernel.transpose_a == Transpose::yes;
    const bool transpose_b = kernel.transpose_b == Transpose::yes;
    a_ = {kernel.a.data<S>() + index * m * k, transpose_a ? 1 : k, transpose_a ? m : 1};
    b_ = {kernel.b.data<S>() + index * k * n, transpose_b ? 1 : n, transpose_b ? k : 1};
    c_ = kernel.c.data<C>() + index * m * n;
    if (kernel.bias) bias_ = kernel.bias.data<T>();
    panels_ = scratch_memory.data();
    left_ = panels_ + panel_size<T>(depth_block, column_block);
    sums_ = left_ + row_block * depth_block;
  }

  /// Rows [first, last) of c and columns [left, right).
  void run(Index first, Index last, Index left, Index right) const {
    for (Index j = left; j < right; j += column_block)
      for (Index i = first; i < last; i += tall_block)
        block(i, std::min(last, i + tall_block), j, std::min(right, j + column_block));
  }

 private:
  void block(Index first, Index last, Index left, Index right) const {
    const Index n = extents_.n;
    const Index columns = right - left;
    constexpr bool in_place = std::is_same_v<C, T>;
    T* c = sums_;
    Index c_row = columns;
    if constexpr (in_place) {
      c = c_ + first * n + left;
      c_row = n;
    }
    start(first, last, left, columns, c, c_row);
    Write write = write_ == Write::add || bias_ != nullptr ? Write::add : Write::overwrite;
    for (Index p = 0; p < extents_.k; p += depth_block, write = Write::add) {
      const Index depth = std::min(depth_block, extents_.k - p);
      pack_panels<T>(b_.at(p, left), depth, columns, panels_);
      for (Index i = first; i < last; i += row_block) {
        const Index rows = std::min(row_block, last - i);
        multiply<T>(rows, columns, depth, left_operand(i, p, rows, depth), panels_,
                    c + (i - first) * c_row, c_row, write);
      }
    }
    if constexpr (!in_place)
      for (Index i = first; i < last; ++i)
        convert(c + (i - first) * c_row, c_ + i * n + left, columns);
  }

  /// What the sums begin with: the bias, or in a block of their own what c holds.
  void start(Index first, Index last, Index left, Index columns, T* c, Index c_row) const {
    for (Index i = first; i < last; ++i, c += c_row) {
      if (bias_ != nullptr)
        std::copy_n(bias_ + left, columns, c);
      else if (write_ == Write::overwrite && extents_.k == 0)
        std::fill_n(c, columns, T{0});
      else if (!std::is_same_v<C, T> && write_ == Write::add)
        convert(c_ + i * extents_.n + left, c, columns);
    }
  }

  /// a's block, in place where its rows can be read as they lie, else copied.
  [[nodiscard]] Strided<T> left_operand(Index i, Index p, Index rows, Index depth) const {
    const Strided<S> from = a_.at(i, p);
    if (from.column == 1) {
      if constexpr (std::is_same_v<S, T>) return from;
      for (Index r = 0; r < rows; ++r)
        convert(from.data + r * from.row, left_ + r * depth_block, depth);
      return {left_, depth_block, 1};
    }
    for (Index s = 0; s < depth; ++s)
      convert(from.data + s * from.column, left_ + s * row_block, rows);
    return {left_, 1, row_block};
  }

  math::MatmulExtents extents_;
  Write write_;
  Strided<S> a_, b_;
  C* c_ = nullptr;
  const T* bias_ = nullptr;
  T* panels_ = nullptr;
  T* left_ = nullptr;
  T* sums_ = nullptr;
};

template <class S, class C>
void run(CpuContext& context, const Matmul& kernel) {
  using T = Computed<S>;
  const auto [batch, m, n, k] = math::extents(kernel);
  // A piece is whole matrices of a batch, else tiles of rows or, where those are few, of columns.
  const bool by_rows = m >= n;
  const Index unit = by_rows ? tile_rows : panel_width<T>;
  const Index extent = by_rows ? m : n;
  const Index units = batch > 1 ? batch : (extent + unit - 1) / unit;
  const Index pieces = std::min<Index>(context.threads(), units);
  const auto scratch = context.workspace_of<T>(pieces * Product<S, C>::scratch);
  context.run_pieces(static_cast<int>(pieces), [&](int piece) {
    const Index begin = units * piece / pieces;
    const Index end = units * (piece + 1) / pieces;
    const auto own = scratch.subspan(static_cast<std::size_t>(piece * Product<S, C>::scratch));
    if (batch > 1) {
      for (Index i = begin; i < end; ++i) Product<S, C>(kernel, i, own).run(0, m, 0, n);
      return;
    }
    const Product<S, C> product(kernel, 0, own);
    const Index from = begin * unit;
    const Index to = std::min(extent, end * unit);
    if (by_rows)
      product.run(from, to, 0, n);
    else
      product.run(0, m, from, to);
  });
}

}  // namespace

void blocked_product(CpuContext& context, const Matmul& kernel) {
  switch (kernel.a.dtype()) {
    case DType::f64:
      return run<double, double>(context, kernel);
    case DType::bf16:
      if (kernel.c.dtype() == DType::bf16) return run<bf16, bf16>(context, kernel);
      return run<bf16, float>(context, kernel);
    default:
      return run<float, float>(context, kernel);
  }
}

}  // namespace electra::cpu
