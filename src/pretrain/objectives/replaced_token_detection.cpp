#include "electra/pretrain/objectives/replaced_token_detection.h"

#include <algorithm>
#include <array>

#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/kernels/cross_entropy.h"
#include "electra/kernels/mask_tokens.h"
#include "electra/kernels/metrics.h"
#include "electra/kernels/replaced_token_loss.h"
#include "electra/pretrain/auc.h"
#include "electra/pretrain/objectives/masking.h"
#include "pretrain/objectives/replaced_token_figures.h"

namespace electra {

namespace {

// What is added up, and where.
constexpr std::string_view losses = "loss", counts = "count", histogram = "histogram";
constexpr Index mlm_loss = 0, disc_loss = 1;
constexpr Index of_masked = 0, of_replaced = 3;  // the first of each kernel's counts

// The scalars of a step.
constexpr std::string_view generator_scale = "generator_scale";
constexpr std::string_view discriminator_scale = "discriminator_scale";
constexpr std::string_view sampling_temperature = "temperature";

/// Room for what becomes of a micro-batch.
ReplacedTokenDetection::Trace make_trace(Pass& pass, const MicroBatch& batch, Index capacity,
                                         DType exact) {
  const Shape text = batch.ids.shape();
  return {.mlm_losses = pass.tensor({capacity}, exact),
          .best = pass.tensor({capacity}, DType::i32),
          .samples = pass.tensor({capacity}, DType::i32),
          .ids = pass.tensor(text, DType::i32),
          .labels = pass.tensor(text, DType::i32),
          .logits = {},
          .disc_losses = pass.tensor(text, exact)};
}

/// The AUC of an evaluation is by ranks, not by a histogram, so it keeps every logit.
class RankedEvaluation final : public Evaluation {
 public:
  RankedEvaluation(const ReplacedTokenDetection& objective, double temperature)
      : objective_(objective), temperature_(temperature) {}

  void prepare(Scalars& scalars) const override { objective_.prepare(1, 1, temperature_, scalars); }

  void add(Pass& pass, const MicroBatch& batch, const HostBatch& host, StepState& state) override {
    const auto trace = objective_.forward(pass, batch, objective_.mask(pass, batch), state);
    const auto labels = to_host<std::int32_t>(pass.context, trace.labels);
    const std::vector<double> logits = to_host_f64(pass.context, trace.logits);
    for (Index row = 0; row < host.count(); ++row)
      for (Index column = 0; column < host.lengths[static_cast<std::size_t>(row)]; ++column) {
        const auto i = static_cast<std::size_t>(row * host.length + column);
        auc_.add(logits[i], labels[i] != 0);
      }
  }

  [[nodiscard]] FigureValues finish(const HostSums& sums) const override {
    FigureValues values = objective_.values(sums);
    values.set("disc_auc", auc_.value());
    return values;
  }

 private:
  const ReplacedTokenDetection& objective_;
  double temperature_;
  RankAuc auc_;
};

}  // namespace

ReplacedTokenDetection::ReplacedTokenDetection(ParameterStore& store, const PretrainConfig& config,
                                               const SpecialIds& special)
    : store_(store),
      pair_(store, config.model, config.vocabulary.size),
      masking_(config.masking),
      sampling_(config.sampling),
      loss_(config.loss),
      special_(special) {}

std::span<const Figure> ReplacedTokenDetection::figures() const { return replaced_token_figures(); }

std::span<const SumPiece> ReplacedTokenDetection::sums() const {
  using enum SumPiece::Kind;
  static const std::array<SumPiece, 3> pieces{
      {{std::string(losses), sum, {2}},
       {std::string(counts), count, {7}},
       {std::string(histogram), count, {2, CountReplaced::bins}}}};
  return pieces;
}

void ReplacedTokenDetection::prepare(const StepTotals& totals, Index step, Scalars& scalars) const {
  prepare(static_cast<Index>(totals.of(masks_column)), totals.tokens, temperature(step), scalars);
}

void ReplacedTokenDetection::prepare(Index masked, Index tokens, double temperature,
                                     Scalars& scalars) const {
  const auto per = [](double weight, Index count) {
    return weight / static_cast<double>(std::max<Index>(count, 1));
  };
  scalars.set(generator_scale, per(loss_.generator, masked));
  scalars.set(discriminator_scale, per(loss_.discriminator, tokens));
  scalars.set(sampling_temperature, temperature);
}

double ReplacedTokenDetection::temperature(Index step) const {
  const SamplingConfig& s = sampling_;
  if (step >= s.temperature_steps) return s.temperature;
  const double left = 1 - static_cast<double>(step) / static_cast<double>(s.temperature_steps);
  return s.temperature + (s.first_temperature - s.temperature) * left;
}

FigureValues ReplacedTokenDetection::values(const HostSums& sums) const {
  const auto loss = sums.of(losses);
  const auto count = sums.of(counts);
  const double masked = count[0], correct = count[1], sampled = count[2];
  const double tokens = count[3], replaced = count[4], found = count[5], alarms = count[6];
  const auto mlm = ratio(loss[mlm_loss], masked), disc = ratio(loss[disc_loss], tokens);
  const auto total = mlm && disc
                         ? std::optional(loss_.generator * *mlm + loss_.discriminator * *disc)
                         : std::nullopt;
  const double wrong = replaced - found + alarms;
  return {replaced_token_figures(),
          {total, mlm, disc, ratio(correct, masked), ratio(sampled, masked),
           histogram_auc(sums.of(histogram)), ratio(tokens - wrong, tokens),
           ratio(found, found + alarms), ratio(found, replaced)},
          static_cast<Index>(tokens)};
}

std::unique_ptr<Evaluation> ReplacedTokenDetection::evaluation() const {
  return std::make_unique<RankedEvaluation>(*this, sampling_.temperature);
}

std::vector<Export> ReplacedTokenDetection::exports() const {
  const auto network = [this](const char* folder, Network which) {
    return Export{folder, [this, which](const std::filesystem::path& directory) {
                    save_network(directory, parts_of(pair_.config(), which, pair_.vocabulary()),
                                 store_, special_.pad);
                  }};
  };
  return {network("generator", Network::generator),
          network("discriminator", Network::discriminator)};
}

void ReplacedTokenDetection::accumulate(Pass& pass, const MicroBatch& batch,
                                        StepState& state) const {
  accumulate(pass, batch, mask(pass, batch), {}, state);
}

void ReplacedTokenDetection::accumulate(Pass& pass, const MicroBatch& batch, const Masked& masked,
                                        ConstTensorView samples, StepState& state) const {
  Trace trace = make_trace(pass, batch, masked.originals.size(), state.rate.dtype());
  generate(pass, batch, masked, samples, trace, Gradient::wanted, state);
  discriminate(pass, batch, trace, Gradient::wanted, state);
}

ReplacedTokenDetection::Trace ReplacedTokenDetection::forward(Pass& pass, const MicroBatch& batch,
                                                              const Masked& masked,
                                                              StepState& state) const {
  Trace trace = make_trace(pass, batch, masked.originals.size(), state.rate.dtype());
  generate(pass, batch, masked, {}, trace, Gradient::none, state);
  discriminate(pass, batch, trace, Gradient::none, state);
  return trace;
}

Masked ReplacedTokenDetection::mask(Pass& pass, const MicroBatch& batch) const {
  return mask_tokens(pass, batch, masking_, special_, pair_.vocabulary());
}

void ReplacedTokenDetection::generate(Pass& outer, const MicroBatch& batch, const Masked& masked,
                                      ConstTensorView samples, const Trace& trace,
                                      Gradient gradient, StepState& state) const {
  Pass pass = outer.of(Network::generator);
  const auto scratch = pass.arena.scope();
  Encoder::Saved encoder;
  MlmHead::Saved head;
  const TensorView hidden = pair_.generator().forward(pass, masked.ids, batch.types, encoder);
  const TensorView logits = pair_.generator_head().forward(pass, hidden, masked.where, head);
  sample(pass, batch, masked, samples, logits, trace, gradient, state);
  if (gradient == Gradient::none) return;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  pair_.generator_head().backward(pass, head, logits, {dhidden, Write::overwrite});
  pair_.generator().backward(pass, encoder, dhidden);
}

void ReplacedTokenDetection::sample(Pass& pass, const MicroBatch& batch, const Masked& masked,
                                    ConstTensorView samples, TensorView logits, const Trace& trace,
                                    Gradient gradient, StepState& state) const {
  if (!samples) samples = trace.samples;
  pass.context.run(VocabularyCrossEntropy{
      .logits = logits,
      .targets = masked.originals,
      .positions = masked.where.positions,
      .rows = pass.rows,
      .count = masked.where.count,
      .scale = state.scalar(generator_scale),
      .temperature = state.scalar(sampling_temperature),
      .losses = trace.mlm_losses,
      .argmax = trace.best,
      .samples = trace.samples,
      .dlogits = gradient == Gradient::wanted ? logits : TensorView{},
      .non_finite = state.non_finite,
      .vocabulary = pair_.vocabulary(),
      .correct = sampling_.disallow_correct ? VocabularyCrossEntropy::Correct::disallow
                                            : VocabularyCrossEntropy::Correct::allow,
      .random = pass.key(0, Place::sample)});
  pass.context.run(ReplaceTokens{.ids = batch.ids,
                                 .rows = pass.rows,
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
                               .loss = state.of_step.of(losses).slice(mlm_loss, 1),
                               .counts = state.of_step.of(counts).slice(of_masked, 3)});
}

void ReplacedTokenDetection::discriminate(Pass& outer, const MicroBatch& batch, Trace& trace,
                                          Gradient gradient, StepState& state) const {
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved encoder;
  ReplacedTokenHead::Saved head;
  const TensorView hidden = pair_.discriminator().forward(pass, trace.ids, batch.types, encoder);
  const TensorView logits = pair_.discriminator_head().forward(pass, hidden, head);
  trace.logits = logits;
  const TensorView dlogits =
      gradient == Gradient::wanted ? pass.tensor(logits.shape(), logits.dtype()) : TensorView{};
  pass.context.run(ReplacedTokenLoss{.logits = trace.logits,
                                     .labels = trace.labels,
                                     .rows = pass.rows,
                                     .scale = state.scalar(discriminator_scale),
                                     .losses = trace.disc_losses,
                                     .dlogits = dlogits});
  pass.context.run(CountReplaced{.losses = trace.disc_losses,
                                 .logits = trace.logits,
                                 .labels = trace.labels,
                                 .rows = pass.rows,
                                 .loss = state.of_step.of(losses).slice(disc_loss, 1),
                                 .counts = state.of_step.of(counts).slice(of_replaced, 4),
                                 .histogram = state.of_step.of(histogram)});
  if (gradient == Gradient::none) return;
  const TensorView dhidden = pass.tensor(hidden.shape(), hidden.dtype());
  pair_.discriminator_head().backward(pass, head, dlogits, {dhidden, Write::overwrite});
  pair_.discriminator().backward(pass, encoder, dhidden);
}

}  // namespace electra
