#include "kernels/cpu/blocked_product.h"

#include "kernels/cpu/product_operands.h"
#include "kernels/math/matmul_extents.h"

namespace electra::cpu {

namespace {

// Depth: a panel of b (16 columns) stays in L1. Rows: a block of a stays in L2. Columns: a block of
// c stays in L2 or L3 while its sums grow, and b's panels come from L3 once for a block of rows.
constexpr Index depth_block = 256;
constexpr Index row_block = 192;
constexpr Index column_block = 512;

struct Range {
  Index begin = 0;
  Index end = 0;

  [[nodiscard]] Index size() const { return end - begin; }
  /// Piece `number` of `pieces`, cut between whole units.
  [[nodiscard]] Range piece(int number, int pieces, Index unit) const {
    const Index units = (size() + unit - 1) / unit;
    const auto cut = [&](Index i) { return std::min(end, begin + units * i / pieces * unit); };
    return {cut(number), cut(number + 1)};
  }
};

/// One matrix of the batch, S stored, C the destination's type; everything is summed in T.
template <class S, class C>
class Product {
 public:
  using T = Computed<S>;
  using Operands = OperandsOf<S>;
  using Word = typename Operands::Word;
  static constexpr bool in_place = std::is_same_v<C, T>;
  static constexpr Index left_size = tiles_size<Word>(row_block, depth_block);
  /// Numbers that are summed at once.
  static constexpr Index deepest = depth_block * Operands::per_word;
  /// What each thread needs for itself.
  static constexpr Index own_size = left_size + (in_place ? 0 : row_block * column_block);

  Product(const Matmul& kernel, Index index)
      : extents_(math::extents(kernel)), write_(kernel.write) {
    const auto [batch, m, n, k] = extents_;
    const bool transpose_a = kernel.transpose_a == Transpose::yes;
    const bool transpose_b = kernel.transpose_b == Transpose::yes;
    a_ = {kernel.a.data<S>() + index * m * k, transpose_a ? 1 : k, transpose_a ? m : 1};
    b_ = {kernel.b.data<S>() + index * k * n, transpose_b ? 1 : n, transpose_b ? k : 1};
    c_ = kernel.c.data<C>() + index * m * n;
    if (kernel.bias) bias_ = kernel.bias.data<T>();
  }

  /// How many elements the panels of b need for a block of columns.
  [[nodiscard]] Index panels_size() const {
    return panel_size<Word>(Operands::words(extents_.k), std::min(column_block, extents_.n));
  }

  /// Lays columns `part` of b's block `columns` out as panels, block of depth by block of depth.
  void pack(Range columns, Range part, Word* panels) const {
    const Index width = round_up(columns.size(), panel_width<Word>);
    for (Index p = 0; p < extents_.k; p += deepest) {
      const Index depth = std::min(deepest, extents_.k - p);
      const Strided<S> from = b_.at(p, part.begin);
      Word* to = panels + Operands::words(p) * width +
                 (part.begin - columns.begin) * Operands::words(depth);
      if (from.column == 1)
        Operands::pack(from, depth, part.size(), to);
      else
        Operands::pack_transposed(transposed(from), depth, part.size(), to);
    }
  }

  /// The elements of c in `rows` and in `part`, whole panels of the block `columns`.
  void multiply(Range rows, Range columns, Range part, const Word* panels, Word* own) const {
    const Index width = round_up(columns.size(), panel_width<Word>);
    for (Index i = rows.begin; i < rows.end; i += row_block) {
      const Index height = std::min(row_block, rows.end - i);
      T* c = reinterpret_cast<T*>(own + left_size);
      Index c_row = part.size();
      if constexpr (in_place) {
        c = c_ + i * extents_.n + part.begin;
        c_row = extents_.n;
      }
      Start<T> start = first_sums({i, i + height}, part, c, c_row);
      Index p = 0;
      do {
        const Index depth = std::min(deepest, extents_.k - p);
        const Index words = Operands::words(depth);
        cpu::multiply<Word>(
            height, part.size(), words, left_operand(i, p, height, depth, own),
            panels + Operands::words(p) * width + (part.begin - columns.begin) * words, start, c,
            c_row);
        start = {c, c_row};
        p += depth;
      } while (p < extents_.k);
      if constexpr (!in_place)
        for (Index r = 0; r < height; ++r)
          convert(c + r * c_row, c_ + (i + r) * extents_.n + part.begin, part.size());
    }
  }

 private:
  /// What the sums begin with: zeros, the bias in every row, or what c holds.
  [[nodiscard]] Start<T> first_sums(Range rows, Range part, T* c, Index c_row) const {
    if (bias_ != nullptr) return {bias_ + part.begin, 0};
    if (write_ == Write::overwrite) return {};
    if constexpr (!in_place)
      for (Index i = rows.begin; i < rows.end; ++i)
        convert(c_ + i * extents_.n + part.begin, c + (i - rows.begin) * c_row, part.size());
    return {c, c_row};
  }

  /// a's block: read as it lies if its rows are dense and need no conversion, else copied.
  [[nodiscard]] Strided<Word> left_operand(Index i, Index p, Index rows, Index depth,
                                           Word* own) const {
    const Strided<S> from = a_.at(i, p);
    if (from.column != 1) return Operands::left_of_columns(from, rows, depth, own);
    return Operands::left(from, rows, depth, own);
  }

  math::MatmulExtents extents_;
  Write write_;
  Strided<S> a_, b_;
  C* c_ = nullptr;
  const T* bias_ = nullptr;
};

/// Whole matrices of a batch, dealt to the threads.
template <class S, class C>
void run_batch(CpuContext& context, const Matmul& kernel) {
  using P = Product<S, C>;
  const auto [batch, m, n, k] = math::extents(kernel);
  const Index panels_size = P(kernel, 0).panels_size();
  const int pieces = static_cast<int>(std::min<Index>(context.threads(), batch));
  const Index each = panels_size + P::own_size;
  const auto scratch = context.workspace_of<typename P::Word>(pieces * each);
  context.run_pieces(pieces, [&](int piece) {
    auto* panels = scratch.data() + piece * each;
    const Range matrices = Range{0, batch}.piece(piece, pieces, 1);
    for (Index index = matrices.begin; index < matrices.end; ++index) {
      const P product(kernel, index);
      for (Index j = 0; j < n; j += column_block) {
        const Range columns{j, std::min(n, j + column_block)};
        product.pack(columns, columns, panels);
        product.multiply({0, m}, columns, columns, panels, panels + panels_size);
      }
    }
  });
}

/// One matrix: the threads pack b together, then each computes some rows or, where these are few,
/// some columns of c.
template <class S, class C>
void run_one(CpuContext& context, const Matmul& kernel) {
  using P = Product<S, C>;
  constexpr Index width = panel_width<typename P::Word>;
  const auto [batch, m, n, k] = math::extents(kernel);
  const P product(kernel, 0);
  const int pieces = context.threads();
  const auto scratch =
      context.workspace_of<typename P::Word>(product.panels_size() + pieces * P::own_size);
  auto* panels = scratch.data();
  const bool by_rows = m >= std::min(n, column_block);
  for (Index j = 0; j < n; j += column_block) {
    const Range columns{j, std::min(n, j + column_block)};
    context.run_pieces(pieces, [&](int piece) {
      product.pack(columns, columns.piece(piece, pieces, width), panels);
    });
    context.run_pieces(pieces, [&](int piece) {
      const Range rows = by_rows ? Range{0, m}.piece(piece, pieces, tile_rows) : Range{0, m};
      const Range part = by_rows ? columns : columns.piece(piece, pieces, width);
      product.multiply(rows, columns, part, panels,
                       panels + product.panels_size() + piece * P::own_size);
    });
  }
}

template <class S, class C>
void run(CpuContext& context, const Matmul& kernel) {
  if (kernel.c.shape().rank() == 3)
    run_batch<S, C>(context, kernel);
  else
    run_one<S, C>(context, kernel);
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
