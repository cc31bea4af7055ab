#include "electra/models/electra.h"

namespace electra {

namespace {

EmbeddingTables::Config tables_config(const ModelConfig& c, Index vocabulary) {
  return {.vocabulary = vocabulary,
          .positions = c.positions,
          .types = 2,
          .width = c.embedding,
          .epsilon = c.layer_norm_epsilon};
}

Encoder::Config encoder_config(const ModelConfig& c) {
  return {.hidden = c.hidden,
          .layers = c.layers,
          .heads = c.heads,
          .intermediate = c.intermediate,
          .activation = c.activation,
          .dropout = c.dropout,
          .attention_dropout = c.attention_dropout,
          .epsilon = c.layer_norm_epsilon};
}

Encoder::Config generator_config(const ModelConfig& c) {
  Encoder::Config config = encoder_config(c);
  config.hidden = c.generator.hidden;
  config.layers = c.generator.layers;
  config.heads = c.generator.heads;
  config.intermediate = c.generator.intermediate;
  return config;
}

ReplacedTokenHead::Config score_config(const ModelConfig& c) {
  return {.hidden = c.hidden, .activation = c.activation};
}

}  // namespace

Electra::Electra(ParameterStore& store, const ModelConfig& config, Index vocabulary)
    : config_(config), vocabulary_(vocabulary) {
  check(config, vocabulary);
  const ParameterScope shared(store, "shared", Network::none, 0);
  const ParameterScope g(store, "generator", Network::generator, 0);
  const ParameterScope d(store, "discriminator", Network::discriminator, 0);
  const EmbeddingTables::Config tables = tables_config(config, vocabulary);
  const bool separate = config.sharing == Sharing::none;
  tables_.emplace((separate ? g : shared) / "embeddings", tables);
  if (separate) discriminator_tables_.emplace(d / "embeddings", tables);
  if (config.sharing == Sharing::all) {
    generator_.emplace(*tables_, shared / "encoder", encoder_config(config));
  } else {
    generator_.emplace(*tables_, g / "encoder", generator_config(config));
    discriminator_.emplace(separate ? *discriminator_tables_ : *tables_, d / "encoder",
                           encoder_config(config));
  }
  const auto after = [](const Encoder& e) { return static_cast<int>(e.config().layers) + 1; };
  generator_head_.emplace(
      *tables_, (g / "head").at(after(generator())),
      MlmHead::Config{.hidden = generator().config().hidden, .epsilon = config.layer_norm_epsilon});
  discriminator_head_.emplace((d / "head").at(after(discriminator())), score_config(config));
}

const Encoder& Electra::discriminator() const {
  return discriminator_ ? *discriminator_ : *generator_;
}

Discriminator::Discriminator(ParameterStore& store, const ModelConfig& config, Index vocabulary)
    : tables_(ParameterScope(store, "shared/embeddings", Network::none, 0),
              tables_config(config, vocabulary)),
      encoder_(tables_, ParameterScope(store, "discriminator/encoder", Network::discriminator, 0),
               encoder_config(config)),
      head_(ParameterScope(store, "discriminator/head", Network::discriminator,
                           static_cast<int>(config.layers) + 1),
            score_config(config)) {}

TensorView Discriminator::forward(Pass& pass, ConstTensorView ids, ConstTensorView types) const {
  Encoder::Saved encoder;
  ReplacedTokenHead::Saved head;
  return head_.forward(pass, encoder_.forward(pass, ids, types, encoder), head);
}

}  // namespace electra
