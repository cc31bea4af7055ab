#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "electra/formats/weights.h"
#include "infer/saved_predictor.h"

namespace electra::test {

/// A head without a task, as pretraining leaves it.
inline StoredHead pretrained_head(const std::string& kind) {
  StoredHead head;
  head.kind = kind;
  return head;
}

/// Writes a model whose embeddings are as wide as its layers, as a BERT's are, or half as wide.
inline void save_model(const std::filesystem::path& directory, const StoredHead& head,
                       bool is_square) {
  const Vocabulary vocabulary = some_vocabulary();
  NetworkConfig config = tiny_detector(vocabulary.size(), 16);
  if (is_square) config.embedding = config.hidden;
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, config, head_kind(head.kind), head.config);
  store.allocate(*context, Precision::f32);
  store.initialise(1, 0.2F);
  save_network(directory, model.parts(), store, vocabulary.pad(),
               head.task.empty() ? nullptr : &head,
               head.kind == "pooled_class" ? ModelForm::bert : ModelForm::electra);
  save_tokenizer(directory, vocabulary, {.compat = Compat::hf}, config.positions);
}

/// Every tensor of a directory by its name: shape, then bytes.
inline std::map<std::string, std::pair<std::vector<Index>, std::vector<std::byte>>> tensors_in(
    const std::filesystem::path& directory) {
  std::map<std::string, std::pair<std::vector<Index>, std::vector<std::byte>>> all;
  const TensorSource source = open_weights(directory);
  for (const StoredTensor& tensor : source.tensors())
    all[tensor.name] = {tensor.shape, {tensor.bytes.begin(), tensor.bytes.end()}};
  return all;
}

}  // namespace electra::test
