#include "electra/train/objectives/replaced_token_detection.h"

#include "electra/kernels/cross_entropy.h"
#include "electra/kernels/replaced_token_loss.h"

namespace electra {

ReplacedTokenDetection::ReplacedTokenDetection(const Electra& model, const RunConfig& config,
                                               const SpecialIds& special)
    : model_(model), masking_(config.masking), sampling_(config.sampling), special_(special) {}

void ReplacedTokenDetection::accumulate(Pass& pass, const Batch& batch, StepState& state) const {
  learn(pass, batch, mask(pass, batch), {}, state);
}

void ReplacedTokenDetection::learn(Pass& pass, const Batch& batch, const Masked& masked,
                                   ConstTensorView samples, StepState& state) const {
  const Corrupted text = make_corrupted(pass);
  generate(pass, batch, masked, samples, text, Gradient::wanted, state);
  (void)discriminate(pass, batch, text, Gradient::wanted, state);
}

Objective::Verdict ReplacedTokenDetection::evaluate(Pass& pass, const Batch& batch,
                                                    StepState& state) const {
  const Corrupted text = make_corrupted(pass);
  generate(pass, batch, mask(pass, batch), {}, text, Gradient::none, state);
  return {discriminate(pass, batch, text, Gradient::none, state), text.labels};
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

ReplacedTokenDetection::Corrupted ReplacedTokenDetection::make_corrupted(Pass& pass) const {
  const Shape shape{pass.sequences.batch, pass.sequences.length};
  return {.ids = pass.tensor(shape, DType::i32), .labels = pass.tensor(shape, DType::i32)};
}

void ReplacedTokenDetection::generate(Pass& outer, const Batch& batch, const Masked& masked,
                                      ConstTensorView samples, const Corrupted& text,
                                      Gradient gradient, StepState& state) const {
  Pass pass = outer.of(Network::generator);
  const auto scratch = pass.arena.scope();
  Encoder::Saved encoder;
  MlmHead::Saved head;
  const TensorView hidden = model_.generator().forward(pass, masked.ids, batch.types, encoder);
  const TensorView logits = model_.generator_head().forward(pass, hidden, masked.where, head);

  const TensorView losses = pass.tensor({batch.capacity}, wide(logits.dtype()));
  const TensorView best = pass.tensor({batch.capacity}, DType::i32);
  const TensorView drawn = pass.tensor({batch.capacity}, DType::i32);
  if (!samples) samples = drawn;
  pass.context.run(VocabularyCrossEntropy{
      .logits = logits,
      .targets = masked.originals,
      .positions = masked.where.positions,
      .count = masked.where.count,
      .scale = state.generator_scale,
      .temperature = state.temperature,
      .losses = losses,
      .argmax = best,
      .samples = drawn,
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
                                 .corrupted_ids = text.ids,
                                 .labels = text.labels});
  pass.context.run(CountMasked{.losses = losses,
                               .targets = masked.originals,
                               .argmax = best,
                               .samples = samples,
                               .count = masked.where.count,
                               .sums = state.of_step});
  if (gradient == Gradient::none) return;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  model_.generator_head().backward(pass, head, logits, {dhidden, Write::overwrite});
  model_.generator().backward(pass, encoder, dhidden);
}

TensorView ReplacedTokenDetection::discriminate(Pass& outer, const Batch& batch,
                                                const Corrupted& text, Gradient gradient,
                                                StepState& state) const {
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved encoder;
  ReplacedTokenHead::Saved head;
  const TensorView hidden = model_.discriminator().forward(pass, text.ids, batch.types, encoder);
  const TensorView logits =
      model_.discriminator_head().forward(pass, hidden, head).reshape(text.labels.shape());
  const TensorView losses = pass.tensor(logits.shape(), logits.dtype());
  const TensorView dlogits =
      gradient == Gradient::wanted ? pass.tensor(logits.shape(), logits.dtype()) : TensorView{};
  pass.context.run(ReplacedTokenLoss{.logits = logits,
                                     .labels = text.labels,
                                     .lengths = pass.sequences.lengths,
                                     .scale = state.discriminator_scale,
                                     .losses = losses,
                                     .dlogits = dlogits});
  pass.context.run(CountReplaced{.losses = losses,
                                 .logits = logits,
                                 .labels = text.labels,
                                 .lengths = pass.sequences.lengths,
                                 .sums = state.of_step});
  if (gradient == Gradient::none) return logits;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  model_.discriminator_head().backward(pass, head, dlogits.reshape({dlogits.size()}),
                                       {dhidden, Write::overwrite});
  model_.discriminator().backward(pass, encoder, dhidden);
  return logits;
}

}  // namespace electra
