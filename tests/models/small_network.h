#pragma once

#include "electra/layers/network_config.h"

namespace electra::test {

/// Few weights, for gradient checks; without dropout but where a test asks for it.
constexpr NetworkConfig small_network() {
  return {.vocabulary = 11,
          .embedding = 6,
          .hidden = 8,
          .layers = 2,
          .heads = 2,
          .intermediate = 10,
          .positions = 6,
          .dropout = 0,
          .attention_dropout = 0};
}

}  // namespace electra::test
