#include "finetune/task_batch.h"

#include <catch2/catch.hpp>

#include "finetune/some_features.h"

using namespace electra;
using namespace electra::test;

namespace {

using Numbers = std::vector<std::int32_t>;

HostBatch batch_of(const TaskData& data, const std::vector<std::size_t>& features,
                   Index length = 8) {
  return task_batch(data, data.training, features, length);
}

std::vector<std::string> names_of(const HostBatch& batch) {
  std::vector<std::string> names;
  for (const Column& column : batch.columns) names.push_back(column.name);
  return names;
}

}  // namespace

TEST_CASE("columns of classify are labels, and weights where classes have some", "[task_batch]") {
  TaskData data = some_data("classify", {3, 4, 5});
  data.labels = Labels({"a", "b"});
  data.training.labels = {{1}, {0}, {}};  // the last is not labelled
  HostBatch batch = batch_of(data, {2, 0, 1});
  CHECK(batch.column("labels") == Numbers{-100, 1, 0});
  CHECK(names_of(batch) == std::vector<std::string>{"labels", "feature"});
  CHECK(features_in(batch) == Numbers{2, 0, 1});
  data.class_weights = {0.5F, 1.5F};
  batch = batch_of(data, {2, 0, 1});
  CHECK(floats_in(batch, "weights") == std::vector<float>{0, 1.5F, 0.5F});
  CHECK(totals_of(batch).of("weights") == 2);
  CHECK(names_of(batch) == std::vector<std::string>{"labels", "weights", "feature"});
}

TEST_CASE("labels of multilabel are a row of 0 and 1", "[task_batch]") {
  TaskData data = some_data("multilabel", {3, 4, 5});
  data.labels = Labels({"a", "b", "c"});
  data.training.labels = {{2, 0}, {}, {1}};
  const HostBatch batch = batch_of(data, {0, 1, 2});
  CHECK(batch.column("labels") == Numbers{1, 0, 1, 0, 0, 0, 0, 1, 0});
  CHECK(batch.columns[0].width == 3);
}

TEST_CASE("targets of regress are the numbers of the examples", "[task_batch]") {
  TaskData data = some_data("regress", {3, 4});
  data.training.examples.rows[0].number = -1.5;
  data.training.examples.rows[1].number = 0.1;
  CHECK(floats_in(batch_of(data, {1, 0}), "targets") == std::vector<float>{0.1F, -1.5F});
}

TEST_CASE("labels of tag are at words' first pieces, -100 elsewhere", "[task_batch]") {
  TaskData data = some_data("tag", {6, 4});
  data.labels = Labels({"N", "O", "V"});
  data.training.features[0].words = {1, 3, -1, 4};  // the third word has no piece
  data.training.features[1].words = {2};
  data.training.labels = {{1, 0, 2, 2}, {0, 2}};  // the second text's last word was cut off
  data.training.features[1].words.push_back(-1);
  HostBatch batch = batch_of(data, {0, 1});
  CHECK(batch.column("labels") == Numbers{-100, 1, -100, 0, 2, -100, -100, -100, -100, -100, 0,
                                          -100, -100, -100, -100, -100});
  CHECK(batch.column("scored") == Numbers{3, 1});
  CHECK(totals_of(batch).of("scored") == 4);
  data.class_weights = {0.25F, 1, 2};
  batch = batch_of(data, {0, 1});
  CHECK(floats_in(batch, "weights") ==
        std::vector<float>{0, 1, 0, 0.25F, 2, 0, 0, 0, 0, 0, 0.25F, 0, 0, 0, 0, 0});
  CHECK(totals_of(batch).of("weights") == 3.5);
}

TEST_CASE("columns of answer are the places of the answer's ends", "[task_batch]") {
  TaskData data = some_data("answer", {6, 7});
  data.training.features[0].start = 3;
  data.training.features[0].end = 4;
  const HostBatch batch = batch_of(data, {1, 0});
  CHECK(batch.column("starts") == Numbers{0, 3});
  CHECK(batch.column("ends") == Numbers{0, 4});
}

TEST_CASE("texts of embed have equal numbers where they are equal", "[task_batch]") {
  TaskData data = some_data("embed", {3, 4, 5, 6}, 2);
  data.training.texts = {0, 1, 2, 1};
  CHECK(batch_of(data, {0, 2, 1, 3}).column("texts") == Numbers{0, 2, 1, 1});
}

TEST_CASE("the longest of some features is rounded up to a multiple", "[task_batch]") {
  const TaskData data = some_data("regress", {3, 8, 9});
  const auto longest = [&](const std::vector<std::size_t>& features, Index multiple) {
    return longest_of(data.training, features, multiple);
  };
  CHECK(longest({0}, 8) == 8);
  CHECK(longest({0, 1}, 8) == 8);
  CHECK(longest({0, 2}, 8) == 16);
  CHECK(longest({0, 2}, 1) == 9);
}
