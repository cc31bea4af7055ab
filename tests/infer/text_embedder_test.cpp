#include "electra/infer/text_embedder.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/infer/predictor.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

double norm_of(const std::vector<float>& vector) {
  double squares = 0;
  for (const float each : vector) squares += static_cast<double>(each) * each;
  return std::sqrt(squares);
}

std::vector<float> vector_of(const std::filesystem::path& directory, const std::string& text,
                             const VectorOptions& vectors) {
  return TextEmbedder(directory, {.threads = 1}, vectors).embed(text).values;
}

}  // namespace

TEST_CASE("an embedder makes the predictor's vectors, and says of which ids", "[embedder][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  Examples examples;
  for (const std::string& text : some_texts) examples.rows.emplace_back().text = text;
  const auto expected = Predictor(folder.path(), {.threads = 1}).predict(examples);
  const TextEmbedder embedder(folder.path(), {.threads = 1});
  CHECK(embedder.dimension() == 128);
  CHECK(embedder.pooling() == Pooling::mean);
  CHECK(embedder.normalises());
  const std::vector<TextVector> found = embedder.embed(some_texts);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    REQUIRE(found[i].values.size() == 128);
    for (std::size_t k = 0; k < 128; ++k)
      CHECK(found[i].values[k] == Approx(expected[i].vector[k]).margin(1e-6));
    CHECK(norm_of(found[i].values) == Approx(1).margin(1e-6));
  }
  CHECK(found[0].ids == std::vector<std::int32_t>{2, 5, 6, 11, 3});
  CHECK(found[1].ids == std::vector<std::int32_t>{2, 3});
}

TEST_CASE("texts get their vectors in their order, each as by itself, by any number of threads",
          "[embedder][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  const TextEmbedder embedder(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) { return embedder.embed(texts); };
  check_order(
      many, [&](const std::string& text) { return embedder.embed(std::string_view(text)); },
      [](const TextVector& found, const TextVector& expected) {
        CHECK(found.ids == expected.ids);
        check_close(found.values, expected.values);
      });
  check_threads(many, [](const TextVector& found, const TextVector& expected) {
    return found.values == expected.values;
  });
}

TEST_CASE("vectors are made as the directory says, unless they are asked for otherwise",
          "[embedder][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("embed");
  head.config.pooling = Pooling::cls;
  head.config.normalise = false;
  save_predictor(folder.path(), head);
  const TextEmbedder embedder(folder.path(), {.threads = 1});
  CHECK(embedder.pooling() == Pooling::cls);
  CHECK_FALSE(embedder.normalises());
  const std::vector<float> plain = embedder.embed("the ship").values;
  CHECK(std::abs(norm_of(plain) - 1) > 0.1);
  std::vector<float> unit = vector_of(folder.path(), "the ship", {.normalise = true});
  CHECK(norm_of(unit) == Approx(1).margin(1e-6));
  for (std::size_t i = 0; i < unit.size(); ++i)
    CHECK(static_cast<double>(unit[i]) * norm_of(plain) == Approx(plain[i]).margin(1e-5));
  const std::vector<float> mean = vector_of(folder.path(), "the ship", {.pooling = Pooling::mean});
  const std::vector<float> most = vector_of(folder.path(), "the ship", {.pooling = Pooling::max});
  CHECK(mean != plain);
  for (std::size_t i = 0; i < mean.size(); ++i)
    CHECK(most[i] >= std::max(mean[i], plain[i]) - 1e-6F);
}

TEST_CASE("a text that is too long for a vector is refused, cut, or averaged over its windows",
          "[embedder][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed", 8);
  const std::string text = "the ship . the ship the . ship the";
  CHECK_THAT(message_of<InputError>([&] {
               (void)TextEmbedder(folder.path(), {.threads = 1}).embed({"the", text});
             }),
             Contains("text 1 has 11 tokens") && Contains("at most 8"));
  const std::string file = (folder / "sentence_bert_config.json").string();
  const TextEmbedder cuts(folder.path(), {.threads = 1, .length = LongText::truncate});
  CHECK(cuts.embed(text).left_out == 3);
  CHECK(cuts.embed(text).values == cuts.embed("the ship . the ship the").values);
  const VectorOptions plain{.normalise = false};
  const auto first = vector_of(folder.path(), "the ship . the ship the", plain);
  const auto second = vector_of(folder.path(), "the . ship the", plain);
  std::vector<float> mean;
  for (std::size_t i = 0; i < first.size(); ++i) mean.push_back((5 * first[i] + 4 * second[i]) / 9);
  const InferenceOptions windows{.threads = 1, .length = LongText::windows};
  check_close(TextEmbedder(folder.path(), windows, plain).embed(text).values, mean);
  const double norm = norm_of(mean);
  for (float& each : mean) each = static_cast<float>(each / norm);
  const TextVector unit = TextEmbedder(folder.path(), windows).embed(text);
  check_close(unit.values, mean);
  CHECK(unit.ids.size() == 11);
  write_file(file, R"({"max_seq_length":5})");
  CHECK_THAT(message_of<InputError>([&] {
               (void)TextEmbedder(folder.path(), {.threads = 1}).embed("the ship . the");
             }),
             Contains("at most 5, max_seq_length in " + file));
}

TEST_CASE("an encoder with a head of pretraining makes the vectors that it makes without",
          "[embedder]") {
  const TemporaryFolder bare, pretrained;
  save_predictor(bare.path(), some_head("embed"), 16);
  const Vocabulary vocabulary = some_vocabulary();
  save_detector(pretrained.path(), vocabulary, tiny_detector(vocabulary.size(), 16));
  const TextEmbedder expected(bare.path(), {.threads = 1});
  const TextEmbedder found(pretrained.path(), {.threads = 1});
  CHECK(found.pooling() == Pooling::mean);
  CHECK(found.normalises());
  CHECK(found.embed("the ship").values == expected.embed("the ship").values);
}

TEST_CASE("an embedder opens no other head, and a vector that is not finite names its text",
          "[embedder]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  CHECK_THAT(message_of<IoError>([&] { const TextEmbedder embedder(folder.path()); }),
             Contains("expected a head of embed or replaced_token or masked_token for a "
                      "TextEmbedder, found ElectraForSequenceClassification"));
  save_predictor(folder.path(), some_head("embed"), 16, [](ParameterStore& store) {
    for (float& gain : store.find("encoder/layer_1/feed_forward_norm/gain")->master.span<float>())
      gain = 3e38F;
  });
  CHECK_THAT(message_of<InputError>([&] {
               (void)TextEmbedder(folder.path(), {.threads = 1}).embed({"the", "ship"});
             }),
             Contains(" has no answer"));
}
