#include "electra/formats/hugging_face.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/host_copy.h"
#include "electra/io/safetensors.h"
#include "electra/models/pair.h"
#include "formats/network_reader.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// Both networks of a pair in their directories, which agree on what they share.
class PairReader {
 public:
  PairReader(const fs::path& generator, const fs::path& discriminator, const ModelConfig& config,
             const ParameterStore& store, HeadWeights head)
      : g_parts_(parts(generator, config, Network::generator)),
        d_parts_(parts(discriminator, config, Network::discriminator)),
        g_(generator, g_parts_, store, head),
        d_(discriminator, d_parts_, store, head) {
    if (const std::string name = g_.first_difference(d_); !name.empty())
      throw ConfigError(
          name + ": " + generator.string() + " and " + discriminator.string() +
          " have different values, which sharing: " +
          std::string(enum_names(config.sharing)[static_cast<std::size_t>(config.sharing)]) +
          " does not allow; set model.sharing to none (sharing: none)");
  }
  PairReader(const PairReader&) = delete;
  PairReader& operator=(const PairReader&) = delete;

  [[nodiscard]] const NetworkReader& generator() const { return g_; }
  [[nodiscard]] const NetworkReader& discriminator() const { return d_; }

 private:
  static NetworkParts parts(const fs::path& directory, const ModelConfig& config, Network network) {
    return parts_of(config, network, read_network_config(directory).vocabulary);
  }

  NetworkParts g_parts_, d_parts_;
  NetworkReader g_, d_;
};

}  // namespace

std::vector<std::string> describe(const StoredNetwork& network) {
  constexpr std::size_t most = 4;
  std::vector<std::string> lines;
  const std::string where = network.directory.string() + ": ";
  if (!network.left_out.empty()) {
    std::string names;
    for (std::size_t i = 0; i < std::min(most, network.left_out.size()); ++i)
      names += (i > 0 ? ", " : "") + network.left_out[i];
    if (network.left_out.size() > most)
      names += " and " + std::to_string(network.left_out.size() - most) + " more";
    lines.push_back(where + "left out: " + names);
  }
  if (!network.missing_head.empty())
    lines.push_back(where + "has no head of " + network.missing_head + ": it starts anew");
  return lines;
}

StoredNetwork load_network(const fs::path& directory, const NetworkParts& network,
                           ParameterStore& store, HeadWeights head) {
  const NetworkReader reader(directory, network, store, head);
  reader.read_into(store);
  store.update_values();
  return reader.taken();
}

void load_pair(const fs::path& generator, const fs::path& discriminator, const ModelConfig& config,
               ParameterStore& store, HeadWeights head) {
  const PairReader pair(generator, discriminator, config, store, head);
  pair.generator().read_into(store);
  pair.discriminator().read_into(store);
  store.update_values();
}

StoredNetwork check_network(const fs::path& directory, const NetworkParts& network,
                            const ParameterStore& store, HeadWeights head) {
  const NetworkReader reader(directory, network, store, head);
  reader.check_values();
  return reader.taken();
}

std::vector<StoredNetwork> check_pair(const fs::path& generator, const fs::path& discriminator,
                                      const ModelConfig& config, const ParameterStore& store,
                                      HeadWeights head) {
  const PairReader pair(generator, discriminator, config, store, head);
  pair.generator().check_values();
  pair.discriminator().check_values();
  return {pair.generator().taken(), pair.discriminator().taken()};
}

void save_network(const fs::path& directory, const NetworkParts& network,
                  const ParameterStore& store, std::int32_t pad, const StoredHead* head,
                  ModelForm form) {
  const std::string config = network_config_json(network, pad, head, form);
  make_folders(directory);
  std::map<std::string, std::vector<float>> weights;
  SafetensorsWriter writer;
  for (const NamedPiece& piece : hugging_face_pieces(network, form)) {
    const Parameter* found = store.find(piece.parameter);
    if (found == nullptr) throw Error(piece.parameter + ": the store has no such parameter");
    const Parameter& parameter = *found;
    auto& values = weights[piece.parameter];
    if (values.empty()) values = to_host_f32(store.context(), parameter.master);
    const auto part =
        std::span(values).subspan(static_cast<std::size_t>(piece.first(parameter.shape)),
                                  static_cast<std::size_t>(piece.size(parameter.shape)));
    writer.add({.name = piece.name,
                .dtype = StoredType::f32,
                .shape = piece.shape(parameter.shape),
                .bytes = std::as_bytes(part)});
  }
  writer.write(directory / "model.safetensors", {{"format", "pt"}});
  write_file(directory / "config.json", config);
}

}  // namespace electra
