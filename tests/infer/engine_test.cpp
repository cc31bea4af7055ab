#include "electra/infer/engine.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/models/heads.h"
#include "infer/saved_detector.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

using Answers = std::vector<std::vector<float>>;

Answers answers_of(const Engine& engine, const std::vector<std::vector<std::int32_t>>& texts) {
  Answers all(texts.size());
  engine.run(texts, [&](std::size_t text, std::span<const float> answer) {
    CHECK(all[text].empty());
    all[text].assign(answer.begin(), answer.end());
  });
  return all;
}

}  // namespace

TEST_CASE("an engine answers each text as it would alone, padding or not", "[engine][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = 1});
  std::vector<std::vector<std::int32_t>> texts;
  for (std::int32_t i = 0; i < 200; ++i) {
    std::vector<std::int32_t> ids{2};
    for (std::int32_t k = 0; k < i * 7 % 6; ++k) ids.push_back(5 + (i + k) % 7);
    ids.push_back(3);
    texts.push_back(ids);
  }
  const Answers together = answers_of(engine, texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    REQUIRE(together[i].size() == texts[i].size());
    const Answers alone = answers_of(engine, {texts[i]});
    for (std::size_t k = 0; k < texts[i].size(); ++k)
      CHECK(together[i][k] == Approx(alone[0][k]).margin(1e-5));
  }
}

TEST_CASE("an engine refuses texts that the model cannot read", "[engine]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = 1});
  const auto refusal = [&](std::size_t tokens) {
    return message_of<InputError>([&] {
      (void)answers_of(engine, {{2, 3}, std::vector<std::int32_t>(tokens, 5)});
    });
  };
  CHECK_THAT(refusal(9), Contains("text 1") && Contains("1 to 8") && Contains("found 9"));
  CHECK_THAT(refusal(0), Contains("found 0"));
  CHECK(answers_of(engine, {}).empty());
}

TEST_CASE("an engine with another head refuses the directory by the first tensor that lacks",
          "[engine]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK_THAT(message_of<IoError>(
                 [&] { const Engine engine(folder.path(), head_kind("masked_token"), {}); }),
             Contains("generator_predictions.dense.weight") && Contains("no such tensor"));
  CHECK_THAT(message_of<ConfigError>([&] {
               const Engine engine(folder.path(), head_kind("replaced_token"), {.workers = -1});
             }),
             Contains("workers") && Contains("-1"));
}
