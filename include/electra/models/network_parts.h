#pragma once

#include <string>

#include "electra/core/parameters.h"
#include "electra/layers/network_config.h"
#include "electra/models/head.h"

namespace electra {

/// A part of a network in a store: the prefix of its parameters' names, and their group.
struct NetworkPart {
  std::string prefix;  // "shared/embeddings"
  Network group = Network::none;

  [[nodiscard]] ParameterScope scope(ParameterStore& store, int order) const {
    return {store, prefix, group, order};
  }
};

/// One network: what it computes, and where its weights are. What reads and writes files goes by
/// this, whatever the network is a part of.
struct NetworkParts {
  NetworkConfig config;
  NetworkPart embeddings, encoder, head;
  const HeadKind* kind = nullptr;  // of the head
};

}  // namespace electra
