#include "electra/train/optimizer.h"

#include <vector>

#include "electra/core/context.h"
#include "electra/core/host_copy.h"
#include "electra/kernels/adamw.h"
#include "electra/kernels/cast.h"
#include "electra/kernels/gradient_norm.h"

namespace electra {

namespace {

constexpr Index unit = 64;  // elements: what segments are counted in

std::vector<std::int32_t> segment_table(const ParameterStore& store) {
  std::vector<std::int32_t> table;
  for (const ParameterStore::Segment& segment : store.segments()) {
    table.push_back(static_cast<std::int32_t>(segment.first / unit));
    table.push_back(static_cast<std::int32_t>(segment.count / unit));
    table.push_back(segment.group.decay == Decay::yes ? 1 : 0);
  }
  return table;
}

}  // namespace

Optimizer::Optimizer(ParameterStore& store, const TrainerConfig& config)
    : store_(store.with_gradients()),
      config_(config.optimizer),
      schedule_(config.schedule),
      steps_(config.steps) {
  Context& context = store.context();
  const auto groups = static_cast<Index>(store.segments().size());
  const DType exact = store.master().dtype();
  const Index bytes = store.size() * size_of(exact);
  moments_ = Buffer(context, 2 * bytes);
  moment_1_ = moments_.view({store.size()}, exact);
  moment_2_ = moments_.view({store.size()}, exact, bytes);
  forget();
  const Index second = (groups * 3 * 4 + 255) / 256 * 256;
  tables_ = Buffer(context, second + groups * size_of(exact));
  segments_ = tables_.view({groups, 3}, DType::i32);
  rate_factors_ = tables_.view({groups}, exact, second);
  const std::vector<std::int32_t> table = segment_table(store);
  context.upload(std::as_bytes(std::span(table)), segments_);
  set_rate_factors(config.rate_factor);
}

void Optimizer::set_rate_factors(const RateFactor& factor) const {
  Context& context = store_.context();
  if (!factor) return context.run(Fill{.y = rate_factors_, .value = 1});
  std::vector<float> values;
  for (const ParameterStore::Segment& segment : store_.segments())
    values.push_back(static_cast<float>(factor(segment.group)));
  to_device(context, values, rate_factors_);
}

void Optimizer::forget() const {
  store_.context().zero(moment_1_);
  store_.context().zero(moment_2_);
}

void Optimizer::step(StepState& state) const {
  Context& context = store_.context();
  context.run(GradientNorm{.gradient = store_.gradients(),
                           .non_finite = state.non_finite,
                           .norm = state.norm,
                           .scale = state.clip_scale,
                           .finite = state.finite,
                           .clip_norm = static_cast<float>(config_.clip_norm)});
  context.run(LearningRate{.step = state.step,
                           .rate = state.rate,
                           .peak = schedule_.peak,
                           .warmup = schedule_.warmup,
                           .steps = steps_,
                           .power = schedule_.power,
                           .schedule = schedule_.form});
  context.run(AdamW{.master = store_.master(),
                    .value = store_.precision() == Precision::bf16 ? store_.values() : TensorView{},
                    .gradient = store_.gradients(),
                    .moment_1 = moment_1_,
                    .moment_2 = moment_2_,
                    .segments = segments_,
                    .rate_factors = rate_factors_,
                    .rate = state.rate,
                    .scale = state.clip_scale,
                    .finite = state.finite,
                    .step = state.step,
                    .beta1 = config_.beta1,
                    .beta2 = config_.beta2,
                    .epsilon = config_.epsilon,
                    .weight_decay = config_.weight_decay,
                    .bias_correction = config_.bias_correction ? AdamW::BiasCorrection::on
                                                               : AdamW::BiasCorrection::off});
}

}  // namespace electra
