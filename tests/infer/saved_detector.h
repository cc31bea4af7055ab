#pragma once

#include <functional>

#include "electra/core/context.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/models/pair_config.h"
#include "electra/models/text_model.h"

namespace electra::test {

inline Vocabulary some_vocabulary() {
  return Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship", "un",
                                  "##known", "caf", "##e", "."});
}

/// Writes a discriminator with first weights, changed as is asked for.
inline void save_detector(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                          const NetworkConfig& config,
                          const std::function<void(ParameterStore&)>& change = {}) {
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, config, head_kind("replaced_token"));
  store.allocate(*context, Precision::f32);
  store.initialise(1, 0.2F);
  if (change) change(store);
  save_network(directory, model.parts(), store);
  save_tokenizer(directory, vocabulary, {}, config.positions);
}

inline NetworkConfig tiny_detector(Index rows, Index positions = 8) {
  NetworkConfig config = network_of(model_preset("tiny"), Network::discriminator, rows);
  config.positions = positions;
  return config;
}

/// The same of preset tiny, for texts of 8 tokens unless another number is given.
inline void save_detector(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                          Index rows, Index positions = 8) {
  save_detector(directory, vocabulary, tiny_detector(rows, positions));
}

}  // namespace electra::test
