#pragma once

#include <span>
#include <vector>

#include "electra/core/context.h"

namespace electra {

/// A tensor's elements on the host, which T must be of; waits for the device.
template <class T>
[[nodiscard]] std::vector<T> to_host(Context& context, ConstTensorView view) {
  std::vector<T> values(static_cast<std::size_t>(view.size()));
  context.download(view, std::as_writable_bytes(std::span(values)));
  return values;
}

/// The elements of an f32, bf16 or f64 tensor on the host.
[[nodiscard]] std::vector<double> to_host_f64(Context& context, ConstTensorView view);
/// The same, each rounded to f32 if it is f64.
[[nodiscard]] std::vector<float> to_host_f32(Context& context, ConstTensorView view);

/// f32 values into a tensor that is f32, bf16 or f64.
void to_device(Context& context, std::span<const float> values, TensorView view);
void to_device(Context& context, std::span<const std::int32_t> values, TensorView view);

}  // namespace electra
