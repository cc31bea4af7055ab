#include "electra/finetune/task_source.h"

#include <algorithm>
#include <numeric>

#include "data/shuffle.h"
#include "electra/core/error.h"
#include "electra/core/random.h"
#include "finetune/task_batch.h"

namespace electra {

namespace {

/// Features that must be in one batch: of embed the texts of an example, else each by itself.
std::vector<std::vector<std::size_t>> units_of(const TaskSet& set) {
  std::vector<std::vector<std::size_t>> units;
  const auto parts = static_cast<std::size_t>(set.parts);
  for (std::size_t i = 0; i < set.features.size(); i += parts) {
    std::vector<std::size_t>& unit = units.emplace_back(parts);
    std::iota(unit.begin(), unit.end(), i);
  }
  return units;
}

std::size_t length_of(const TaskSet& set, const std::vector<std::size_t>& unit) {
  std::size_t longest = 0;
  for (const std::size_t i : unit) longest = std::max(longest, set.features[i].ids.size());
  return longest;
}

RandomStream stream(std::uint64_t seed, std::uint32_t what, Index epoch) {
  return {seed, site(Network::none, 0, Place::shuffle), what, static_cast<std::uint32_t>(epoch)};
}

}  // namespace

TrainingSource::TrainingSource(const TaskData& data, const TaskSourceOptions& options)
    : data_(data), options_(options), units_(units_of(data.training)) {
  if (units_.empty()) throw Error("a source of steps needs examples");
}

Index TrainingSource::epoch_steps() const {
  return (std::ssize(units_) + options_.batch - 1) / options_.batch;
}

void TrainingSource::load_epoch(Index number) {
  if (number == epoch_) return;
  epoch_ = number;
  std::vector<std::size_t> order(units_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(order, stream(options_.seed, 0, number));
  const auto batch = static_cast<std::size_t>(options_.batch);
  const std::size_t window = batch * static_cast<std::size_t>(options_.sort_window);
  batches_.clear();
  for (std::size_t begin = 0; begin < order.size(); begin += window) {
    const auto first = order.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last =
        order.begin() + static_cast<std::ptrdiff_t>(std::min(begin + window, order.size()));
    if (options_.sort_window > 1)
      std::stable_sort(first, last, [&](std::size_t a, std::size_t b) {
        return length_of(data_.training, units_[a]) < length_of(data_.training, units_[b]);
      });
    for (auto at = first; at < last; at += std::min<std::ptrdiff_t>(options_.batch, last - at))
      batches_.emplace_back(at, std::min(at + options_.batch, last));
  }
  shuffle(batches_, stream(options_.seed, 1, number));
  std::ranges::stable_partition(batches_, [&](const auto& each) { return each.size() == batch; });
}

StepBatch TrainingSource::at(Index step) {
  const Index steps = epoch_steps();
  load_epoch(step / steps);
  const std::vector<std::size_t>& whole = batches_[static_cast<std::size_t>(step % steps)];
  const auto features_of = [&](Index begin, Index end) {
    std::vector<std::size_t> features;
    for (std::size_t part = 0; part < static_cast<std::size_t>(data_.training.parts); ++part)
      for (Index i = begin; i < end; ++i)
        features.push_back(units_[whole[static_cast<std::size_t>(i)]][part]);
    return features;
  };
  // Of several ranks, texts of embed that cannot be shared out evenly are left out.
  const bool together = data_.training.parts > 1;
  const Index count =
      together ? std::ssize(whole) / options_.ranks * options_.ranks : std::ssize(whole);
  const std::vector<std::size_t> all = features_of(0, count);
  const Index length = longest_of(data_.training, all, options_.pad_to);
  const Index begin = count * options_.rank / options_.ranks;
  const Index end = count * (options_.rank + 1) / options_.ranks;
  StepBatch result{.batch = task_batch(data_, data_.training, features_of(begin, end), length),
                   .totals = totals_of(task_batch(data_, data_.training, all, length)),
                   .epoch = static_cast<double>(step + 1) / static_cast<double>(steps)};
  result.batch.first = begin * data_.training.parts;
  return result;
}

EvaluationSource::EvaluationSource(const TaskData& data, const TaskSet& set, Index count)
    : data_(data), set_(set), count_(count), order_(set.features.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
    return set_.features[a].ids.size() > set_.features[b].ids.size();
  });
}

Index EvaluationSource::batches() const { return (std::ssize(order_) + count_ - 1) / count_; }

StepBatch EvaluationSource::at(Index step) {
  const auto begin = static_cast<std::size_t>(step * count_);
  const std::size_t count = std::min(static_cast<std::size_t>(count_), order_.size() - begin);
  const auto features = std::span(order_).subspan(begin, count);
  StepBatch result{.batch = task_batch(data_, set_, features, longest_of(set_, features, 8)),
                   .totals = {},
                   .epoch = 0};
  result.totals = totals_of(result.batch);
  return result;
}

}  // namespace electra
