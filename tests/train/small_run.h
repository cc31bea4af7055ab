#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "electra/core/context.h"
#include "electra/pretrain/objectives.h"
#include "electra/pretrain/objectives/masking.h"
#include "electra/train/trainer.h"
#include "support/host_copy.h"

namespace electra::test {

/// A pair small enough for tests, with dropout on.
inline PretrainConfig small_config() {
  PretrainConfig c;
  c.model.embedding = 16;
  c.model.hidden = 32;
  c.model.layers = 2;
  c.model.heads = 2;
  c.model.intermediate = 64;
  c.model.positions = 32;
  c.model.generator = {.hidden = 16, .layers = 2, .heads = 1, .intermediate = 32};
  c.model.initializer_range = 0.1F;
  c.vocabulary.size = 101;
  c.data.length = 24;
  c.train.batch = 12;
  c.train.steps = 100;
  c.schedule.warmup = 2;
  c.schedule.peak = 1e-3;
  c.threads = 1;
  c.device = "cpu";
  return c;
}

/// The examples of a step: random words, lengths from 5 to data.length, two segments.
inline StepBatch random_examples(const PretrainConfig& c, std::uint32_t step, int rank = 0,
                                 int ranks = 1) {
  RandomStream random(c.seed, site(Network::none, 0, Place::pack), 0, step);
  const Index length = c.data.length;
  const Index most = max_predictions(c.masking.share, length);
  HostBatch all;
  all.length = length;
  Column masks{.name = std::string(masks_column), .per = Column::Per::example, .values = {}};
  for (Index row = 0; row < c.train.batch; ++row) {
    const Index n = row == 0 ? length : 5 + random.below(static_cast<std::uint32_t>(length - 4));
    for (Index column = 0; column < length; ++column) {
      const auto word = 5 + random.below(static_cast<std::uint32_t>(c.vocabulary.size - 5));
      const std::int32_t inside = column == 0 ? 2 : column == n - 1 ? 3 : static_cast<int>(word);
      all.ids.push_back(column < n ? inside : 0);
      all.types.push_back(column > n / 2 && column < n ? 1 : 0);
    }
    all.lengths.push_back(static_cast<std::int32_t>(n));
    masks.values.push_back(static_cast<std::int32_t>(mask_count(n, n - 2, c.masking.share, most)));
  }
  all.columns.push_back(std::move(masks));
  const Index share = c.train.batch / ranks;
  return {.batch = all.slice(rank * share, share), .totals = totals_of(all), .epoch = 0};
}

/// A trainer with everything it refers to.
struct Run {
  /// On the CPU, if no context is given.
  explicit Run(const PretrainConfig& c, Communicator* ranks = nullptr, Context* on = nullptr)
      : config(c),
        own_context(on != nullptr
                        ? nullptr
                        : Context::create(choose_device(c.device).device, {.threads = c.threads})),
        context(on != nullptr ? on : own_context.get()),
        objective(make_objective(store, c, SpecialIds{})) {
    store.allocate(*context, c.precision);
    store.initialise(c.seed, c.model.initializer_range);
    trainer = std::make_unique<Trainer>(store, *objective, ranks != nullptr ? *ranks : *alone, c);
  }

  /// Takes steps until `last`, with this rank's share of the examples.
  void until(Index last, int rank = 0, int ranks = 1) {
    while (trainer->next_step() < last) {
      const auto step = static_cast<std::uint32_t>(trainer->next_step());
      trainer->step(random_examples(config, step, rank, ranks));
    }
  }
  [[nodiscard]] std::vector<float> weights() const {
    const HostTensor copy = host_copy(*context, store.master());
    const auto values = copy.view().span<float>();
    return {values.begin(), values.end()};
  }

  PretrainConfig config;
  std::unique_ptr<Context> own_context;
  Context* context;
  ParameterStore store;
  std::unique_ptr<Objective> objective;
  std::unique_ptr<Communicator> alone = Communicator::single_process();
  std::unique_ptr<Trainer> trainer;
};

/// The largest error of a parameter's weights in the measure of the golden files; the key biases,
/// whose gradient is rounding alone, are left out.
inline double worst_error(const ParameterStore& store, const std::vector<float>& expected,
                          const std::vector<float>& found) {
  double worst = 0;
  for (const Parameter& p : store.parameters()) {
    const auto begin = static_cast<std::size_t>(p.offset);
    const auto size = static_cast<std::size_t>(p.padded.size());
    const auto a = std::span(expected).subspan(begin, size);
    const auto b = std::span(found).subspan(begin, size);
    const bool joined = p.name.ends_with("query_key_value/bias");
    double difference = 0;
    double norm = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (joined && i / (a.size() / 3) == 1) continue;
      difference += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
      norm += double{a[i]} * a[i];
    }
    const double error = std::sqrt(difference) / (std::sqrt(norm) + 1e-300);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}

[[nodiscard]] inline double worst_error(const Run& expected, const Run& found) {
  return worst_error(expected.store, expected.weights(), found.weights());
}

}  // namespace electra::test
