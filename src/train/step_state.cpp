#include "electra/train/step_state.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/kernels/adamw.h"
#include "electra/kernels/metrics.h"

namespace electra {

namespace {

constexpr Index slot = 256;  // bytes: every scalar has a cache line and more of its own
constexpr Index own = 7;     // of the state itself

}  // namespace

void Scalars::set(std::string_view name, double value) {
  const auto found = std::ranges::find(all_, name, &Scalar::name);
  if (found != all_.end())
    found->value = value;
  else if (all_.size() < most)
    all_.push_back({std::string(name), value});
  else
    throw Error("a step has at most " + std::to_string(most) + " scalars; \"" + std::string(name) +
                "\" is one too many");
}

StepState::StepState(Context& context, DType exact, std::span<const SumPiece> pieces)
    : of_step(context, exact, pieces),
      running(context, exact, pieces),
      context_(context),
      exact_(exact),
      buffer_(context, slot * (own + static_cast<Index>(Scalars::most))) {
  context.zero(buffer_.view({buffer_.bytes() / 4}, DType::i32));
  Index next = 0;
  const auto scalar = [&](DType dtype, Index size) {
    return buffer_.view({size}, dtype, slot * next++);
  };
  step = scalar(DType::i32, 1);
  finite = scalar(DType::i32, 1);
  non_finite = scalar(DType::i32, 1);
  skipped = scalar(DType::i32, 2);
  rate = scalar(exact, 1);
  norm = scalar(exact, 1);
  clip_scale = scalar(exact, 1);
  inputs_ = buffer_.view({(buffer_.bytes() - slot * next) / 4}, DType::i32, slot * next);
}

void StepState::upload(const Scalars& scalars) {
  std::vector<std::byte> slots(scalars.all_.size() * static_cast<std::size_t>(slot));
  names_.clear();
  for (std::byte* next = slots.data(); const auto& [name, value] : scalars.all_) {
    names_.push_back(name);
    const auto narrow = static_cast<float>(value);
    if (exact_ == DType::f64)
      std::memcpy(next, &value, sizeof value);
    else
      std::memcpy(next, &narrow, sizeof narrow);
    next += slot;
  }
  context_.upload(slots, inputs_.slice(0, static_cast<Index>(slots.size() / 4)));
}

TensorView StepState::scalar(std::string_view name) const {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end())
    throw Error("no scalar of the step is called \"" + std::string(name) + "\"");
  const Index at = found - names_.begin();
  return buffer_.view({1}, exact_, slot * (own + at));
}

void StepState::end_step() {
  context_.run(FoldMetrics{.sums_from = of_step.sums(),
                           .sums_to = running.sums(),
                           .counts_from = of_step.counts(),
                           .counts_to = running.counts(),
                           .finite = finite});
  context_.run(
      AdvanceStep{.finite = finite, .step = step, .skipped = skipped, .non_finite = non_finite});
}

void StepState::set_step(Index value) {
  const auto number = static_cast<std::int32_t>(value);
  to_device(context_, std::span(&number, 1), step);
}

StepState::Skipped StepState::read_skipped() const {
  const std::vector<std::int32_t> values = to_host<std::int32_t>(context_, skipped);
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
  to_device(context_, values, skipped);
}

double StepState::read(ConstTensorView scalar) const {
  if (scalar.dtype() == DType::i32) return to_host<std::int32_t>(context_, scalar).front();
  return to_host_f64(context_, scalar).front();
}

}  // namespace electra
