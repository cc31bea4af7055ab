#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/file.h"
#include "electra/formats/hugging_face.h"
#include "electra/io/safetensors.h"
#include "models/small_pair.h"
#include "support/temporary_folder.h"

namespace electra::test {

/// A pair with weights of its own.
struct Pair {
  explicit Pair(std::uint64_t seed, const ModelConfig& c = small_model())
      : config(c), model(store, c, small_vocabulary) {
    store.allocate(*context, Precision::f32);
    store.initialise(seed, 0.5F);
  }

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  ModelConfig config;
  ParameterStore store;
  ElectraPair model;
};

inline std::vector<float> weights(const ParameterStore& store) {
  const auto values = store.master().span<float>();
  return {values.begin(), values.end()};
}

inline void save(const Pair& pair, const TemporaryFolder& folder) {
  for (const auto& [network, name] : {std::pair{Network::generator, "generator"},
                                      std::pair{Network::discriminator, "discriminator"}})
    save_network(folder / name, parts_of(pair.config, network, small_vocabulary), pair.store);
}

/// Writes a directory's weights anew, with other names or without some.
inline void rewrite(const std::filesystem::path& directory,
                    const std::function<std::optional<std::string>(const std::string&)>& rename,
                    const std::vector<StoredTensor>& more = {}) {
  const std::filesystem::path file = directory / "model.safetensors";
  const std::string copy = read_file(file);
  const SafetensorsContents contents =
      parse_safetensors(std::as_bytes(std::span(copy)), file.string());
  SafetensorsWriter writer;
  for (StoredTensor tensor : contents.tensors)
    if (const auto name = rename(tensor.name)) {
      tensor.name = *name;
      writer.add(tensor);
    }
  for (const StoredTensor& tensor : more) writer.add(tensor);
  writer.write(file);
}

}  // namespace electra::test
