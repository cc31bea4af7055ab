#include "formats/hugging_face_names.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "electra/models/text_model.h"
#include "models/small_pair.h"

using namespace electra;
using namespace electra::test;

namespace {

/// The parameters that the pieces of a network are parts of. Fails unless each is in the store and
/// is covered by them once, without a hole.
std::set<std::string> covered(const NetworkParts& network, const ParameterStore& store) {
  std::map<std::string, std::map<Index, Index>> found;  // first element and end of each piece
  for (const NamedPiece& piece : hugging_face_pieces(network)) {
    CAPTURE(piece.name, piece.parameter);
    const Parameter* parameter = store.find(piece.parameter);
    REQUIRE(parameter != nullptr);
    const Index first = piece.first(parameter->shape);
    CHECK(found[piece.parameter].emplace(first, first + piece.size(parameter->shape)).second);
    Index size = 1;
    for (const Index extent : piece.shape(parameter->shape)) size *= extent;
    CHECK(size == piece.size(parameter->shape));
  }
  std::set<std::string> names;
  for (const auto& [name, pieces] : found) {
    CAPTURE(name);
    names.insert(name);
    Index next = 0;
    for (const auto& [first, end] : pieces) {
      CHECK(first == next);
      next = end;
    }
    CHECK(next == store.find(name)->shape.size());
  }
  return names;
}

std::set<std::string> parameters_of(const ParameterStore& store) {
  std::set<std::string> names;
  for (const Parameter& parameter : store.parameters()) names.insert(parameter.name);
  return names;
}

}  // namespace

TEST_CASE("every parameter of a model is in its files once, whatever its head",
          "[hugging_face_names][law]") {
  for (const HeadKind& head : head_kinds())
    for (const Index embedding : {12, 16}) {  // with a projection and without
      CAPTURE(head.name, embedding);
      NetworkConfig config = network_of(small_model(), Network::discriminator, small_vocabulary);
      config.embedding = embedding;
      ParameterStore store;
      const TextModel model(store, config, head);
      CHECK(covered(model.parts(), store) == parameters_of(store));
    }
}

TEST_CASE("as a BERT every tensor has a name by which it is found again",
          "[hugging_face_names][law]") {
  NetworkConfig config = network_of(small_model(), Network::discriminator, small_vocabulary);
  config.embedding = config.hidden;
  for (const char* kind : {"masked_token", "tagging", "question", "embedding", "replaced_token"}) {
    CAPTURE(kind);
    ParameterStore store;
    const TextModel model(store, config, head_kind(kind));
    const auto own = hugging_face_pieces(model.parts());
    const auto bert = hugging_face_pieces(model.parts(), ModelForm::bert);
    const bool is_headless = std::string_view(kind) == "replaced_token";
    CHECK(bert.size() == own.size() - (is_headless ? model.parts().kind->tensors.size() : 0));
    for (std::size_t i = 0; i < bert.size(); ++i) {
      CHECK(bert[i].parameter == own[i].parameter);
      const std::vector<std::string> all = hugging_face_spellings(own[i].name);
      CHECK(std::ranges::find(all, bert[i].name) != all.end());
    }
  }
}

TEST_CASE("every parameter of a pair is in one network's files, or in both if it is shared",
          "[hugging_face_names][law]") {
  const Sharing sharing = GENERATE(Sharing::embeddings, Sharing::none, Sharing::all);
  CAPTURE(sharing);
  const ModelConfig config = small_model(sharing);
  ParameterStore store;
  const ElectraPair pair(store, config, small_vocabulary);
  const std::set<std::string> g =
      covered(parts_of(config, Network::generator, small_vocabulary), store);
  const std::set<std::string> d =
      covered(parts_of(config, Network::discriminator, small_vocabulary), store);
  for (const std::string& name : parameters_of(store)) {
    CAPTURE(name);
    const bool shared = name.starts_with("shared/");
    CHECK(g.contains(name) == (shared || name.starts_with("generator/")));
    CHECK(d.contains(name) == (shared || name.starts_with("discriminator/")));
  }
}

TEST_CASE("no two tensors of a network may be called the same in any spelling",
          "[hugging_face_names][law]") {
  for (const Network network : {Network::generator, Network::discriminator}) {
    const NetworkParts parts = parts_of(small_model(), network, small_vocabulary);
    std::map<std::string, std::string> owner;
    for (const NamedPiece& piece : hugging_face_pieces(parts)) {
      const std::vector<std::string> spellings = hugging_face_spellings(piece.name);
      CHECK(spellings.front() == piece.name);
      for (const std::string& spelling : spellings)
        CHECK(owner.emplace(spelling, piece.name).first->second == piece.name);
    }
    CHECK_FALSE(owner.contains(std::string(parts.kind->tied_to_word)));
  }
}

TEST_CASE("a tensor may lack the prefix and have its norm's old name", "[hugging_face_names]") {
  const auto spelled = [](const std::string& name) {
    const std::vector<std::string> all = hugging_face_spellings(name);
    return std::set<std::string>(all.begin(), all.end());
  };
  CHECK(spelled("electra.embeddings.LayerNorm.weight") ==
        std::set<std::string>{"electra.embeddings.LayerNorm.weight",
                              "electra.embeddings.LayerNorm.gamma", "embeddings.LayerNorm.weight",
                              "embeddings.LayerNorm.gamma", "bert.embeddings.LayerNorm.weight",
                              "bert.embeddings.LayerNorm.gamma"});
  CHECK(spelled("generator_predictions.LayerNorm.bias") ==
        std::set<std::string>{"generator_predictions.LayerNorm.bias",
                              "generator_predictions.LayerNorm.beta",
                              "cls.predictions.transform.LayerNorm.bias",
                              "cls.predictions.transform.LayerNorm.beta"});
  CHECK(spelled("generator_lm_head.bias") == std::set<std::string>{"generator_lm_head.bias",
                                                                   "cls.predictions.bias",
                                                                   "cls.predictions.decoder.bias"});
}

TEST_CASE("what is of embeddings and layers is told from heads, poolers and buffers",
          "[hugging_face_names]") {
  for (const char* name : {"bert.encoder.layer.0.output.dense.bias", "embeddings.LayerNorm.gamma",
                           "electra.embeddings_project.weight", "encoder.relative_bias"})
    CHECK(belongs_to_encoder(name));
  for (const char* name : {"bert.pooler.dense.weight", "classifier.bias", "qa_outputs.weight",
                           "cls.predictions.bias", "discriminator_predictions.dense.bias"})
    CHECK_FALSE(belongs_to_encoder(name));
  CHECK(is_left_out_of_bert("bert.pooler.dense.weight"));
  CHECK(is_left_out_of_bert("cls.seq_relationship.bias"));
  CHECK_FALSE(is_left_out_of_bert("classifier.bias"));
  CHECK(is_hugging_face_buffer("bert.embeddings.position_ids"));
  CHECK_FALSE(is_hugging_face_buffer("position_ids.weight"));
}
