#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "electra/core/error.h"
#include "electra/formats/stored_head.h"
#include "electra/models/text_model.h"
#include "formats/stored_pair.h"

namespace electra::test {

using nlohmann::json;

/// A model with first weights that a head of this description stands on.
struct StoredModel {
  explicit StoredModel(const StoredHead& head, std::uint64_t seed = 1)
      : model(store, network(), head_kind(head.kind), head.config) {
    store.allocate(*context, Precision::f32);
    store.initialise(seed, 0.5F);
  }

  /// As wide as its embeddings, so that a BERT's names fit.
  static NetworkConfig network() {
    NetworkConfig config = network_of(small_model(), Network::discriminator, small_vocabulary);
    config.embedding = config.hidden;
    return config;
  }

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  ParameterStore store;
  TextModel model;
};

/// A directory with nothing but a config.json.
class ConfigFolder {
 public:
  explicit ConfigFolder(const json& config) { write_file(folder_ / "config.json", config.dump()); }
  [[nodiscard]] StoredHead read() const { return read_head(folder_.path()); }
  [[nodiscard]] std::string refusal() const {
    const std::string message = message_of<IoError>([&] { (void)read(); });
    CHECK_THAT(message, Catch::Contains((folder_ / "config.json").string()));
    return message;
  }

 private:
  TemporaryFolder folder_;
};

inline json with_labels(const std::string& architecture,
                        std::initializer_list<const char*> labels) {
  json config{{"architectures", {architecture}}};
  for (const char* label : labels)
    config["id2label"][std::to_string(config["id2label"].size())] = label;
  return config;
}

inline std::string task(json config) { return ConfigFolder(config).read().task; }
inline std::string refused(const json& config) { return ConfigFolder(config).refusal(); }

}  // namespace electra::test
