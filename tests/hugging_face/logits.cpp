/// Says what both networks of a pair of Hugging Face directories make of sequences of ids, and
/// writes the pair anew.
///
///   hugging_face_logits GENERATOR DISCRIMINATOR OUT < sequences
///
/// Each line of input is a JSON array of ids; each line of output is {"mlm": [[…] of each token],
/// "rtd": […]}.

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/formats/hugging_face.h"
#include "electra/models/pair.h"

namespace {

using namespace electra;

/// The pair of two directories, with what it takes to compute with it.
class Networks {
 public:
  Networks(const std::filesystem::path& generator, const std::filesystem::path& discriminator)
      : config_(pair_of(read_network_config(generator), read_network_config(discriminator),
                        Sharing::embeddings)),
        model_(store_, config_, config_.vocabulary) {
    store_.allocate(*context_, Precision::f32);
    load_pair(generator, discriminator, config_, store_);
  }

  void save(const std::filesystem::path& folder) const {
    for (const auto& [network, name] : {std::pair{Network::generator, "generator"},
                                        std::pair{Network::discriminator, "discriminator"}})
      save_network(folder / name, parts_of(config_, network, config_.vocabulary), store_);
  }

  [[nodiscard]] nlohmann::json logits(const std::vector<std::int32_t>& ids) {
    arena_.reset();
    const auto length = static_cast<Index>(ids.size());
    std::vector<std::int32_t> everywhere(ids.size());
    std::iota(everywhere.begin(), everywhere.end(), 0);
    const std::vector<std::int32_t> count{static_cast<std::int32_t>(length)};
    const TensorView text = upload(ids, {length});
    const TensorView types = upload(std::vector<std::int32_t>(ids.size(), 0), {length});
    const TensorView lengths = upload(count, {1});
    const MaskedPositions all{.positions = upload(everywhere, {length}),
                              .count = upload(count, {1})};
    Pass pass{.context = *context_,
              .arena = arena_,
              .rows = {.batch = 1, .length = length, .lengths = lengths},
              .mode = Mode::inference};
    Encoder::Saved encoder_g, encoder_d;
    MlmHead::Saved head_g;
    ReplacedTokenHead::Saved head_d;
    const TensorView mlm = model_.generator_head().forward(
        pass, model_.generator().forward(pass, text, types, encoder_g), all, head_g);
    const TensorView rtd = model_.discriminator_head().forward(
        pass, model_.discriminator().forward(pass, text, types, encoder_d), head_d);
    nlohmann::json rows = nlohmann::json::array();
    for (Index row = 0; row < length; ++row) {
      const auto values = mlm.span<float>().subspan(static_cast<std::size_t>(row * mlm.width()),
                                                    static_cast<std::size_t>(config_.vocabulary));
      rows.push_back(std::vector<float>(values.begin(), values.end()));
    }
    const auto scores = rtd.span<float>();
    return {{"mlm", rows}, {"rtd", std::vector<float>(scores.begin(), scores.end())}};
  }

 private:
  [[nodiscard]] TensorView upload(const std::vector<std::int32_t>& values, const Shape& shape) {
    const TensorView view = arena_.allocate(shape, DType::i32);
    context_->upload(std::as_bytes(std::span(values)), view);
    return view;
  }

  ModelConfig config_;
  std::unique_ptr<Context> context_ = Context::create({});
  ParameterStore store_;
  ElectraPair model_;
  Arena arena_{*context_};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: hugging_face_logits GENERATOR DISCRIMINATOR OUT\n");
    return 2;
  }
  try {
    Networks networks(argv[1], argv[2]);
    networks.save(argv[3]);
    for (std::string line; std::getline(std::cin, line);)
      std::printf("%s\n", networks.logits(nlohmann::json::parse(line)).dump().c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hugging_face_logits: %s\n", error.what());
    return 1;
  }
}
