#include "electra/data/loader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "data/token_files.h"
#include "electra/core/error.h"
#include "electra/core/random.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::all_documents;
using electra::test::counting_file;
using electra::test::DocumentLengths;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

DocumentLengths some_documents() {
  RandomStream random(9, site(Network::none, 0, Place::sample), 0, 0);
  DocumentLengths documents(40);
  for (auto& document : documents)
    for (std::uint32_t left = 1 + random.below(30); left > 0; --left)
      document.push_back(1 + random.below(25));
  return documents;
}

/// A token file in a folder of its own, in which each id occurs once.
struct Data {
  TemporaryFolder folder;
  TokenFile file = counting_file(folder / "a.etok", some_documents());
  std::vector<Index> documents = all_documents(file);

  [[nodiscard]] Loader loader(const LoaderOptions& options) const {
    return {file, documents, options};
  }
};

bool equal(const HostBatch& a, const HostBatch& b) {
  return a.length == b.length && a.ids == b.ids && a.types == b.types && a.lengths == b.lengths;
}

/// The rows of ids, so that they can be counted.
std::vector<std::vector<std::int32_t>> rows(const HostBatch& examples) {
  std::vector<std::vector<std::int32_t>> result;
  for (Index i = 0; i < examples.count(); ++i) result.push_back(examples.slice(i, 1).ids);
  return result;
}

/// Every row of the first `epochs` epochs with `repack` off, walked in steps.
std::multiset<std::vector<std::int32_t>> walk(Loader loader, Index steps) {
  std::multiset<std::vector<std::int32_t>> seen;
  for (Index step = 0; step < steps; ++step)
    for (auto& row : rows(loader.at(step).batch)) seen.insert(std::move(row));
  return seen;
}

}  // namespace

TEST_CASE("examples are [CLS] A [SEP] B [SEP] with their types", "[loader]") {
  const TemporaryFolder folder;
  const TokenFile file = counting_file(folder / "a.etok", {{2, 2, 2}, {1}});
  const HostBatch examples = Loader(file, all_documents(file), {.length = 12}).packed();
  REQUIRE(examples.count() == 2);
  CHECK(examples.length == 12);
  // Seed 1 deals two sentences to the first segment or one; both are right.
  const auto first = examples.slice(0, 1);
  CHECK(first.lengths[0] == 9);
  CHECK(first.ids[0] == 2);
  const auto middle = std::find(first.ids.begin(), first.ids.end(), 3) - first.ids.begin();
  CHECK((middle == 3 || middle == 5));
  std::vector<std::int32_t> ids{2, 5, 6, 7, 8, 9, 10, 3, 0, 0, 0};
  ids.insert(ids.begin() + middle, 3);
  CHECK(first.ids == ids);
  for (Index i = 0; i < 12; ++i)
    CHECK(first.types[static_cast<std::size_t>(i)] == (i > middle && i < 9 ? 1 : 0));
  const auto second = examples.slice(1, 1);
  CHECK(second.first == 1);
  CHECK(second.ids == std::vector<std::int32_t>{2, 11, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  CHECK(second.types == std::vector<std::int32_t>(12, 0));
  CHECK(second.lengths == std::vector<std::int32_t>{3});
  CHECK_THROWS_AS(examples.slice(1, 2), Error);
}

TEST_CASE("columns are added to the whole step, and every rank knows their sums", "[loader][law]") {
  const Data data;
  LoaderOptions options{.length = 32, .batch = 24, .ranks = 3};
  options.add_columns = [](HostBatch& batch) {
    CHECK(batch.count() == 24);
    Column firsts{.name = "firsts", .per = Column::Per::example, .values = {}};
    for (Index i = 0; i < batch.count(); ++i)
      firsts.values.push_back(batch.ids[static_cast<std::size_t>(i * batch.length + 1)]);
    batch.columns.push_back({.name = "ids", .per = Column::Per::token, .values = batch.ids});
    batch.columns.push_back(std::move(firsts));
  };
  for (options.rank = 0; options.rank < 3; ++options.rank) {
    const StepBatch step = data.loader(options).at(2);
    CHECK(step.batch.column("ids") == step.batch.ids);
    CHECK(step.batch.column("firsts").size() == 8);
    CHECK(step.batch.column("firsts")[3] == step.batch.ids[3 * 32 + 1]);
    LoaderOptions alone = options;
    alone.rank = 0, alone.ranks = 1;
    CHECK(step.totals == data.loader(alone).at(2).totals);
    CHECK_THROWS_WITH(step.batch.column("labels"),
                      Catch::Matchers::Contains("no column \"labels\""));
    CHECK_THROWS_WITH(step.totals.of("labels"), Catch::Matchers::Contains("no column \"labels\""));
  }
}

TEST_CASE("a step is a function of seed and step", "[loader][law]") {
  const Data data;
  for (const bool repack : {true, false}) {
    const LoaderOptions options{.length = 32, .batch = 24, .repack = repack};
    Loader walked = data.loader(options);
    std::vector<StepBatch> steps;
    for (Index step = 0; step < 60; ++step) steps.push_back(walked.at(step));
    REQUIRE(steps.back().epoch > 3);
    for (const Index step : {59, 3, 40, 41, 0, 59, 20}) {
      INFO("step " << step);
      const auto& expected = steps[static_cast<std::size_t>(step)];
      Loader fresh = data.loader(options);
      for (const auto& found : {fresh.at(step), walked.at(step)}) {
        CHECK(equal(found.batch, expected.batch));
        CHECK(found.totals == expected.totals);
        CHECK(found.epoch == expected.epoch);
      }
    }
    LoaderOptions other = options;
    other.seed = 2;
    CHECK_FALSE(equal(data.loader(other).at(0).batch, steps[0].batch));
  }
}

TEST_CASE("ranks together hold the whole step, and know its totals", "[loader][law]") {
  const Data data;
  LoaderOptions options{.length = 32, .batch = 24};
  const StepBatch whole = data.loader(options).at(17);
  CHECK(whole.totals == totals_of(whole.batch));
  for (const Index ranks : {2, 3, 4, 24}) {
    options.ranks = ranks;
    for (options.rank = 0; options.rank < ranks; ++options.rank) {
      INFO("rank " << options.rank << " of " << ranks);
      const StepBatch part = data.loader(options).at(17);
      CHECK(part.totals == whole.totals);
      CHECK(part.batch.first == options.rank * 24 / ranks);
      CHECK(equal(part.batch, whole.batch.slice(part.batch.first, 24 / ranks)));
    }
  }
}

TEST_CASE("every example of an epoch is seen once, across batches", "[loader][law]") {
  const Data data;
  const LoaderOptions options{.length = 32, .batch = 10, .repack = false};
  Loader loader = data.loader(options);
  const Index count = loader.epoch_examples();
  REQUIRE(count % 10 != 0);
  const auto packed = rows(loader.packed());
  REQUIRE(std::ssize(packed) == count);
  auto left = std::multiset<std::vector<std::int32_t>>(packed.begin(), packed.end());
  REQUIRE(*left.begin() != *left.rbegin());
  const auto seen = walk(loader, count);  // ten epochs
  REQUIRE(std::ssize(seen) == 10 * count);
  for (const auto& row : left) CHECK(seen.count(row) == 10 * left.count(row));
  CHECK(loader.at(count - 1).epoch == Approx(10).epsilon(1e-12));
  CHECK(loader.epoch_steps() == count / 10 + 1);
}

TEST_CASE("with repacking, each token is seen once in an epoch", "[loader][law]") {
  const Data data;
  Loader loader = data.loader({.length = 32, .batch = 1});
  Index step = 0;
  std::vector<std::vector<std::vector<std::int32_t>>> epochs;
  for (int epoch = 0; epoch < 3; ++epoch) {
    std::vector<int> uses(static_cast<std::size_t>(data.file.counts().tokens));
    epochs.emplace_back();
    while (true) {
      const StepBatch examples = loader.at(step++);
      for (const std::int32_t id : examples.batch.ids)
        if (id >= 5) ++uses[static_cast<std::size_t>(id - 5)];
      epochs.back().push_back(examples.batch.ids);
      if (examples.epoch == epoch + 1) break;
      REQUIRE(examples.epoch < epoch + 1);
    }
    CHECK(*std::min_element(uses.begin(), uses.end()) == 1);
    CHECK(*std::max_element(uses.begin(), uses.end()) == 1);
    std::sort(epochs.back().begin(), epochs.back().end());
  }
  CHECK(epochs[0] != epochs[1]);
  CHECK(epochs[1] != epochs[2]);
}

TEST_CASE("the order of each epoch is another", "[loader][law]") {
  const Data data;
  Loader once = data.loader({.length = 32, .batch = 1, .repack = false});
  const Index count = once.epoch_examples();
  const auto order = [&](Index first) {
    std::vector<std::vector<std::int32_t>> result;
    for (Index step = first; step < first + count; ++step)
      result.push_back(once.at(step).batch.ids);
    return result;
  };
  auto first = order(0);
  auto second = order(count);
  auto packed = rows(once.packed());
  CHECK(first != second);
  CHECK(first != packed);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  std::sort(packed.begin(), packed.end());
  CHECK(first == packed);
  CHECK(second == packed);
}

TEST_CASE("a batch may be larger than an epoch", "[loader]") {
  const TemporaryFolder folder;
  const TokenFile file = counting_file(folder / "a.etok", {{3, 4}});
  for (const bool repack : {true, false}) {
    Loader loader(file, {0}, {.length = 16, .batch = 7, .repack = repack});
    const StepBatch step = loader.at(3);
    CHECK(step.batch.count() == 7);
    CHECK(step.epoch == 28.0 / static_cast<double>(loader.epoch_examples()));
  }
}

TEST_CASE("an evaluation walks once through the packing, in order", "[loader]") {
  const Data data;
  const LoaderOptions options{.length = 32, .batch = 16, .mode = LoaderOptions::Mode::evaluation};
  Loader loader = data.loader(options);
  const HostBatch packed = loader.packed();
  REQUIRE(packed.count() % 16 != 0);
  Index first = 0;
  for (Index step = 0; step < loader.epoch_steps(); ++step) {
    const StepBatch batch = loader.at(step);
    CHECK(batch.batch.count() == std::min<Index>(16, packed.count() - first));
    CHECK(equal(batch.batch, packed.slice(first, batch.batch.count())));
    first += batch.batch.count();
    CHECK(batch.epoch == static_cast<double>(first) / static_cast<double>(packed.count()));
  }
  CHECK(first == packed.count());
  const std::string steps = std::to_string(loader.epoch_steps());
  CHECK_THAT(message_of<Error>([&] { (void)loader.at(loader.epoch_steps()); }),
             Contains("below " + steps + ", found " + steps));
}

TEST_CASE("options that cannot be are named", "[loader]") {
  const Data data;
  const auto message = [&](const LoaderOptions& options) {
    return message_of<ConfigError>([&] { (void)data.loader(options); });
  };
  CHECK_THAT(message({.batch = 0}), Contains("train.batch: expected at least 1, found 0"));
  CHECK_THAT(message({.batch = 16, .ranks = 3}),
             Contains("train.batch: expected a multiple of the 3 ranks, found 16"));
  CHECK_THAT(message({.batch = 16, .rank = 2, .ranks = 2}),
             Contains("expected a rank below 2, found 2"));
  CHECK_THAT(message({.length = 4}), Contains("data.length: expected at least 5"));
  CHECK_THAT(message_of<ConfigError>([&] { (void)Loader(data.file, {}, {}); }),
             Contains("a.etok: expected documents"));
  CHECK_THAT(message_of<Error>([&] { (void)data.loader({.length = 32}).at(-1); }),
             Contains("expected a step from 0 on, found -1"));
}

TEST_CASE("a step of a late epoch is given up when that is wanted", "[loader]") {
  const Data data;
  bool wanted = false;
  Loader loader = data.loader({.length = 16, .batch = 4, .stop = [&] { return wanted; }});
  const Index later = 3 * loader.epoch_steps();
  wanted = true;
  CHECK_NOTHROW(loader.at(0));  // of the epoch that is packed
  CHECK_THROWS_AS(loader.at(later), Interrupted);
  wanted = false;
  CHECK(equal(loader.at(later).batch, data.loader({.length = 16, .batch = 4}).at(later).batch));
}
