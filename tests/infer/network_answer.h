#pragma once

#include <filesystem>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/stored_head.h"
#include "electra/models/text_model.h"

namespace electra::test {

/// The answer of the model to one sequence without padding, straight from the network.
inline std::vector<float> logits_of(const std::filesystem::path& directory,
                                    const std::vector<std::int32_t>& ids,
                                    const std::vector<std::int32_t>& types) {
  const StoredHead head = read_head(directory);
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, read_network_config(directory), head_kind(head.kind), head.config);
  store.allocate(*context, Precision::f32);
  load_network(directory, model.parts(), store);
  Arena arena(*context);
  const auto upload = [&](const std::vector<std::int32_t>& values) {
    const TensorView view = arena.allocate({std::ssize(values)}, DType::i32);
    to_device(*context, values, view);
    return view;
  };
  const auto length = static_cast<std::int32_t>(ids.size());
  Pass pass{.context = *context,
            .arena = arena,
            .rows = {.batch = 1, .length = length, .lengths = upload({length})},
            .mode = Mode::inference};
  return to_host_f32(*context, model.answer(pass, upload(ids), upload(types)));
}

/// The same without types, and without what a row is padded with: [tokens, width] numbers.
inline std::vector<float> rows_of(const std::filesystem::path& directory,
                                  const std::vector<std::int32_t>& ids, std::size_t width) {
  const std::vector<float> padded =
      logits_of(directory, ids, std::vector<std::int32_t>(ids.size()));
  std::vector<float> rows;
  for (std::size_t i = 0; i < ids.size(); ++i)
    for (std::size_t k = 0; k < width; ++k)
      rows.push_back(padded[i * (padded.size() / ids.size()) + k]);
  return rows;
}

}  // namespace electra::test
