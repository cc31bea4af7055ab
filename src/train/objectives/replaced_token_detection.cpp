#include "electra/train/objectives/replaced_token_detection.h"

#include "electra/kernels/cross_entropy.h"
#include "electra/kernels/replaced_token_loss.h"

namespace electra {

namespace {

ReplacedTokenDetection::Trace make_trace(Pass& pass, const Batch& batch, const StepState& state) {
  const DType exact = state.generator_scale.dtype();
  const Shape text = batch.ids.shape();
  return {.mlm_losses = pass.tensor({batch.capacity}, exact),
          .best = pass.tensor({batch.capacity}, DType::i32),
          .samples = pass.tensor({batch.capacity}, DType::i32),
          .ids = pass.tensor(text, DType::i32),
          .labels = pass.tensor(text, DType::i32),
          .logits = {},
          .disc_losses = pass.tensor(text, exact)};
}

}  // namespace

ReplacedTokenDetection::ReplacedTokenDetection(const Electra& model, const RunConfig& config,
                                               const SpecialIds& special)
    : model_(model), masking_(config.masking), sampling_(config.sampling), special_(special) {}

void ReplacedTokenDetection::accumulate(Pass& pass, const Batch& batch, StepState& state) const {
  learn(pass, batch, mask(pass, batch), {}, state);
}

void ReplacedTokenDetection::learn(Pass& pass, const Batch& batch, const Masked& masked,
                                   ConstTensorView samples, StepState& state) const {
  Trace trace = make_trace(pass, batch, state);
  generate(pass, batch, masked, samples, trace, Gradient::wanted, state);
  discriminate(pass, batch, trace, Gradient::wanted, state);
}

Objective::Verdict ReplacedTokenDetection::evaluate(Pass& pass, const Batch& batch,
                                                    StepState& state) const {
  const Trace trace = follow(pass, batch, mask(pass, batch), state);
  return {trace.logits, trace.labels};
}

ReplacedTokenDetection::Trace ReplacedTokenDetection::follow(Pass& pass, const Batch& batch,
                                                             const Masked& masked,
                                                             StepState& state) const {
  Trace trace = make_trace(pass, batch, state);
  generate(pass, batch, masked, {}, trace, Gradient::none, state);
  discriminate(pass, batch, trace, Gradient::none, state);
  return trace;
}

ReplacedTokenDetection::Masked ReplacedTokenDetection::mask(Pass& pass, const Batch& batch) const {
  const TensorView ids = pass.tensor(batch.ids.shape(), DType::i32);
  const TensorView positions = pass.tensor({batch.capacity}, DType::i32);
  const TensorView originals = pass.tensor({batch.capacity}, DType::i32);
  const TensorView count = pass.tensor({1}, DType::i32);
  pass.context.run(MaskTokens{.ids = batch.ids,
                              .lengths = pass.sequences.lengths,
                              .mask_counts = batch.mask_counts,
                              .masked_ids = ids,
                              .positions = positions,
                              .originals = originals,
                              .count = count,
                              .special = special_,
                              .vocabulary = model_.vocabulary(),
                              .keep = static_cast<float>(masking_.keep),
                              .random_share = static_cast<float>(masking_.random_share),
                              .draw = masking_.with_replacement
                                          ? MaskTokens::Draw::with_replacement
                                          : MaskTokens::Draw::without_replacement,
                              .random = pass.of(Network::none).key(0, Place::mask_position)});
  return {.ids = ids, .where = {positions, count}, .originals = originals};
}

void ReplacedTokenDetection::generate(Pass& outer, const Batch& batch, const Masked& masked,
                                      ConstTensorView samples, const Trace& trace,
                                      Gradient gradient, StepState& state) const {
  Pass pass = outer.of(Network::generator);
  const auto scratch = pass.arena.scope();
  Encoder::Saved encoder;
  MlmHead::Saved head;
  const TensorView hidden = model_.generator().forward(pass, masked.ids, batch.types, encoder);
  const TensorView logits = model_.generator_head().forward(pass, hidden, masked.where, head);

  if (!samples) samples = trace.samples;
  pass.context.run(VocabularyCrossEntropy{
      .logits = logits,
      .targets = masked.originals,
      .positions = masked.where.positions,
      .count = masked.where.count,
      .scale = state.generator_scale,
      .temperature = state.temperature,
      .losses = trace.mlm_losses,
      .argmax = trace.best,
      .samples = trace.samples,
      .dlogits = gradient == Gradient::wanted ? logits : TensorView{},
      .non_finite = state.non_finite,
      .vocabulary = model_.vocabulary(),
      .length = pass.sequences.length,
      .correct = sampling_.disallow_correct ? VocabularyCrossEntropy::Correct::disallow
                                            : VocabularyCrossEntropy::Correct::allow,
      .random = pass.key(0, Place::sample)});
  pass.context.run(ReplaceTokens{.ids = batch.ids,
                                 .positions = masked.where.positions,
                                 .samples = samples,
                                 .count = masked.where.count,
                                 .corrupted_ids = trace.ids,
                                 .labels = trace.labels});
  pass.context.run(CountMasked{.losses = trace.mlm_losses,
                               .targets = masked.originals,
                               .argmax = trace.best,
                               .samples = samples,
                               .count = masked.where.count,
                               .sums = state.of_step});
  if (gradient == Gradient::none) return;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  model_.generator_head().backward(pass, head, logits, {dhidden, Write::overwrite});
  model_.generator().backward(pass, encoder, dhidden);
}

void ReplacedTokenDetection::discriminate(Pass& outer, const Batch& batch, Trace& trace,
                                          Gradient gradient, StepState& state) const {
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved encoder;
  ReplacedTokenHead::Saved head;
  const TensorView hidden = model_.discriminator().forward(pass, trace.ids, batch.types, encoder);
  const TensorView logits = model_.discriminator_head().forward(pass, hidden, head);
  trace.logits = logits.reshape(trace.labels.shape());
  const TensorView dlogits = gradient == Gradient::wanted
                                 ? pass.tensor(trace.logits.shape(), logits.dtype())
                                 : TensorView{};
  pass.context.run(ReplacedTokenLoss{.logits = trace.logits,
                                     .labels = trace.labels,
                                     .lengths = pass.sequences.lengths,
                                     .scale = state.discriminator_scale,
                                     .losses = trace.disc_losses,
                                     .dlogits = dlogits});
  pass.context.run(CountReplaced{.losses = trace.disc_losses,
                                 .logits = trace.logits,
                                 .labels = trace.labels,
                                 .lengths = pass.sequences.lengths,
                                 .sums = state.of_step});
  if (gradient == Gradient::none) return;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  model_.discriminator_head().backward(pass, head, dlogits.reshape({dlogits.size()}),
                                       {dhidden, Write::overwrite});
  model_.discriminator().backward(pass, encoder, dhidden);
}

}  // namespace electra
