#pragma once

#include "electra/core/context.h"
#include "electra/formats/hugging_face.h"
#include "infer/saved_detector.h"

namespace electra::test {

/// A head of a task as fine-tuning would store it.
inline StoredHead some_head(const std::string& task) {
  StoredHead head;
  head.task = task;
  head.kind = task == "tag"      ? "tagging"
              : task == "answer" ? "question"
              : task == "embed"  ? "embedding"
                                 : "class";
  if (task == "classify" || task == "multilabel") head.labels = {"bad", "fair", "good"};
  if (task == "tag") head.labels = {"B-x", "I-x", "O"};
  head.config.outputs = task == "regress"  ? 1
                        : task == "answer" ? 2
                                           : static_cast<Index>(head.labels.size());
  return head;
}

/// Writes an encoder with this head and first weights that are far from 0, changed as is asked
/// for.
inline void save_predictor(const std::filesystem::path& directory, const StoredHead& head,
                           Index positions = 16,
                           const std::function<void(ParameterStore&)>& change = {}) {
  const Vocabulary vocabulary = some_vocabulary();
  const NetworkConfig config = tiny_detector(vocabulary.size(), positions);
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, config, head_kind(head.kind), head.config);
  store.allocate(*context, Precision::f32);
  store.initialise(1, 0.2F);
  if (change) change(store);
  save_network(directory, model.parts(), store, vocabulary.pad(), &head);
  save_tokenizer(directory, vocabulary, {}, config.positions);
}

inline void save_predictor(const std::filesystem::path& directory, const std::string& task,
                           Index positions = 16) {
  save_predictor(directory, some_head(task), positions);
}

}  // namespace electra::test
