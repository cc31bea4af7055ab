#pragma once

#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "electra/core/context.h"
#include "electra/finetune/objectives.h"
#include "electra/parallel/communicator.h"
#include "electra/train/device_batch.h"
#include "finetune/network_head.h"
#include "finetune/some_features.h"
#include "finetune/task_batch.h"
#include "support/near.h"

namespace electra::test {

inline constexpr std::size_t toy_examples = 8;

/// What is right of each of eight texts of 4 to 7 tokens, which their third token gives away.
inline TaskData toy_data(const std::string& task) {
  const Index parts = task == "embed" ? 2 : 1;
  std::vector<Index> lengths;
  for (std::size_t i = 0; i < toy_examples * static_cast<std::size_t>(parts); ++i)
    lengths.push_back(4 + static_cast<Index>(i * 3 % 4));
  TaskData data = some_data(task, lengths, parts);
  data.special.pad = 0;
  if (task == "classify" || task == "multilabel" || task == "tag")
    data.labels = Labels({"a", "b", "c"});
  TaskSet& set = data.training;
  for (std::size_t i = 0; i < set.features.size(); ++i) {
    Feature& feature = set.features[i];
    const auto kind = static_cast<std::int32_t>(feature.example % 3);
    for (std::size_t k = 0; k < feature.ids.size(); ++k) {
      feature.ids[k] = static_cast<std::int32_t>(8 + (i + k) % 4);
      feature.types[k] = k > 2 ? 1 : 0;
    }
    feature.ids[0] = 2;
    feature.ids[2] = 5 + kind;
    if (task == "embed") feature.ids[2] = static_cast<std::int32_t>(12 + feature.example);
    feature.words = {1, 2, -1};
    feature.start = feature.end = 1 + kind % 2;
    feature.ids[static_cast<std::size_t>(feature.start)] = task == "answer" ? 7 : feature.ids[1];
    if (task == "classify") set.labels.push_back({kind});
    if (task == "multilabel")
      set.labels.push_back(kind == 0 ? std::vector<std::int32_t>{0, 2} : std::vector{kind});
    if (task == "tag") set.labels.push_back({0, kind, 1});
    set.examples.rows[feature.example].number = kind - 0.75;
  }
  return data;
}

/// An objective on a tiny network with dropout at work, and one batch: all that there is.
class ToyObjective {
 public:
  ToyObjective(TaskData of, const FinetuneConfig& config, Precision precision = Precision::f64)
      : data(std::move(of)),
        objective(make_objective(
            store, {.data = data, .network = network(), .head = head_of(config, data)})) {
    store.allocate(*context, precision);
    store.with_gradients();
    store.initialise(1, 0.4F);
    store.update_values();
    state.emplace(*context, store.master().dtype(), objective->sums());
    std::vector<std::size_t> all;
    const auto parts = static_cast<std::size_t>(data.training.parts);
    for (std::size_t part = 0; part < parts; ++part)
      for (std::size_t i = part; i < data.training.features.size(); i += parts) all.push_back(i);
    host = task_batch(data, data.training, all, 8);
    Scalars scalars;
    objective->prepare(totals_of(host), 0, scalars);
    state->upload(scalars);
    input.emplace(*context, host);
    input->upload(host);
  }

  static NetworkConfig network() {
    return {.vocabulary = 20,
            .embedding = 6,
            .hidden = 8,
            .layers = 2,
            .heads = 2,
            .intermediate = 10,
            .positions = 8};
  }

  [[nodiscard]] double scale() const { return state->read(state->scalar("scale")); }
  [[nodiscard]] HostSums sums() const {
    return state->of_step.read(*Communicator::single_process());
  }

  /// Adds the gradients of all texts, in micro-batches of at most so many; returns what it is the
  /// gradient of.
  double accumulate(Index micro_batch) {
    state->of_step.clear();
    for (Index first = 0; first < host.count(); first += micro_batch) {
      arena.reset();
      const MicroBatch batch =
          input->micro_batch(first, std::min(micro_batch, host.count() - first));
      Pass pass = pass_over(batch, *context, arena, {.seed = 3, .step = state->step});
      objective->accumulate(pass, batch, *state);
    }
    return sums().of("loss")[0] * scale();
  }
  [[nodiscard]] std::vector<double> gradients(Index micro_batch) {
    store.zero_gradients();
    (void)accumulate(micro_batch);
    return values(store.gradients());
  }

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  TaskData data;
  ParameterStore store;
  std::unique_ptr<TaskObjective> objective;
  Arena arena{*context, 0, Arena::Debug::poison};
  std::optional<StepState> state;
  HostBatch host;
  std::optional<DeviceBatch> input;
};

}  // namespace electra::test
