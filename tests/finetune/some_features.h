#pragma once

#include <bit>
#include <span>
#include <string>
#include <vector>

#include "electra/data/batch.h"
#include "electra/finetune/task_data.h"

namespace electra::test {

/// A feature of so many tokens that all have one id.
inline Feature feature_of(std::size_t example, Index length, std::int32_t id, int part = 0) {
  Feature feature;
  feature.example = example;
  feature.part = part;
  feature.ids.assign(static_cast<std::size_t>(length), id);
  feature.types.assign(static_cast<std::size_t>(length), 1);
  return feature;
}

/// Data of a task whose features have these lengths and their number as id, without labels.
inline TaskData some_data(const std::string& task, const std::vector<Index>& lengths,
                          Index parts = 1) {
  TaskData data;
  data.task = &task_named(task);
  data.special.pad = 999;
  TaskSet& set = data.training;
  set.parts = parts;
  set.examples.rows.resize(lengths.size() / static_cast<std::size_t>(parts));
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const std::size_t example = i / static_cast<std::size_t>(parts);
    const int part = static_cast<int>(i % static_cast<std::size_t>(parts));
    set.features.push_back(feature_of(example, lengths[i], static_cast<std::int32_t>(i), part));
    set.texts.push_back(static_cast<std::int32_t>(i));
  }
  return data;
}

/// The numbers of the features in a batch.
inline std::vector<std::int32_t> features_in(const HostBatch& batch) {
  return batch.column("feature");
}

/// The values of an f32 column.
inline std::vector<float> floats_in(const HostBatch& batch, std::string_view name) {
  std::vector<float> values;
  for (const std::int32_t bits : batch.column(name)) values.push_back(std::bit_cast<float>(bits));
  return values;
}

}  // namespace electra::test
