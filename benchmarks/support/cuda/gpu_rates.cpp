#include "support/gpu_rates.h"

#include <algorithm>
#include <cmath>

#include "electra/kernels/cast.h"
#include "electra/kernels/column_sum.h"
#include "electra/kernels/matmul.h"
#include "support/gpu_timer.h"
#include "support/tensor.h"

namespace electra::bench {

namespace {

/// Reads `bytes` and writes next to nothing.
class CacheFlush {
 public:
  explicit CacheFlush(Index bytes)
      : memory_({bytes / size_of(DType::f32) / width, width}, DType::f32),
        sums_({width}, DType::f32) {}
  void operator()() const {
    context().run(ColumnSum{.x = memory_, .y = {sums_.view(), Write::overwrite}});
  }

 private:
  static constexpr Index width = 1024;
  Tensor memory_, sums_;
};

const CacheFlush& flush() {
  constexpr Index least = Index{256} << 20;
  static const CacheFlush only(
      std::min(most_bytes(), std::max(least, 4 * gpu_cache_bytes(context()))));
  return only;
}

double matrix_rate(DType dtype) {
  const Index fits = static_cast<Index>(std::sqrt(static_cast<double>(most_bytes()) / 12));
  const Index n = std::clamp<Index>(fits / 64 * 64, 64, dtype == DType::bf16 ? 8192 : 4096);
  const Tensor a({n, n}, dtype), b({n, n}, dtype), c({n, n}, dtype);
  const Matmul product{.a = a.view(), .b = b.view(), .c = c.view()};
  const auto seconds = gpu_samples([&] { context().run(product); });
  return product.cost().flops / seconds[seconds.size() / 2];
}

double smallest_kernel() {
  const Tensor one({1}, DType::f32);
  const auto seconds = gpu_samples([&] { context().run(Fill{.y = one}); });
  return seconds[seconds.size() / 2];
}

double copy_rate() {
  const Tensor from({most_bytes() / 4}, DType::f32), to({most_bytes() / 4}, DType::f32);
  const auto seconds = gpu_samples([&] { context().copy(from, to); });
  return 2 * static_cast<double>(from.view().bytes()) / seconds[seconds.size() / 2];
}

}  // namespace

std::vector<double> gpu_samples(const std::function<void()>& work) {
  work();
  work();
  auto seconds = gpu_seconds(
      context(), samples(), [] { flush()(); }, work);
  std::ranges::sort(seconds);
  return seconds;
}

MachineRates gpu_rates() {
  return {.flops = matrix_rate(DType::f32),
          .bf16_flops = matrix_rate(DType::bf16),
          .bytes = copy_rate(),
          .smallest_kernel_seconds = smallest_kernel()};
}

}  // namespace electra::bench
