#include "electra/infer/text_embedder.h"

#include <catch2/catch.hpp>

#include "c/opened.h"
#include "infer/saved_predictor.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using test::message_of;

namespace {

const std::vector<std::string> texts{"the ship .", "", std::string("the\0 [MASK] \xff", 13),
                                     "unknown caf\xc3\xa9"};

}  // namespace

TEST_CASE("an embedder of C makes the vectors of that of C++", "[c][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  const auto embedder =
      opened(electra_text_embedder_open, electra_text_embedder_free, folder.path().string());
  std::size_t dimension = 0;
  require_none(electra_text_embedder_dimension(embedder.get(), &dimension));
  REQUIRE(dimension == 128);
  using Found = const electra_vectors;
  const auto found = given<Found>(electra_vectors_free, [&](Found** all) {
    return electra_text_embedder_run(embedder.get(), c_texts(texts).data(), texts.size(), all);
  });
  const auto expected = TextEmbedder(folder.path(), {.threads = 1}).embed(texts);
  REQUIRE(found->count == expected.size());
  CHECK(found->dimension == dimension);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const electra_vector& item = found->items[i];
    CHECK(item.values == found->values + i * dimension);
    CHECK(std::vector<float>(item.values, item.values + dimension) == expected[i].values);
    CHECK(std::vector<std::int32_t>(item.ids, item.ids + item.id_count) == expected[i].ids);
  }
}

TEST_CASE("an embedder of C makes vectors as it is told to", "[c][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  const auto vectors_of = [&](int pooling, int normalise) {
    electra_vector_options how;
    require_none(electra_vector_options_init(&how, sizeof how));
    CHECK(how.pooling == ELECTRA_POOL_AS_STORED);
    CHECK(how.normalise == ELECTRA_NORMALISE_AS_STORED);
    how.pooling = pooling;
    how.normalise = normalise;
    const electra_options options = one_thread();
    const auto embedder =
        given<electra_text_embedder>(electra_text_embedder_free, [&](electra_text_embedder** made) {
          return electra_text_embedder_open_with(folder.path().c_str(), &options, &how, made);
        });
    using Found = const electra_vectors;
    const auto found = given<Found>(electra_vectors_free, [&](Found** all) {
      return electra_text_embedder_run(embedder.get(), c_texts(texts).data(), texts.size(), all);
    });
    return std::vector<float>(found->values, found->values + found->count * found->dimension);
  };
  const auto expected = [&](const VectorOptions& how) {
    std::vector<float> all;
    for (const TextVector& each : TextEmbedder(folder.path(), {.threads = 1}, how).embed(texts))
      all.insert(all.end(), each.values.begin(), each.values.end());
    return all;
  };
  CHECK(vectors_of(ELECTRA_POOL_AS_STORED, ELECTRA_NORMALISE_AS_STORED) == expected({}));
  CHECK(vectors_of(ELECTRA_POOL_CLS, ELECTRA_NORMALISE_AS_STORED) ==
        expected({.pooling = Pooling::cls}));
  CHECK(vectors_of(ELECTRA_POOL_MEAN, ELECTRA_DO_NOT_NORMALISE) ==
        expected({.pooling = Pooling::mean, .normalise = false}));
  CHECK(vectors_of(ELECTRA_POOL_MAX, ELECTRA_NORMALISE) ==
        expected({.pooling = Pooling::max, .normalise = true}));
  electra_vector_options how;
  CHECK(message_of(electra_vector_options_init(&how, 1)) ==
        "size: expected that of electra_vector_options, " + std::to_string(sizeof how) +
            ", found 1");
  require_none(electra_vector_options_init(&how, sizeof how));
  const auto refusal = [&] {
    electra_text_embedder* none = nullptr;
    const std::string message =
        message_of(electra_text_embedder_open_with(folder.path().c_str(), nullptr, &how, &none));
    CHECK(none == nullptr);
    return message;
  };
  how.pooling = 4;
  CHECK(refusal() == "pooling: expected 0 to 3, found 4");
  how.pooling = 0;
  how.normalise = -1;
  CHECK(refusal() == "normalise: expected 0 to 2, found -1");
  how.size = 3;
  CHECK(refusal() == "options: expected the size " + std::to_string(sizeof how) +
                         ", as electra_vector_options_init sets it, found 3");
}
