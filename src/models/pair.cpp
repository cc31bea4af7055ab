#include "electra/models/pair.h"

#include <string>

#include "electra/models/heads.h"

namespace electra {

NetworkParts parts_of(const ModelConfig& config, Network network, Index vocabulary) {
  const std::string own = network == Network::generator ? "generator" : "discriminator";
  const auto part = [&](const char* name, bool shared) {
    return shared ? NetworkPart{std::string("shared/") + name, Network::none}
                  : NetworkPart{own + "/" + name, network};
  };
  return {.config = network_of(config, network, vocabulary),
          .embeddings = part("embeddings", config.sharing != Sharing::none),
          .encoder = part("encoder", config.sharing == Sharing::all),
          .head = part("head", false),
          .kind = &head_kind(network == Network::generator ? "masked_token" : "replaced_token")};
}

ElectraPair::ElectraPair(ParameterStore& store, const ModelConfig& config, Index vocabulary)
    : config_(config), vocabulary_(vocabulary) {
  check(config, vocabulary);
  const NetworkParts g = parts_of(config, Network::generator, vocabulary);
  const NetworkParts d = parts_of(config, Network::discriminator, vocabulary);
  tables_.emplace(g.embeddings.scope(store, 0), g.config);
  if (d.embeddings.prefix != g.embeddings.prefix)
    discriminator_tables_.emplace(d.embeddings.scope(store, 0), d.config);
  const EmbeddingTables& d_tables = discriminator_tables_ ? *discriminator_tables_ : *tables_;
  generator_.emplace(*tables_, g.encoder.scope(store, 0), g.config);
  if (d.encoder.prefix != g.encoder.prefix)
    discriminator_.emplace(d_tables, d.encoder.scope(store, 0), d.config);
  generator_head_.emplace(*tables_, g.head.scope(store, generator().depth() + 1), g.config);
  discriminator_head_.emplace(d_tables, d.head.scope(store, discriminator().depth() + 1), d.config);
}

const Encoder& ElectraPair::discriminator() const {
  return discriminator_ ? *discriminator_ : *generator_;
}

}  // namespace electra
