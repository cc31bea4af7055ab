#include "pretrain/kept_tokens.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "electra/core/context.h"
#include "electra/core/file.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/infer/detector.h"
#include "electra/inspect/replaced_tokens.h"
#include "electra/models/pair.h"
#include "pretrain/initialization.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

namespace {

constexpr Index rows = 20;  // of the word tables: more than there are tokens
const std::string sentence = "the <laugh> Ahab saw a whale [MASK] .";

nlohmann::json token(const std::string& content) {
  return {{"content", content}, {"single_word", false}, {"lstrip", false},
          {"rstrip", false},    {"normalized", false},  {"special", false}};
}

/// A run that continues from a pair of directories whose discriminator has 11 tokens and others
/// that were added.
struct Continued {
  Continued() {
    const PretrainConfig config = small_config();
    const auto context = Context::create({}, {.threads = 1});
    ParameterStore store;
    const ElectraPair pair(store, config.model, rows);
    store.allocate(*context, Precision::f32);
    store.initialise(3, 0.2F);
    for (const auto& [network, name] : {std::pair{Network::generator, &generator},
                                        std::pair{Network::discriminator, &discriminator}})
      save_network(*name, parts_of(config.model, network, rows), store);
    Vocabulary::from_tokens(
        {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "whale", "saw", "a", ".", "ship"})
        .save(discriminator / "vocab.txt");
    std::string corpus;
    for (int document = 0; document < 40; ++document)
      corpus += "the whale saw a ship .\na ship saw the whale .\nthe ship saw a ship .\n\n";
    write_file(run.options.config.data.corpus, corpus);
    run.options.config.initialize.generator = generator.string();
    run.options.config.initialize.discriminator = discriminator.string();
  }

  void add(const std::vector<nlohmann::json>& tokens, int first = 11) {
    nlohmann::json config{{"tokenizer_class", "ElectraTokenizer"}};
    for (const nlohmann::json& added : tokens)
      config["added_tokens_decoder"][std::to_string(first++)] = added;
    write_file(discriminator / "tokenizer_config.json", config.dump());
  }
  [[nodiscard]] KeptTokens kept() const {
    return kept_tokens(with_released_sizes(run.options.config));
  }

  TinyRun run;
  fs::path generator = run.folder() / "g";
  fs::path discriminator = run.folder() / "d";
};

std::vector<std::int32_t> ids_of(const fs::path& directory) {
  return Detector(directory).detect(sentence).ids;
}

nlohmann::json flagged() {
  nlohmann::json ahab = token("Ahab");
  ahab["lstrip"] = ahab["single_word"] = true;
  return ahab;
}

}  // namespace

TEST_CASE("a run keeps the added tokens of the directory that it continues from",
          "[kept_tokens][law]") {
  Continued c;
  c.add({token("<laugh>"), flagged()});
  const std::vector<std::int32_t> ids = ids_of(c.discriminator);
  CHECK(std::ranges::find(ids, 11) != ids.end());
  CHECK(std::ranges::find(ids, 12) != ids.end());
  (void)c.run.run();
  for (const fs::path& directory : {c.run.out().generator(), c.run.out().discriminator()}) {
    INFO(directory);
    CHECK(load_tokenizer(directory).added == load_tokenizer(c.discriminator).added);
    const auto json = nlohmann::json::parse(read_file(directory / "tokenizer.json"));
    CHECK(json["added_tokens"].size() == 7);
    CHECK(json["added_tokens"].back()["content"] == "Ahab");
    CHECK(json["added_tokens"].back()["id"] == 12);
    CHECK(json["added_tokens"].back()["lstrip"] == true);
  }
  CHECK(ids_of(c.run.out().discriminator()) == ids);
  const Inspection seen = inspect_replaced_tokens(sentence, {.run = c.run.options.out});
  REQUIRE(seen.tokens.size() == ids.size());
  CHECK(seen.tokens[2].original == "<laugh>");
  CHECK(seen.tokens[3].original == "Ahab");
}

TEST_CASE("a resumed run finds the added tokens in its own folder", "[kept_tokens]") {
  Continued c;
  c.add({token("<laugh>"), flagged()});
  const std::vector<std::int32_t> ids = ids_of(c.discriminator);
  c.run.stop_after(7);
  (void)c.run.run();
  fs::remove_all(c.discriminator);
  fs::remove_all(c.generator);
  c.run.do_not_stop();
  (void)c.run.resume();
  CHECK(ids_of(c.run.out().discriminator()) == ids);
}

TEST_CASE("a run whose directory has the usual special tokens alone writes what others write",
          "[kept_tokens]") {
  Continued c;
  c.add({});
  CHECK(c.kept().added.empty());
  (void)c.run.run();
  CHECK_FALSE(fs::exists(c.run.options.out / "tokenizer_config.json"));
  const std::string config = read_file(c.run.out().discriminator() / "tokenizer_config.json");
  CHECK_THAT(config, !Contains("added_tokens_decoder") && !Contains("split_special_tokens"));
}

TEST_CASE("a place that ids of added tokens leave free has a token that no text has",
          "[kept_tokens]") {
  Continued c;
  const std::string vocabulary = read_file(c.discriminator / "vocab.txt");
  write_file(c.discriminator / "vocab.txt", vocabulary + "\n");  // transformers counts it
  c.add({token("<laugh>")}, 12);
  REQUIRE(c.kept().vocabulary.size() == 12);
  CHECK(c.kept().vocabulary.back() == "[row 11]");
  const std::vector<std::int32_t> ids = ids_of(c.discriminator);
  CHECK(std::ranges::find(ids, 12) != ids.end());
  (void)c.run.run();
  CHECK(ids_of(c.run.out().discriminator()) == ids);
}

TEST_CASE("a special token that is otherwise than usual is kept so", "[kept_tokens]") {
  Continued c;
  nlohmann::json mask = token("[MASK]");
  mask["special"] = mask["lstrip"] = true;
  c.add({mask}, 4);
  REQUIRE(c.kept().added.size() == 5);
  (void)c.run.run();
  CHECK(load_tokenizer(c.run.out().discriminator()).added == load_tokenizer(c.discriminator).added);
}

TEST_CASE("special tokens that are split stay so", "[kept_tokens]") {
  Continued c;
  write_file(c.discriminator / "tokenizer_config.json", R"({"split_special_tokens":true})");
  const std::vector<std::int32_t> ids = ids_of(c.discriminator);
  (void)c.run.run();
  CHECK(ids_of(c.run.out().discriminator()) == ids);
}

TEST_CASE("added tokens that cannot be kept are left out, and that is said", "[kept_tokens]") {
  Continued c;
  std::vector<nlohmann::json> many;
  for (int i = 0; i < 10; ++i) many.push_back(token("<" + std::to_string(i) + ">"));
  c.add(many);
  CHECK(c.kept().added.empty());
  const std::string said = "its added tokens are left out: \"<9>\" has the id 20";
  CHECK_THAT(c.kept().remark, Contains(c.discriminator.string()) && Contains(said));
  std::string lines;
  for (const std::string& line : check_released(with_released_sizes(c.run.options.config)))
    lines += line + "\n";
  CHECK_THAT(lines, Contains(said));
}

TEST_CASE("a vocabulary from elsewhere comes without added tokens", "[kept_tokens]") {
  Continued c;
  c.add({token("<laugh>")});
  REQUIRE(c.kept().added.size() == 6);
  fs::copy_file(c.discriminator / "vocab.txt", c.run.folder() / "mine.txt");
  c.run.options.config.vocabulary.file = (c.run.folder() / "mine.txt").string();
  CHECK(c.kept().added.empty());
  CHECK(c.kept().remark.empty());
}
