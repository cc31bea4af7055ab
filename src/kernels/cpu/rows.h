#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"

namespace electra::cpu {

/// Rows that one partial sum covers, whatever the number of threads.
inline constexpr Index rows_per_sum = 64;

/// Pieces of `count` start on a cache line.
[[nodiscard]] constexpr Index padded(Index count) { return (count + 15) / 16 * 16; }

/// Calls body(first, last, scratch) for one run of rows a thread, with `scratch` elements of its
/// own.
template <class W, class Body>
void for_rows(CpuContext& context, Index rows, Index scratch, const Body& body) {
  const Index stride = padded(scratch);
  const Index pieces = std::min<Index>(context.threads(), (rows + 15) / 16);
  W* memory = context.workspace_of<W>(std::max<Index>(stride * pieces, 1)).data();
  if (pieces <= 1) {
    if (rows > 0) body(Index{0}, rows, memory);
    return;
  }
  context.run_pieces(static_cast<int>(pieces), [&](int piece) {
    body(rows * piece / pieces, rows * (piece + 1) / pieces, memory + stride * piece);
  });
}

/// A vector of column sums and how to write it.
template <class W>
struct SumInto {
  W* to;
  Write write = Write::add;
};

namespace detail {
template <class W>
void reduce_sums(CpuContext& context, const W* partial, Index chunks, Index stride, Index width,
                 SumInto<W> into) {
  context.parallel_for(width, 2048, [&](Index begin, Index end) {
    for_lanes<W>(end - begin, [&](Index offset, auto count) {
      const Index column = begin + offset;
      Lanes<W> total{};
      for (Index chunk = 0; chunk < chunks; ++chunk)
        total += load(partial + chunk * stride + column, count);
      if (into.write == Write::add) total += load(into.to + column, count);
      store(into.to + column, total, count);
    });
  });
}
}  // namespace detail

/// Sums over rows that are equal for any number of threads: body(first, last, sums, scratch) adds
/// what each chunk of 64 rows holds to sums[i], which start at 0; then the chunks are added in
/// order.
template <class W, std::size_t n, class Body>
void sum_over_rows(CpuContext& context, Index rows, Index width, Index scratch,
                   const std::array<SumInto<W>, n>& into, const Body& body) {
  const Index chunks = (rows + rows_per_sum - 1) / rows_per_sum;
  const Index pieces = std::min<Index>(context.threads(), chunks);
  const Index column_stride = padded(width);
  const Index stride = column_stride * static_cast<Index>(n);
  const Index scratch_stride = padded(scratch);
  const Index size = std::max<Index>(chunks * stride + pieces * scratch_stride, 1);
  W* partial = context.workspace_of<W>(size).data();
  const auto work = [&](int piece) {
    for (Index chunk = chunks * piece / pieces; chunk < chunks * (piece + 1) / pieces; ++chunk) {
      std::array<W*, n> sums;
      for (std::size_t i = 0; i < n; ++i)
        sums[i] = partial + chunk * stride + static_cast<Index>(i) * column_stride;
      std::fill_n(sums[0], stride, W{});
      body(chunk * rows_per_sum, std::min(rows, (chunk + 1) * rows_per_sum), sums,
           partial + chunks * stride + piece * scratch_stride);
    }
  };
  if (pieces == 1) work(0);
  if (pieces > 1) context.run_pieces(static_cast<int>(pieces), work);
  for (std::size_t i = 0; i < n; ++i)
    detail::reduce_sums<W>(context, partial + static_cast<Index>(i) * column_stride, chunks, stride,
                           width, into[i]);
}

}  // namespace electra::cpu
