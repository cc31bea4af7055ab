#include "electra/kernels/gather.h"

#include <algorithm>
#include <cstring>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/check_ids.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/visit.h"

namespace electra {

namespace {

/// The indices in use, checked.
std::span<const std::int32_t> used_indices(std::string_view kernel, const ConstTensorView& indices,
                                           const ConstTensorView& count, Index rows) {
  const auto all = indices.span<std::int32_t>();
  const Index used = *count.data<std::int32_t>();
  if (used < 0 || used > indices.size())
    throw ShapeError(std::string(kernel) + ": count: expected 0 to " +
                     std::to_string(indices.size()) + ", found " + std::to_string(used));
  const auto first = all.first(static_cast<std::size_t>(used));
  cpu::check_ids(kernel, "indices", first, rows);
  return first;
}

/// One row of y: the sum of rows [first, last) of x, plus what y holds if it is added to.
template <class T>
void sum_rows(const T* x, Index first, Index last, T* y, Write write, Index width) {
  using W = cpu::Wide<T>;
  cpu::for_lanes<W>(width, [&](Index c, auto n) {
    cpu::Lanes<W> sum{};
    if (write == Write::add) sum = cpu::load(y + c, n);
    for (Index row = first; row < last; ++row) sum += cpu::load(x + row * width + c, n);
    cpu::store(y + c, sum, n);
  });
}

template <class T>
void scatter(CpuContext& context, const ScatterRows& k) {
  const Index width = k.x.width();
  const Index rows = k.y.view.rows();
  const T* x = k.x.data<T>();
  T* y = k.y.view.data<T>();
  const auto indices = used_indices(k.name, k.indices, k.count, rows);
  if (!std::is_sorted(indices.begin(), indices.end()))
    throw ShapeError(std::string(k.name) + ": indices: expected ascending order");
  context.parallel_for(rows, 16, [&](Index begin, Index end) {
    auto next = std::lower_bound(indices.begin(), indices.end(), begin);
    for (Index row = begin; row < end; ++row) {
      const auto after = std::find_if(next, indices.end(), [&](Index i) { return i != row; });
      if (after != next || k.y.write == Write::overwrite)
        sum_rows(x, next - indices.begin(), after - indices.begin(), y + row * width, k.y.write,
                 width);
      next = after;
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const GatherRows& kernel) {
  const auto indices = used_indices(kernel.name, kernel.indices, kernel.count, kernel.x.rows());
  const Index row_bytes = kernel.x.width() * size_of(kernel.x.dtype());
  const auto size = static_cast<std::size_t>(row_bytes);
  const auto* x = static_cast<const std::byte*>(kernel.x.raw());
  auto* y = static_cast<std::byte*>(kernel.y.raw());
  context.parallel_for(kernel.indices.size(), 16, [&](Index begin, Index end) {
    const Index used = std::clamp(static_cast<Index>(indices.size()), begin, end);
    for (Index row = begin; row < used; ++row)
      std::memcpy(y + row * row_bytes, x + indices[static_cast<std::size_t>(row)] * row_bytes,
                  size);
    std::memset(y + used * row_bytes, 0, static_cast<std::size_t>((end - used) * row_bytes));
  });
}

void run_on(CpuContext& context, const ScatterRows& kernel) {
  cpu::visit_float(kernel.x.dtype(), [&]<class T>(T) { scatter<T>(context, kernel); });
}

}  // namespace electra
