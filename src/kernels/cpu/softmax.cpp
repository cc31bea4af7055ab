#include "electra/kernels/softmax.h"

#include <vector>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/vector_math.h"

namespace electra {

namespace {

constexpr Index row_grain = 16;

/// Calls row(index, keys) for every row that attends to something; zeroes the others in `to`.
template <class S, class Row>
void for_rows(CpuContext& context, const TensorView& to, const ConstTensorView& lengths,
              const Row& row) {
  const Index heads = to.shape()[1];
  const Index length = to.shape()[2];
  const std::int32_t* keys_of = lengths.data<std::int32_t>();
  S* data = to.data<S>();
  context.parallel_for(to.rows(), row_grain, [&](Index begin, Index end) {
    using T = cpu::Computed<S>;
    std::vector<T> first(static_cast<std::size_t>(cpu::round_up(length, cpu::lanes<T>)));
    std::vector<T> second(first.size());
    for (Index r = begin; r < end; ++r) {
      const Index keys = std::clamp<Index>(keys_of[r / (heads * length)], 0, length);
      const Index used = r % length < keys ? keys : 0;
      if (used > 0) row(r, used, first.data(), second.data());
      std::fill(data + r * length + used, data + (r + 1) * length, S{});
    }
  });
}

template <class S>
void forward(CpuContext& context, const MaskedSoftmaxForward& kernel) {
  using T = cpu::Computed<S>;
  const Index length = kernel.x.shape()[3];
  const S* x = kernel.x.data<S>();
  S* y = kernel.y.data<S>();
  const auto row = [&](Index r, Index keys, T* scores, T*) {
    cpu::convert(x + r * length, scores, keys);
    const T sum = cpu::exponentials(scores, keys, static_cast<T>(kernel.scale)).sum;
    cpu::scale_row(scores, keys, 1 / sum);
    cpu::convert(scores, y + r * length, keys);
  };
  for_rows<S>(context, kernel.y, kernel.lengths, row);
}

template <class S>
void backward(CpuContext& context, const MaskedSoftmaxBackward& kernel) {
  using T = cpu::Computed<S>;
  const Index length = kernel.dy.shape()[3];
  const S* dy = kernel.dy.data<S>();
  const S* y = kernel.y.data<S>();
  S* dx = kernel.dx.data<S>();
  const auto scale = static_cast<T>(kernel.scale);
  const auto row = [&](Index r, Index keys, T* gradient, T* probability) {
    cpu::convert(dy + r * length, gradient, keys);
    cpu::convert(y + r * length, probability, keys);
    const T shared = cpu::dot(gradient, probability, keys);
    for (Index k = 0; k < keys; k += cpu::lanes<T>)
      cpu::store<T>(scale * cpu::load(probability + k) * (cpu::load(gradient + k) - shared),
                    gradient + k);
    cpu::convert(gradient, dx + r * length, keys);
  };
  for_rows<S>(context, kernel.dx, kernel.lengths, row);
}

}  // namespace

void run_on(CpuContext& context, const MaskedSoftmaxForward& kernel) {
  switch (kernel.x.dtype()) {
    case DType::f64:
      return forward<double>(context, kernel);
    case DType::bf16:
      return forward<bf16>(context, kernel);
    default:
      return forward<float>(context, kernel);
  }
}

void run_on(CpuContext& context, const MaskedSoftmaxBackward& kernel) {
  switch (kernel.dy.dtype()) {
    case DType::f64:
      return backward<double>(context, kernel);
    case DType::bf16:
      return backward<bf16>(context, kernel);
    default:
      return backward<float>(context, kernel);
  }
}

}  // namespace electra
