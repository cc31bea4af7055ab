#include "electra/infer/engine.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/models/heads.h"
#include "infer/saved_detector.h"
#include "support/own_process.h"
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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

constexpr const char* memory_of_opening = "an engine is opened and says what memory that took";

/// Bytes of this process by a key of /proc/self/status: "VmRSS:", "VmHWM:".
double own_memory(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == key) {
      double kibibytes = 0;
      status >> kibibytes;
      return 1024 * kibibytes;
    }
  throw std::runtime_error("/proc/self/status: no " + key);
}

/// The number behind a word of a text.
double number_behind(const std::string& text, const std::string& word) {
  return std::stod(text.substr(text.find(word) + word.size()));
}

Vocabulary vocabulary_of(Index size) {
  std::vector<std::string> tokens = some_vocabulary().tokens();
  while (static_cast<Index>(tokens.size()) < size)
    tokens.push_back("word" + std::to_string(tokens.size()));
  return Vocabulary::from_tokens(std::move(tokens));
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

TEST_CASE("rows that are chosen are answered as all are, in their order", "[engine][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = 1});
  const std::vector<std::vector<std::int32_t>> ids{{2, 5, 6, 7, 3}, {2, 8, 3}, {2, 9, 10, 3}};
  const std::vector<std::vector<std::int32_t>> rows{{3, 0, 3}, {}, {2, 2, 2, 2, 1, 0}};
  std::vector<Engine::Sequence> texts;
  for (std::size_t i = 0; i < ids.size(); ++i) texts.push_back({.ids = ids[i], .rows = rows[i]});
  const Answers all = answers_of(engine, ids);
  Answers found(ids.size());
  engine.run(texts, [&](std::size_t text, std::span<const float> answer) {
    found[text].assign(answer.begin(), answer.end());
  });
  const Answers expected{{all[0][3], all[0][0], all[0][3]},
                         all[1],
                         {all[2][2], all[2][2], all[2][2], all[2][2], all[2][1], all[2][0]}};
  for (std::size_t i = 0; i < ids.size(); ++i) {
    REQUIRE(found[i].size() == expected[i].size());
    for (std::size_t k = 0; k < found[i].size(); ++k)
      CHECK(found[i][k] == Approx(expected[i][k]).margin(1e-5));
  }
  for (const std::int32_t row : {-1, 5}) {
    const std::array wrong{row};
    texts[0].rows = wrong;
    CHECK_THROWS_WITH(engine.run(texts, [](std::size_t, std::span<const float>) {}),
                      Contains("text 0: expected rows from 0 to 4, its tokens, found"));
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
  for (const std::int32_t id : {-1, 12})
    CHECK_THAT(
        message_of<InputError>([&] {
          (void)answers_of(engine, {{2, 3}, {2, id, 3}});
        }),
        Contains("text 1, token 1: expected an id from 0 to 11, found " + std::to_string(id)));
  CHECK(answers_of(engine, {}).empty());
}

TEST_CASE("an engine goes on after an error of who takes the answers", "[engine][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = 1, .workers = 1});
  const std::vector<std::vector<std::int32_t>> texts{{2, 5, 3}, {2, 3}};
  const Answers expected = answers_of(engine, texts);
  const auto fail = [](std::size_t, std::span<const float>) { throw InputError("my own"); };
  for (int turn = 0; turn < 3; ++turn)
    CHECK(message_of<InputError>([&] { engine.run(texts, fail); }) == "my own");
  CHECK(answers_of(engine, texts) == expected);  // its only worker has come back
}

TEST_CASE("an engine refuses a model that cannot be by file and key", "[engine]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  std::string config = read_file(folder / "config.json");
  const std::string key = "\"max_position_embeddings\": 8";
  config.replace(config.find(key), key.size(), "\"max_position_embeddings\": 4");
  write_file(folder / "config.json", config);
  CHECK_THAT(message_of<IoError>(
                 [&] { const Engine engine(folder.path(), head_kind("replaced_token"), {}); }),
             Contains((folder / "config.json").string()) &&
                 Contains("max_position_embeddings: expected 5 to 65536, found 4"));
}

TEST_CASE("a model with a weight that is no number is refused by its tensor and place",
          "[engine][law]") {
  struct Case {
    const char* parameter;
    std::size_t place;
    float value;
    const char* says;
  };
  constexpr float infinite = std::numeric_limits<float>::infinity();
  const std::vector<Case> cases{
      {"encoder/layer_1/attention/query_key_value/weight", 128 * 128 + 130,
       std::numeric_limits<float>::quiet_NaN(),
       "electra.encoder.layer.1.attention.self.key.weight: nan at [1, 2]"},
      {"embeddings/word", 65, infinite, "electra.embeddings.word_embeddings.weight: inf at [1, 1]"},
      {"head/score/bias", 0, -infinite,
       "discriminator_predictions.dense_prediction.bias: -inf at [0]"}};
  for (const Case& each : cases) {
    const TemporaryFolder folder;
    save_detector(folder.path(), some_vocabulary(), tiny_detector(12), [&](ParameterStore& store) {
      store.find(each.parameter)->master.span<float>()[each.place] = each.value;
    });
    CHECK_THAT(message_of<IoError>(
                   [&] { const Engine engine(folder.path(), head_kind("replaced_token"), {}); }),
               Contains(folder.path().string()) && Contains(each.says));
  }
}

TEST_CASE("an engine with another head refuses the directory by the name of its head", "[engine]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK_THAT(message_of<IoError>(
                 [&] { const Engine engine(folder.path(), head_kind("masked_token"), {}); }),
             Contains("expected that of ElectraForMaskedLM, found that of ElectraForPreTraining"));
  CHECK_THAT(message_of<ConfigError>([&] {
               const Engine engine(folder.path(), head_kind("replaced_token"), {.workers = -1});
             }),
             Contains("workers: expected 0 or more, found -1"));
  CHECK_THAT(message_of<ConfigError>([&] {
               const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = -2});
             }),
             Contains("threads: expected 0 or more, found -2"));
}

TEST_CASE(memory_of_opening, "[.]") {
  const char* directory = std::getenv("ELECTRA_TEST_MODEL");
  REQUIRE(directory != nullptr);
  const double before = own_memory("VmRSS:");
  const Engine engine(directory, head_kind("replaced_token"), {.threads = 1});
  std::cout << "at rest " << own_memory("VmRSS:") - before << "\nat most "
            << own_memory("VmHWM:") - before << '\n';
}

TEST_CASE("opening a model takes hardly more memory than its weights without the word table",
          "[engine][law]") {
  if (sanitized) {
    std::cout << "skipped: sanitizers take memory of their own\n";
    return;
  }
  const TemporaryFolder folder;
  save_detector(folder.path(), vocabulary_of(30522),
                network_of(model_preset("small"), Network::discriminator, 30522));
  constexpr double table = 30522 * 128 * 4;
  const double weights =
      static_cast<double>(std::filesystem::file_size(folder / "model.safetensors")) - table;
  const std::string said =
      output_with("ELECTRA_TEST_MODEL=" + folder.path().string(), memory_of_opening);
  CAPTURE(weights, said);
  CHECK(number_behind(said, "at rest ") < 1.25 * weights);
  CHECK(number_behind(said, "at most ") < 1.5 * weights);
}
