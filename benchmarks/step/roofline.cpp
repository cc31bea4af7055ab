#include "step/roofline.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "electra/core/random.h"
#include "electra/kernels/matmul.h"

namespace electra::bench {

namespace {

struct Floor {
  std::string_view preset;
  Index length;
  double h100, h200;  // tokens a second; 0: not computed
};

constexpr Floor floors[] = {
    {"small", 128, 3.73e6, 4.81e6},      {"small", 512, 3.27e6, 4.06e6},
    {"base", 128, 0.883e6, 0.941e6},     {"base", 512, 0.796e6, 0.843e6},
    {"large", 128, 0.292e6, 0.305e6},    {"large", 512, 0.268e6, 0.279e6},
    {"small_plus_plus", 128, 2.39e6, 0}, {"small_plus_plus", 512, 2.08e6, 0}};

Buffer random_matrix(Context& context, Index elements, DType dtype) {
  RandomStream stream(1, Site{0xbe7c}, 0, 0);
  Buffer buffer(context, elements * size_of(dtype));
  std::vector<float> row(static_cast<std::size_t>(elements));
  for (std::size_t i = 0; i < row.size(); ++i)
    row[i] = i < 4093 ? static_cast<float>(stream.normal()) : row[i - 4093];
  if (dtype == DType::f32) {
    context.upload(std::as_bytes(std::span<const float>(row)), buffer.view({elements}, dtype));
    return buffer;
  }
  std::vector<bf16> narrow(row.size());
  std::ranges::transform(row, narrow.begin(), [](float x) { return to_bf16(x); });
  context.upload(std::as_bytes(std::span<const bf16>(narrow)), buffer.view({elements}, dtype));
  return buffer;
}

}  // namespace

std::optional<double> floor_tokens_per_second(std::string_view card, std::string_view preset,
                                              Index length) {
  const bool h200 = card.find("H200") != card.npos;
  if (!h200 && card.find("H100") == card.npos) return {};
  for (const Floor& floor : floors)
    if (floor.preset == preset && floor.length == length)
      if (const double rate = h200 ? floor.h200 : floor.h100; rate > 0) return rate;
  return {};
}

double matrix_rate(Context& context, DType dtype, Index n) {
  using Clock = std::chrono::steady_clock;
  const Buffer a = random_matrix(context, n * n, dtype), b = random_matrix(context, n * n, dtype);
  const Buffer c(context, n * n * size_of(dtype));
  const Matmul product{
      .a = a.view({n, n}, dtype), .b = b.view({n, n}, dtype), .c = c.view({n, n}, dtype)};
  std::array<double, 8> seconds{};
  for (double& each : seconds) {
    const auto start = Clock::now();
    context.run(product);
    context.synchronize();
    each = std::chrono::duration<double>(Clock::now() - start).count();
  }
  std::sort(seconds.begin() + 1, seconds.end());  // the first chose an algorithm
  return product.cost().flops / seconds[4];
}

}  // namespace electra::bench
