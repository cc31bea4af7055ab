#pragma once

#include "infer/saved_detector.h"

namespace electra::test {

/// Writes a generator with first weights that are far from 0, changed as is asked for.
inline void save_generator(const std::filesystem::path& directory, Index positions = 8,
                           const std::function<void(ParameterStore&)>& change = {}) {
  const Vocabulary vocabulary = some_vocabulary();
  const NetworkConfig config = tiny_detector(vocabulary.size(), positions);
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, config, head_kind("masked_token"));
  store.allocate(*context, Precision::f32);
  store.initialise(1, 0.2F);
  if (change) change(store);
  save_network(directory, model.parts(), store);
  save_tokenizer(directory, vocabulary, {}, config.positions);
}

}  // namespace electra::test
