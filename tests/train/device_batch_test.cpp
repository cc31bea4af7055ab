#include "electra/train/device_batch.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/core/host_copy.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

using Values = std::vector<std::int32_t>;

/// Three examples of two positions, whose values all differ by `shift` from another one's.
HostBatch three_examples(std::int32_t shift = 0) {
  HostBatch batch{.length = 2,
                  .first = 6,
                  .ids = {10, 11, 20, 21, 30, 31},
                  .types = {0, 1, 2, 3, 4, 5},
                  .lengths = {2, 1, 0},
                  .columns = {{"label", Column::Per::example, {1, 2, 3}},
                              {"tag", Column::Per::token, {100, 101, 200, 201, 300, 301}}}};
  const auto add = [&](Values& values) {
    for (std::int32_t& value : values) value += shift;
  };
  for (Values* values : {&batch.ids, &batch.types, &batch.lengths}) add(*values);
  for (Column& column : batch.columns) add(column.values);
  return batch;
}

struct Objects {
  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  DeviceBatch device{*context, three_examples()};

  [[nodiscard]] Values values(ConstTensorView view) {
    return to_host<std::int32_t>(*context, view);
  }
};

}  // namespace

TEST_CASE("a micro-batch is the same examples of every part, a row each token", "[device_batch]") {
  Objects o;
  o.device.upload(three_examples());
  const MicroBatch part = o.device.micro_batch(1, 2);
  CHECK(part.ids.shape() == Shape{4});
  CHECK(o.values(part.ids) == Values{20, 21, 30, 31});
  CHECK(part.types.shape() == Shape{4});
  CHECK(o.values(part.types) == Values{2, 3, 4, 5});
  CHECK(part.rows.batch == 2);
  CHECK(part.rows.length == 2);
  CHECK(o.values(part.rows.lengths) == Values{1, 0});
  REQUIRE(part.columns.size() == 2);
  CHECK(part.column("label").shape() == Shape{2});
  CHECK(o.values(part.column("label")) == Values{2, 3});
  CHECK(part.column("tag").shape() == Shape{4});
  CHECK(o.values(part.column("tag")) == Values{200, 201, 300, 301});
}

TEST_CASE("a micro-batch knows its first example's number in the whole step",
          "[device_batch][law]") {
  Objects o;
  o.device.upload(three_examples());
  CHECK(o.device.micro_batch(0, 3).first == 6);
  CHECK(o.device.micro_batch(2, 1).first == 8);
  HostBatch other = three_examples();
  other.first = 9;  // another rank's
  o.device.upload(other);
  CHECK(o.device.micro_batch(2, 1).first == 11);
}

TEST_CASE("the next batch lies at the addresses of the one before", "[device_batch][law]") {
  Objects o;
  o.device.upload(three_examples());
  const MicroBatch before = o.device.micro_batch(0, 3);
  o.device.upload(three_examples(1000));
  const MicroBatch after = o.device.micro_batch(0, 3);
  CHECK(after.ids.raw() == before.ids.raw());
  CHECK(after.column("tag").raw() == before.column("tag").raw());
  CHECK(o.values(before.ids) == three_examples(1000).ids);
  CHECK(o.values(before.rows.lengths) == three_examples(1000).lengths);
  CHECK(o.values(before.column("tag")) == three_examples(1000).column("tag"));
}

TEST_CASE("a batch without columns has none", "[device_batch]") {
  Objects o;
  HostBatch plain = three_examples();
  plain.columns.clear();
  DeviceBatch device(*o.context, plain);
  device.upload(plain);
  CHECK(device.micro_batch(0, 3).columns.empty());
  CHECK(o.values(device.micro_batch(0, 3).rows.lengths) == plain.lengths);
}

TEST_CASE("a batch of another number or length of examples is refused", "[device_batch]") {
  Objects o;
  CHECK_THROWS_WITH(o.device.upload(three_examples().slice(0, 2)),
                    Contains("batch: expected [3, 2], found [2, 2]"));
  HostBatch longer = three_examples();
  longer.length = 3;
  CHECK_THROWS_WITH(o.device.upload(longer), Contains("batch: expected [3, 2], found [3, 3]"));
}

TEST_CASE("a batch with other columns is refused, and what it had is kept", "[device_batch]") {
  Objects o;
  o.device.upload(three_examples());
  HostBatch other = three_examples(1000);
  SECTION("one is missing") { other.columns.pop_back(); }
  SECTION("one more") { other.columns.push_back({"more", Column::Per::example, {1, 2, 3}}); }
  SECTION("another name") { other.columns[0].name = "labels"; }
  SECTION("another order") { std::swap(other.columns[0], other.columns[1]); }
  SECTION("values for each example where there were some for each token") {
    other.columns[1] = {"tag", Column::Per::example, {1, 2, 3}};
  }
  CHECK_THROWS_AS(o.device.upload(other), ShapeError);
  CHECK_THROWS_WITH(o.device.upload(other),
                    Contains("columns") && Contains("expected") && Contains("found"));
  CHECK(o.values(o.device.micro_batch(0, 3).ids) == three_examples().ids);
}
