#include "electra/core/host_copy.h"

#include <algorithm>

namespace electra {

namespace {

template <class To>
std::vector<To> converted(Context& context, ConstTensorView view) {
  const auto from = [&](const auto& values) {
    return std::vector<To>(values.begin(), values.end());
  };
  if (view.dtype() == DType::f64) return from(to_host<double>(context, view));
  if (view.dtype() == DType::f32) return from(to_host<float>(context, view));
  std::vector<To> widened;
  for (const bf16 value : to_host<bf16>(context, view)) widened.push_back(to_float(value));
  return widened;
}

}  // namespace

std::vector<double> to_host_f64(Context& context, ConstTensorView view) {
  return converted<double>(context, view);
}

std::vector<float> to_host_f32(Context& context, ConstTensorView view) {
  return converted<float>(context, view);
}

void to_device(Context& context, std::span<const float> values, TensorView view) {
  const auto upload = [&](const auto& numbers) {
    context.upload(std::as_bytes(std::span(numbers)), view);
  };
  if (view.dtype() == DType::f64) return upload(std::vector<double>(values.begin(), values.end()));
  if (view.dtype() != DType::bf16) return upload(values);
  std::vector<bf16> rounded(values.size());
  std::ranges::transform(values, rounded.begin(), to_bf16);
  upload(rounded);
}

void to_device(Context& context, std::span<const std::int32_t> values, TensorView view) {
  context.upload(std::as_bytes(values), view);
}

}  // namespace electra
