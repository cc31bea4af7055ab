#include "electra/pretrain/objectives/masked_language_model.h"

#include <algorithm>
#include <array>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/formats/hugging_face.h"
#include "electra/kernels/cross_entropy.h"
#include "electra/kernels/metrics.h"
#include "electra/models/pair.h"

namespace electra {

namespace {

constexpr std::string_view losses = "loss", counts = "count";             // what is added up
constexpr std::string_view scale = "scale", temperature = "temperature";  // the scalars of a step

using enum Figure::Style;
using enum Figure::Better;

constexpr auto all_figures = std::to_array<Figure>({
    {.key = "loss",
     .title = "MLM loss",
     .label = "mlm loss",
     .chart = "MLM loss",
     .unit = "nats per masked token",
     .tile = "held-out MLM loss"},
    {.key = "mlm_accuracy",
     .title = "MLM accuracy",
     .style = percent,
     .better = more,
     .label = "mlm",
     .before = " | ",
     .chart = "MLM accuracy",
     .unit = "of masked tokens",
     .tile = "held-out MLM accuracy"},
});

/// A network with the generator's head and the discriminator's sizes, alone in a store.
NetworkParts parts_of_config(const PretrainConfig& config) {
  const InitializeConfig& from = config.initialize;
  if (!from.generator.empty() || !from.discriminator.empty())
    throw ConfigError(
        "objective: expected replaced_token_detection beside initialize.*, found "
        "masked_language_model, which begins with weights of its own");
  ModelConfig alone = config.model;
  alone.sharing = Sharing::none;
  alone.generator = {.hidden = alone.hidden,
                     .layers = alone.layers,
                     .heads = alone.heads,
                     .intermediate = alone.intermediate};
  check(alone, config.vocabulary.size);
  return parts_of(alone, Network::generator, config.vocabulary.size);
}

class MaskedEvaluation final : public Evaluation {
 public:
  explicit MaskedEvaluation(const MaskedLanguageModel& objective) : objective_(objective) {}

  void prepare(Scalars& scalars) const override {
    scalars.set(scale, 1);
    scalars.set(temperature, 1);
  }
  void add(Pass& pass, const MicroBatch& batch, const HostBatch&, StepState& state) override {
    objective_.learn(pass, batch, MaskedLanguageModel::Gradient::none, state);
  }
  [[nodiscard]] FigureValues finish(const HostSums& sums) const override {
    return objective_.values(sums);
  }

 private:
  const MaskedLanguageModel& objective_;
};

}  // namespace

MaskedLanguageModel::MaskedLanguageModel(ParameterStore& store, const PretrainConfig& config,
                                         const SpecialIds& special)
    : store_(store),
      parts_(parts_of_config(config)),
      tables_(parts_.embeddings.scope(store, 0), parts_.config),
      encoder_(tables_, parts_.encoder.scope(store, 0), parts_.config),
      head_(tables_, parts_.head.scope(store, encoder_.depth() + 1), parts_.config),
      masking_(config.masking),
      special_(special) {}

std::span<const Figure> MaskedLanguageModel::figures() const { return all_figures; }

std::span<const SumPiece> MaskedLanguageModel::sums() const {
  using enum SumPiece::Kind;
  static const std::array<SumPiece, 2> pieces{
      {{std::string(losses), sum, {1}}, {std::string(counts), count, {3}}}};
  return pieces;
}

void MaskedLanguageModel::prepare(const StepTotals& totals, Index, Scalars& scalars) const {
  scalars.set(scale, 1 / std::max(totals.of(masks_column), 1.0));
  scalars.set(temperature, 1);
}

void MaskedLanguageModel::accumulate(Pass& pass, const MicroBatch& batch, StepState& state) const {
  learn(pass, batch, Gradient::wanted, state);
}

void MaskedLanguageModel::learn(Pass& outer, const MicroBatch& batch, Gradient gradient,
                                StepState& state) const {
  const bool learns = gradient == Gradient::wanted;
  const Masked masked = mask_tokens(outer, batch, masking_, special_, parts_.config.vocabulary);
  Pass pass = outer.of(parts_.encoder.group);
  const Shape capacity = masked.originals.shape();
  const TensorView each = pass.tensor(capacity, state.rate.dtype());
  const TensorView best = pass.tensor(capacity, DType::i32);
  const TensorView samples = pass.tensor(capacity, DType::i32);
  Encoder::Saved encoder;
  MlmHead::Saved head;
  const TensorView hidden = encoder_.forward(pass, masked.ids, batch.types, encoder);
  const TensorView logits = head_.forward(pass, hidden, masked.where, head);
  pass.context.run(VocabularyCrossEntropy{.logits = logits,
                                          .targets = masked.originals,
                                          .positions = masked.where.positions,
                                          .rows = pass.rows,
                                          .count = masked.where.count,
                                          .scale = state.scalar(scale),
                                          .temperature = state.scalar(temperature),
                                          .losses = each,
                                          .argmax = best,
                                          .samples = samples,
                                          .dlogits = learns ? logits : TensorView{},
                                          .non_finite = state.non_finite,
                                          .vocabulary = parts_.config.vocabulary,
                                          .random = pass.key(0, Place::sample)});
  pass.context.run(CountMasked{.losses = each,
                               .targets = masked.originals,
                               .argmax = best,
                               .samples = samples,
                               .count = masked.where.count,
                               .loss = state.of_step.of(losses),
                               .counts = state.of_step.of(counts)});
  if (!learns) return;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  head_.backward(pass, head, logits, {dhidden, Write::overwrite});
  encoder_.backward(pass, encoder, dhidden);
}

FigureValues MaskedLanguageModel::values(const HostSums& sums) const {
  const auto count = sums.of(counts);
  const double masked = count[0], correct = count[1];
  return {all_figures,
          {ratio(sums.of(losses)[0], masked), ratio(correct, masked)},
          static_cast<Index>(masked)};
}

std::unique_ptr<Evaluation> MaskedLanguageModel::evaluation() const {
  return std::make_unique<MaskedEvaluation>(*this);
}

std::vector<Export> MaskedLanguageModel::exports() const {
  return {{"masked_language_model", [this](const std::filesystem::path& directory) {
             save_network(directory, parts_, store_, special_.pad);
           }}};
}

}  // namespace electra
