#include "support/tensor.h"

#include <algorithm>
#include <array>
#include <vector>

#include "electra/core/random.h"

namespace electra::bench {

namespace {

constexpr std::size_t period = 4093;
constexpr std::size_t copies = 256;  // of the period, in one upload

/// The numbers as elements of a dtype.
template <class T, class Convert>
std::vector<std::byte> pattern(std::span<const float, period> numbers, const Convert& convert) {
  std::vector<T> elements(period * copies);
  for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = convert(numbers[i % period]);
  const auto bytes = std::as_bytes(std::span<const T>(elements));
  return {bytes.begin(), bytes.end()};
}

std::vector<std::byte> pattern(DType dtype, std::span<const float, period> numbers) {
  switch (dtype) {
    case DType::f32:
      return pattern<float>(numbers, [](float x) { return x; });
    case DType::bf16:
      return pattern<bf16>(numbers, [](float x) { return to_bf16(x); });
    case DType::f64:
      return pattern<double>(numbers, [](float x) { return static_cast<double>(x); });
    case DType::i32:
      return pattern<std::int32_t>(numbers, [](float) { return 0; });
  }
  return {};
}

}  // namespace

Tensor::Tensor(Shape shape, DType dtype, double deviation)
    : buffer_(context(), shape.size() * size_of(dtype)), view_(buffer_.view(shape, dtype)) {
  RandomStream stream(1, Site{0xbe7c}, 0, 0);
  std::array<float, period> normal{};
  for (float& number : normal) number = static_cast<float>(deviation * stream.normal());
  repeat(pattern(dtype, normal));
}

void Tensor::fill(float value) const {
  std::array<float, period> same{};
  same.fill(value);
  repeat(pattern(view_.dtype(), same));
}

void Tensor::fill(std::int32_t value) const {
  set_each([value](Index) { return value; });
}

void Tensor::set_each(const std::function<std::int32_t(Index)>& value) const {
  std::vector<std::int32_t> elements(static_cast<std::size_t>(view_.size()));
  for (std::size_t i = 0; i < elements.size(); ++i) elements[i] = value(static_cast<Index>(i));
  context().upload(std::as_bytes(std::span<const std::int32_t>(elements)), view_);
}

void Tensor::repeat(std::span<const std::byte> piece) const {
  const TensorView flat = view_.reshape({view_.size()});
  const Index each = static_cast<Index>(piece.size()) / size_of(view_.dtype());
  for (Index first = 0; first < view_.size(); first += each) {
    const TensorView to = flat.slice(first, std::min(each, view_.size() - first));
    context().upload(piece.first(static_cast<std::size_t>(to.bytes())), to);
  }
}

}  // namespace electra::bench
