#include "electra/finetune/task_source.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "electra/core/error.h"
#include "finetune/some_features.h"

using namespace electra;
using namespace electra::test;

namespace {

using Numbers = std::vector<std::int32_t>;

/// 3 to 22 tokens, in no order.
std::vector<Index> mixed_lengths(std::size_t count) {
  std::vector<Index> lengths;
  for (std::size_t i = 0; i < count; ++i) lengths.push_back(3 + static_cast<Index>(i * 7 % 20));
  return lengths;
}

void check_same(const StepBatch& a, const StepBatch& b) {
  CHECK(a.batch.ids == b.batch.ids);
  CHECK(a.batch.types == b.batch.types);
  CHECK(a.batch.lengths == b.batch.lengths);
  CHECK(a.batch.first == b.batch.first);
  CHECK(a.totals == b.totals);
  CHECK(a.epoch == b.epoch);
  REQUIRE(a.batch.columns.size() == b.batch.columns.size());
  for (std::size_t i = 0; i < a.batch.columns.size(); ++i)
    CHECK(a.batch.columns[i].values == b.batch.columns[i].values);
}

Numbers all_of_epoch(TrainingSource& source, Index epoch) {
  Numbers all;
  for (Index i = 0; i < source.epoch_steps(); ++i)
    for (const std::int32_t each : features_in(source.at(epoch * source.epoch_steps() + i).batch))
      all.push_back(each);
  return all;
}

Numbers sorted(Numbers numbers) {
  std::ranges::sort(numbers);
  return numbers;
}

Numbers first_numbers(Index count) {
  Numbers numbers;
  for (Index i = 0; i < count; ++i) numbers.push_back(static_cast<std::int32_t>(i));
  return numbers;
}

}  // namespace

TEST_CASE("a batch of a task is a function of its step alone", "[task_source][law]") {
  const TaskData data = some_data("regress", mixed_lengths(23));
  const TaskSourceOptions options{.batch = 4, .sort_window = 3, .seed = 5};
  TrainingSource straight(data, options);
  std::vector<StepBatch> expected;
  for (Index step = 0; step < 15; ++step) expected.push_back(straight.at(step));
  TrainingSource jumping(data, options);
  for (const Index step : {14, 0, 7, 7, 5, 6, 1, 12})
    check_same(jumping.at(step), expected[static_cast<std::size_t>(step)]);
  for (const Index step : {5, 0}) {
    TrainingSource anew(data, options);
    check_same(anew.at(step), expected[static_cast<std::size_t>(step)]);
  }
}

TEST_CASE("every example is seen once an epoch, in an order of the epoch and the seed",
          "[task_source][law]") {
  const TaskData data = some_data("regress", mixed_lengths(23));
  for (const Index window : {1, 2, 50}) {
    TrainingSource source(data, {.batch = 4, .sort_window = window});
    TrainingSource other(data, {.batch = 4, .sort_window = window, .seed = 2});
    CHECK(source.epoch_steps() == 6);
    for (Index epoch = 0; epoch < 3; ++epoch)
      CHECK(sorted(all_of_epoch(source, epoch)) == first_numbers(23));
    CHECK(all_of_epoch(source, 0) != all_of_epoch(source, 1));
    CHECK(all_of_epoch(source, 0) != all_of_epoch(other, 0));
  }
}

TEST_CASE("the short batch comes last, and the epoch is counted in steps", "[task_source]") {
  const TaskData data = some_data("regress", mixed_lengths(23));
  for (const Index window : {1, 2, 50}) {
    TrainingSource source(data, {.batch = 4, .sort_window = window});
    for (Index step = 0; step < 12; ++step) {
      const StepBatch found = source.at(step);
      CHECK(found.batch.count() == (step % 6 == 5 ? 3 : 4));
      CHECK(found.epoch == Approx(static_cast<double>(step + 1) / 6));
      CHECK(found.totals.examples == found.batch.count());
    }
  }
  const TaskData few = some_data("regress", {5, 6});
  TrainingSource source(few, {.batch = 32});
  CHECK(source.epoch_steps() == 1);
  CHECK(source.at(3).batch.count() == 2);
}

TEST_CASE("texts of a window are parted into batches by length", "[task_source]") {
  const TaskData data = some_data("regress", mixed_lengths(40));
  const auto ranges = [&](Index window) {
    TrainingSource source(data, {.batch = 4, .sort_window = window});
    std::vector<std::pair<std::int32_t, std::int32_t>> all;
    for (Index step = 0; step < source.epoch_steps(); ++step) {
      const auto [least, most] = std::ranges::minmax(source.at(step).batch.lengths);
      all.emplace_back(least, most);
    }
    return all;
  };
  auto whole = ranges(10);
  CHECK_FALSE(std::ranges::is_sorted(whole));  // batches are shuffled
  std::ranges::sort(whole);
  for (std::size_t i = 1; i < whole.size(); ++i) CHECK(whole[i - 1].second <= whole[i].first);
  const auto spread = [&](Index window) {
    Index sum = 0;
    for (const auto& [least, most] : ranges(window)) sum += most - least;
    return sum;
  };
  CHECK(spread(10) < spread(3));
  CHECK(spread(3) < spread(1));
}

TEST_CASE("a batch is padded to its longest text, rounded up", "[task_source]") {
  const TaskData data = some_data("regress", mixed_lengths(23));
  for (const Index multiple : {1, 8}) {
    TrainingSource source(data, {.batch = 4, .pad_to = multiple});
    for (Index step = 0; step < source.epoch_steps(); ++step) {
      const HostBatch batch = source.at(step).batch;
      const Index longest = *std::ranges::max_element(batch.lengths);
      CHECK(batch.length == (longest + multiple - 1) / multiple * multiple);
      REQUIRE(std::ssize(batch.ids) == batch.count() * batch.length);
      const Numbers numbers = features_in(batch);
      for (std::size_t i = 0; i < batch.ids.size(); ++i) {
        const std::size_t row = i / static_cast<std::size_t>(batch.length);
        const bool real = static_cast<Index>(i) % batch.length < batch.lengths[row];
        CHECK(batch.ids[i] == (real ? numbers[row] : 999));
        CHECK(batch.types[i] == (real ? 1 : 0));
      }
    }
  }
}

TEST_CASE("ranks together hold the whole step, and each knows its totals", "[task_source][law]") {
  TaskData data = some_data("classify", mixed_lengths(23));
  for (std::int32_t i = 0; i < 23; ++i) data.training.labels.push_back({i % 3});
  for (const int ranks : {2, 3}) {
    TrainingSource whole(data, {.batch = 6});
    for (Index step = 0; step < whole.epoch_steps(); ++step) {
      const StepBatch expected = whole.at(step);
      Numbers features, labels, ids;
      for (int rank = 0; rank < ranks; ++rank) {
        TrainingSource part(data, {.batch = 6, .rank = rank, .ranks = ranks});
        CHECK(part.epoch_steps() == whole.epoch_steps());
        const StepBatch found = part.at(step);
        CHECK(found.totals == expected.totals);
        CHECK(found.batch.first == std::ssize(features));
        CHECK(found.batch.length == expected.batch.length);
        for (const std::int32_t each : features_in(found.batch)) features.push_back(each);
        for (const std::int32_t each : found.batch.column("labels")) labels.push_back(each);
        ids.insert(ids.end(), found.batch.ids.begin(), found.batch.ids.end());
      }
      CHECK(features == features_in(expected.batch));
      CHECK(labels == expected.batch.column("labels"));
      CHECK(ids == expected.batch.ids);
    }
  }
}

TEST_CASE("a batch of embed has all texts, then what belongs to each, then what does not",
          "[task_source]") {
  for (const Index parts : {2, 3}) {
    const TaskData data =
        some_data("embed", mixed_lengths(static_cast<std::size_t>(parts) * 7), parts);
    TrainingSource source(data, {.batch = 3});
    CHECK(source.epoch_steps() == 3);
    Numbers seen;
    for (Index step = 0; step < 3; ++step) {
      const StepBatch found = source.at(step);
      const Numbers features = features_in(found.batch);
      const std::size_t pairs = step == 2 ? 1 : 3;
      REQUIRE(features.size() == pairs * static_cast<std::size_t>(parts));
      for (std::size_t i = 0; i < features.size(); ++i) {
        const auto part = static_cast<std::int32_t>(i / pairs);
        CHECK(features[i] == features[i % pairs] + part);
        CHECK(features[i] % parts == part);
      }
      CHECK(found.batch.column("texts") == features);
      CHECK(found.totals.examples == std::ssize(features));
      seen.insert(seen.end(), features.begin(), features.end());
    }
    CHECK(sorted(seen) == first_numbers(parts * 7));
  }
}

TEST_CASE("ranks share out pairs of embed evenly, and leave out what is left over",
          "[task_source]") {
  const TaskData data = some_data("embed", mixed_lengths(14), 2);
  for (Index step = 0; step < 2; ++step) {
    std::set<std::int32_t> seen;
    Index first = 0;
    for (int rank = 0; rank < 2; ++rank) {
      TrainingSource source(data, {.batch = 4, .rank = rank, .ranks = 2});
      const StepBatch found = source.at(step);
      const Numbers features = features_in(found.batch);
      REQUIRE(features.size() == (step == 0 ? 4 : 2));
      CHECK(found.totals.examples == 2 * std::ssize(features));
      CHECK(found.batch.first == first);
      first += found.batch.count();
      for (std::size_t i = 0; i < features.size() / 2; ++i)
        CHECK(features[i] + 1 == features[i + features.size() / 2]);
      seen.insert(features.begin(), features.end());
    }
    CHECK(seen.size() == (step == 0 ? 8 : 4));
  }
}

TEST_CASE("an evaluation has every feature once, the longest first", "[task_source][law]") {
  TaskData data = some_data("regress", {});
  data.evaluation = some_data("regress", mixed_lengths(23)).training;
  EvaluationSource source(data, data.evaluation, 5);
  REQUIRE(source.batches() == 5);
  Numbers features, lengths;
  for (Index step = 0; step < 5; ++step) {
    const StepBatch found = source.at(step);
    CHECK(found.batch.count() == (step == 4 ? 3 : 5));
    CHECK(found.batch.length % 8 == 0);
    CHECK(found.totals == totals_of(found.batch));
    for (const std::int32_t each : features_in(found.batch)) features.push_back(each);
    lengths.insert(lengths.end(), found.batch.lengths.begin(), found.batch.lengths.end());
  }
  CHECK(sorted(features) == first_numbers(23));
  CHECK(std::ranges::is_sorted(lengths, std::greater()));
  CHECK(source.at(0).batch.first == 0);
}

TEST_CASE("a source of steps needs examples", "[task_source]") {
  const TaskData data = some_data("regress", {});
  CHECK_THROWS_AS(TrainingSource(data, {}), Error);
}
