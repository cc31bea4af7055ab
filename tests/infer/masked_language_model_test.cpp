#include "electra/infer/masked_language_model.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "electra/core/error.h"
#include "infer/network_answer.h"
#include "infer/saved_generator.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

constexpr std::size_t vocabulary_size = 12;

/// The softmax of one row of [tokens, 12] logits.
std::vector<double> probabilities(const std::vector<float>& rows, std::size_t row) {
  std::vector<double> all;
  for (std::size_t k = 0; k < vocabulary_size; ++k)
    all.push_back(std::exp(static_cast<double>(rows[row * vocabulary_size + k])));
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  for (double& each : all) each /= sum;
  return all;
}

/// With a mask in place of the first word.
std::vector<std::string> masked(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) all.push_back("[MASK] " + text);
  return all;
}

void check_same(const FilledText& found, const FilledText& expected) {
  REQUIRE(found.masks.size() == expected.masks.size());
  for (std::size_t i = 0; i < found.masks.size(); ++i) {
    REQUIRE(found.masks[i].candidates.size() == expected.masks[i].candidates.size());
    for (std::size_t k = 0; k < found.masks[i].candidates.size(); ++k)
      CHECK(found.masks[i].candidates[k].probability ==
            Approx(expected.masks[i].candidates[k].probability).margin(1e-6));
  }
}

}  // namespace

TEST_CASE("candidates of a mask have the network's probabilities, the most probable first",
          "[masked_language_model][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const MaskedLanguageModel model(folder.path(), {.threads = 1});
  const std::string text = "caf\xc3\xa9 [MASK] the[MASK]";
  const FilledText found = model.fill(text, 12);
  CHECK(found.text == text);
  REQUIRE(found.masks.size() == 2);
  CHECK(found.masks[0].span == TextSpan{5, 11});
  CHECK(found.masks[0].byte_span == TextSpan{6, 12});
  CHECK(found.masks[1].byte_span == TextSpan{16, 22});
  const auto rows = rows_of(folder.path(), {2, 9, 10, 4, 5, 4, 3}, vocabulary_size);
  for (const auto& [mask, row] : {std::pair{0U, 3U}, {1U, 5U}}) {
    const std::vector<double> expected = probabilities(rows, row);
    const std::vector<MaskCandidate>& candidates = found.masks[mask].candidates;
    REQUIRE(candidates.size() == 12);
    double sum = 0;
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const auto id = static_cast<std::size_t>(candidates[i].id);
      CHECK(candidates[i].probability == Approx(expected[id]).margin(1e-6));
      CHECK(candidates[i].token == some_vocabulary().token(candidates[i].id));
      if (i > 0) CHECK(candidates[i].probability <= candidates[i - 1].probability);
      sum += candidates[i].probability;
    }
    CHECK(sum == Approx(1));
  }
  CHECK(model.fill(text).masks[1].candidates.size() == 5);
  CHECK(model.fill(text, 1).masks[0].candidates[0].id == found.masks[0].candidates[0].id);
  CHECK(model.fill(text, 0).masks[0].candidates.empty());
  CHECK(model.fill("the ship").masks.empty());
  CHECK(model.fill("").masks.empty());
}

TEST_CASE("texts are filled in their order, each as by itself, by any number of threads",
          "[masked_language_model][law][threads]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const MaskedLanguageModel model(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) {
    return model.fill(masked(texts));
  };
  check_order(
      many, [&](const std::string& text) { return model.fill("[MASK] " + text); }, check_same);
  check_threads(many, [](const FilledText& found, const FilledText& expected) {
    for (std::size_t i = 0; i < 5; ++i)
      if (found.masks[0].candidates[i].probability != expected.masks[0].candidates[i].probability)
        return false;
    return true;
  });
}

TEST_CASE("a text that is too long to fill is refused, cut, or filled by the nearest window",
          "[masked_language_model][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const std::string text = "the [MASK] . the ship the . [MASK] the";
  CHECK_THAT(message_of<InputError>([&] {
               (void)MaskedLanguageModel(folder.path(), {.threads = 1}).fill({"the", text});
             }),
             Contains("text 1 has 11 tokens") && Contains("at most 8"));
  const MaskedLanguageModel cuts(folder.path(), {.threads = 1, .length = LongText::truncate});
  const FilledText cut = cuts.fill(text);
  CHECK(cut.left_out == 3);
  check_same(cut, cuts.fill("the [MASK] . the ship the"));
  const MaskedLanguageModel windows(folder.path(), {.threads = 1, .length = LongText::windows});
  const FilledText found = windows.fill(text);
  REQUIRE(found.masks.size() == 2);
  FilledText expected = cuts.fill("the [MASK] . the ship the");
  expected.masks.push_back(cuts.fill("the . [MASK] the").masks[0]);
  check_same(found, expected);
  CHECK(found.masks[1].span == TextSpan{28, 34});
}

TEST_CASE("a word table may have more rows than the vocabulary has tokens, which are no candidates",
          "[masked_language_model]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  std::vector<std::string> tokens = some_vocabulary().tokens();
  tokens.pop_back();
  save_tokenizer(folder.path(), Vocabulary::from_tokens(tokens), {}, 8);
  const FilledText found = MaskedLanguageModel(folder.path(), {.threads = 1}).fill("[MASK]", 99);
  CHECK(found.masks[0].candidates.size() == 11);
}

TEST_CASE("a masked-language model is opened of its own head alone, and matches [MASK]",
          "[masked_language_model]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  CHECK_THAT(message_of<ConfigError>([&] {
               const MaskedLanguageModel model(folder.path(), {.match_added_tokens = false});
             }),
             Contains("match_added_tokens"));
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK_THAT(message_of<IoError>([&] { const MaskedLanguageModel model(folder.path()); }),
             Contains("expected a head of masked_token for a MaskedLanguageModel") &&
                 Contains("found ElectraForPreTraining (replaced_token), which Detector"));
}

TEST_CASE("what is said of a mask and is not finite names the text", "[masked_language_model]") {
  const TemporaryFolder folder;
  save_generator(folder.path(), 8, [](ParameterStore& store) {
    for (float& weight : store.find("head/norm/gain")->master.span<float>()) weight = 3e38F;
  });
  const MaskedLanguageModel model(folder.path(), {.threads = 1});
  CHECK_THAT(message_of<InputError>([&] {
               (void)model.fill({"the", "[MASK]"});
             }),
             Contains("text 1 has no answer") && Contains("expected a finite number"));
}
