#include "electra/core/host_copy.h"

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
  if (view.dtype() != DType::f64) return context.upload(std::as_bytes(values), view);
  const std::vector<double> wider(values.begin(), values.end());
  context.upload(std::as_bytes(std::span(wider)), view);
}

void to_device(Context& context, std::span<const std::int32_t> values, TensorView view) {
  context.upload(std::as_bytes(values), view);
}

}  // namespace electra
