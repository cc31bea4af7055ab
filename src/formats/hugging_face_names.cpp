#include "formats/hugging_face_names.h"

#include <functional>
#include <numeric>

namespace electra {

namespace {

/// Collects the pieces of one network.
class Names {
 public:
  Names(Network network, const ModelConfig& config) : config_(config) {
    const bool generator = network == Network::generator;
    own_ = generator ? "generator" : "discriminator";
    hidden_ = generator ? config.generator.hidden : config.hidden;
    layers_ = generator ? config.generator.layers : config.layers;
    intermediate_ = generator ? config.generator.intermediate : config.intermediate;
    tables_ = (config.sharing == Sharing::none ? own_ : "shared") + "/embeddings";
    encoder_ = (config.sharing == Sharing::all ? "shared" : own_) + "/encoder";
    if (config.sharing == Sharing::all) hidden_ = config.hidden;
  }

  void add(const std::string& name, std::vector<Index> shape, const std::string& parameter,
           Index first = 0) {
    pieces_.push_back({name, std::move(shape), parameter, first});
  }
  void linear(const std::string& name, const std::string& parameter, Index out, Index in) {
    add(name + ".weight", {out, in}, parameter + "/weight");
    add(name + ".bias", {out}, parameter + "/bias");
  }
  void norm(const std::string& name, const std::string& parameter, Index width) {
    add(name + ".weight", {width}, parameter + "/gain");
    add(name + ".bias", {width}, parameter + "/bias");
  }

  void embeddings(Index vocabulary) {
    const std::string name = "electra.embeddings.";
    const Index width = config_.embedding;
    add(name + "word_embeddings.weight", {vocabulary, width}, tables_ + "/word");
    add(name + "position_embeddings.weight", {config_.positions, width}, tables_ + "/position");
    add(name + "token_type_embeddings.weight", {2, width}, tables_ + "/type");
    norm(name + "LayerNorm", tables_ + "/norm", width);
    if (width != hidden_)
      linear("electra.embeddings_project", encoder_ + "/project", hidden_, width);
  }

  void layers() {
    for (Index i = 0; i < layers_; ++i) {
      const std::string name = "electra.encoder.layer." + std::to_string(i) + ".";
      const std::string parameter = encoder_ + "/layer_" + std::to_string(i) + "/";
      const std::string joined = parameter + "attention/query_key_value";
      Index part = 0;
      for (const char* which : {"query", "key", "value"}) {
        add(name + "attention.self." + which + ".weight", {hidden_, hidden_}, joined + "/weight",
            part * hidden_ * hidden_);
        add(name + "attention.self." + which + ".bias", {hidden_}, joined + "/bias",
            part * hidden_);
        ++part;
      }
      linear(name + "attention.output.dense", parameter + "attention/out", hidden_, hidden_);
      norm(name + "attention.output.LayerNorm", parameter + "attention_norm", hidden_);
      linear(name + "intermediate.dense", parameter + "feed_forward/in", intermediate_, hidden_);
      linear(name + "output.dense", parameter + "feed_forward/out", hidden_, intermediate_);
      norm(name + "output.LayerNorm", parameter + "feed_forward_norm", hidden_);
    }
  }

  void generator_head(Index vocabulary) {
    linear("generator_predictions.dense", own_ + "/head/dense", config_.embedding, hidden_);
    norm("generator_predictions.LayerNorm", own_ + "/head/norm", config_.embedding);
    add("generator_lm_head.bias", {vocabulary}, own_ + "/head/output/bias");
  }
  void discriminator_head() {
    linear("discriminator_predictions.dense", own_ + "/head/dense", hidden_, hidden_);
    linear("discriminator_predictions.dense_prediction", own_ + "/head/score", 1, hidden_);
  }

  [[nodiscard]] std::vector<NamedPiece> take() { return std::move(pieces_); }

 private:
  const ModelConfig& config_;
  std::string own_, tables_, encoder_;
  Index hidden_ = 0, layers_ = 0, intermediate_ = 0;
  std::vector<NamedPiece> pieces_;
};

}  // namespace

Index NamedPiece::size() const {
  return std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
}

std::vector<NamedPiece> hugging_face_pieces(Network network, const ModelConfig& config,
                                            Index vocabulary) {
  Names names(network, config);
  names.embeddings(vocabulary);
  names.layers();
  if (network == Network::generator)
    names.generator_head(vocabulary);
  else
    names.discriminator_head();
  return names.take();
}

}  // namespace electra
