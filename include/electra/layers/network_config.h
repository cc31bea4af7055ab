#pragma once

#include <span>
#include <string_view>

#include "electra/core/range.h"
#include "electra/core/shape.h"
#include "electra/kernels/gelu.h"

namespace electra {

/// "gelu", "gelu_tanh".
[[nodiscard]] std::span<const std::string_view> enum_names(Gelu);

/// Everything that decides what one network computes beside its weights: every layer of it is made
/// from this. The defaults are those of ELECTRA-Small's discriminator (Clark et al., arXiv
/// 2003.10555, table 6).
struct NetworkConfig {
  Index vocabulary = 0;  // entries of the word table: no option, but what the vocabulary has
  Index embedding = 128;
  Index hidden = 256;
  Index layers = 12;
  Index heads = 4;
  Index intermediate = 1024;
  Index positions = 512;
  float dropout = 0.1F;
  float attention_dropout = 0.1F;
  float initializer_range = 0.02F;
  Gelu activation = Gelu::erf;
  float layer_norm_epsilon = 1e-12F;

  static constexpr Index types = 2;  // of tokens: first and second text

  void fields(auto&& visit) {
    visit("embedding", embedding, "width of the embedding tables", from(1));
    visit("hidden", hidden, "width of the discriminator's encoder", from(1));
    visit("layers", layers, "its encoder layers", from(1).to(1000));
    visit("heads", heads, "its attention heads; the head width is best at 64", from(1));
    visit("intermediate", intermediate, "width inside its feed-forward layers", from(1));
    visit("positions", positions, "the longest sequence", from(5).to(65536));
    visit("dropout", dropout, "rate on embeddings and sublayer outputs", from(0).below(1));
    visit("attention_dropout", attention_dropout, "rate on attention probabilities",
          from(0).below(1));
    visit("initializer_range", initializer_range, "standard deviation of the first weights",
          above(0));
    visit("activation", activation, "gelu (erf) or gelu_tanh");
    visit("layer_norm_epsilon", layer_norm_epsilon, "added to the variance", above(0));
  }
};

/// Throws ConfigError that names the key, what was expected and found, if a value is out of range
/// or sizes do not fit together. `prefix` stands before the keys.
void check(const NetworkConfig& config, std::string_view prefix = "model.");

}  // namespace electra
