#include "electra/train/step_state.h"

#include <array>
#include <cstring>

#include "electra/core/context.h"

namespace electra {

namespace {

constexpr Index slot = 256;  // bytes: every scalar has a cache line and more of its own
constexpr Index scalars = 16;
constexpr Index sums_bytes = 2 * slot + 2 * MetricSums::bins * 4;

}  // namespace

StepState::StepState(Context& context, DType exact)
    : context_(context), exact_(exact), buffer_(context, scalars * slot + 2 * sums_bytes) {
  context.zero(buffer_.view({buffer_.bytes() / 4}, DType::i32));
  Index next = 0;
  const auto scalar = [&](DType dtype, Index size) {
    return buffer_.view({size}, dtype, slot * next++);
  };
  step = scalar(DType::i32, 1);
  finite = scalar(DType::i32, 1);
  non_finite = scalar(DType::i32, 1);
  skipped = scalar(DType::i32, 2);
  inputs_ = buffer_.view({3 * slot / 4}, DType::i32, slot * next);
  generator_scale = scalar(exact, 1);
  discriminator_scale = scalar(exact, 1);
  temperature = scalar(exact, 1);
  rate = scalar(exact, 1);
  norm = scalar(exact, 1);
  clip_scale = scalar(exact, 1);
  of_step = make_sums(0);
  running = make_sums(1);
}

MetricSums StepState::make_sums(Index block) const {
  const Index offset = scalars * slot + block * sums_bytes;
  return {.loss = buffer_.view({MetricSums::sums}, exact_, offset),
          .count = buffer_.view({MetricSums::counts}, DType::i32, offset + slot),
          .histogram = buffer_.view({2, MetricSums::bins}, DType::i32, offset + 2 * slot)};
}

void StepState::set(const Inputs& inputs) {
  std::array<std::byte, 3 * slot> slots{};
  std::byte* next = slots.data();
  for (const double value :
       {inputs.generator_scale, inputs.discriminator_scale, inputs.temperature}) {
    const auto narrow = static_cast<float>(value);
    if (exact_ == DType::f64)
      std::memcpy(next, &value, sizeof value);
    else
      std::memcpy(next, &narrow, sizeof narrow);
    next += slot;
  }
  context_.upload(slots, inputs_);
}

void StepState::set_step(Index value) {
  const auto number = static_cast<std::int32_t>(value);
  context_.upload(std::as_bytes(std::span(&number, 1)), step);
}

StepState::Skipped StepState::read_skipped() const {
  std::array<std::int32_t, 2> values{};
  context_.download(skipped, std::as_writable_bytes(std::span(values)));
  return skipped_in(std::as_bytes(std::span(values)));
}

StepState::Skipped StepState::skipped_in(std::span<const std::byte> bytes) {
  std::array<std::int32_t, 2> values{};
  std::memcpy(values.data(), bytes.data(), sizeof values);
  return {values[0], values[1]};
}

void StepState::set_skipped(Skipped value) {
  const std::array values{static_cast<std::int32_t>(value.total),
                          static_cast<std::int32_t>(value.in_a_row)};
  context_.upload(std::as_bytes(std::span(values)), skipped);
}

Index StepState::read_step() const { return static_cast<Index>(read(step)); }

double StepState::read(ConstTensorView scalar) const {
  const auto fetch = [&]<class T>(T value) {
    context_.download(scalar, std::as_writable_bytes(std::span<T, 1>(&value, 1)));
    return static_cast<double>(value);
  };
  if (scalar.dtype() == DType::f64) return fetch(double{});
  if (scalar.dtype() == DType::f32) return fetch(float{});
  return fetch(std::int32_t{});
}

void StepState::clear(const MetricSums& sums) {
  context_.zero(sums.loss);
  context_.zero(sums.count);
  context_.zero(sums.histogram);
}

}  // namespace electra
