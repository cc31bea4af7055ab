#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "electra/core/context.h"
#include "electra/data/masking.h"
#include "electra/train/trainer.h"
#include "support/host_copy.h"

namespace electra::test {

/// A pair small enough for tests, with dropout on.
inline RunConfig small_config() {
  RunConfig c;
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
inline StepExamples random_examples(const RunConfig& c, std::uint32_t step, int rank = 0,
                                    int ranks = 1) {
  RandomStream random(c.seed, site(Network::none, 0, Place::pack), 0, step);
  const Index length = c.data.length;
  const Index most = max_predictions(c.masking.share, length);
  Examples all;
  all.length = length;
  StepTotals totals;
  for (Index row = 0; row < c.train.batch; ++row) {
    const Index n = row == 0 ? length : 5 + random.below(static_cast<std::uint32_t>(length - 4));
    for (Index column = 0; column < length; ++column) {
      const auto word = 5 + random.below(static_cast<std::uint32_t>(c.vocabulary.size - 5));
      const std::int32_t inside = column == 0 ? 2 : column == n - 1 ? 3 : static_cast<int>(word);
      all.ids.push_back(column < n ? inside : 0);
      all.types.push_back(column > n / 2 && column < n ? 1 : 0);
    }
    all.lengths.push_back(static_cast<std::int32_t>(n));
    const Index masks = mask_count(n, n - 2, c.masking.share, most);
    all.mask_counts.push_back(static_cast<std::int32_t>(masks));
    totals.tokens += n;
    totals.masked += masks;
  }
  const Index share = c.train.batch / ranks;
  return {.examples = all.slice(rank * share, share), .totals = totals, .epoch = 0};
}

/// A trainer with everything it refers to.
struct Run {
  explicit Run(const RunConfig& c, Communicator* ranks = nullptr)
      : config(c),
        context(Context::create(parse_device(c.device), {.threads = c.threads})),
        model(store, c.model, c.vocabulary.size) {
    store.allocate(*context, c.precision);
    store.initialise(c.seed, c.model.initializer_range);
    objective = make_objective(model, c, SpecialIds{});
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

  RunConfig config;
  std::unique_ptr<Context> context;
  ParameterStore store;
  Electra model;
  std::unique_ptr<Objective> objective;
  std::unique_ptr<Communicator> alone = Communicator::single_process();
  std::unique_ptr<Trainer> trainer;
};

/// The largest error of a parameter's weights in the measure of the golden files; the key biases,
/// whose gradient is rounding alone, are left out.
inline double worst_error(const Run& expected, const Run& found) {
  const HostTensor right = host_copy(*expected.context, expected.store.master());
  const HostTensor other = host_copy(*found.context, found.store.master());
  double worst = 0;
  for (const Parameter& p : expected.store.parameters()) {
    const auto a = expected.store.piece(p, right.view()).span<float>();
    const auto b = found.store.piece(*found.store.find(p.name), other.view()).span<float>();
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

}  // namespace electra::test
