#include "formats/sentence_modules.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/formats/stored_head.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::string transformer =
    R"({"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"})";
const std::string pooling =
    R"({"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"})";
const std::string normalize =
    R"({"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"})";

/// A directory of sentence-transformers.
class SentenceFolder {
 public:
  explicit SentenceFolder(const std::string& pooling_config,
                          const std::string& modules = transformer + "," + pooling) {
    write_file(folder_ / "modules.json", "[" + modules + "]");
    std::filesystem::create_directory(folder_ / "1_Pooling");
    if (!pooling_config.empty()) write_file(folder_ / "1_Pooling/config.json", pooling_config);
  }
  [[nodiscard]] HeadConfig read(HeadConfig head = {}) const {
    read_sentence_modules(folder_.path(), head);
    return head;
  }
  [[nodiscard]] std::string refusal() const {
    return message_of<IoError>([&] { (void)read(); });
  }
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const {
    return folder_ / name;
  }

 private:
  TemporaryFolder folder_;
};

Pooling pooling_of(const std::string& config) { return SentenceFolder(config).read().pooling; }
std::string refused(const std::string& config) {
  const std::string message = SentenceFolder(config).refusal();
  CHECK_THAT(message, Contains("1_Pooling/config.json: "));
  return message;
}

}  // namespace

TEST_CASE("a pooling is read by the flags of before version 6, and by the mode after it",
          "[sentence_modules]") {
  CHECK(pooling_of(R"({"word_embedding_dimension": 8, "pooling_mode_cls_token": true,
      "pooling_mode_mean_tokens": false, "pooling_mode_max_tokens": false})") == Pooling::cls);
  CHECK(pooling_of(R"({"pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true})") ==
        Pooling::mean);
  CHECK(pooling_of(R"({"pooling_mode_max_tokens": true})") == Pooling::max);
  CHECK(pooling_of(R"({"embedding_dimension": 8, "pooling_mode": "mean",
      "include_prompt": true})") == Pooling::mean);
  CHECK(pooling_of(R"({"pooling_mode": "cls"})") == Pooling::cls);
  CHECK(pooling_of(R"({"pooling_mode": ["max"]})") == Pooling::max);
  CHECK(pooling_of(R"({"pooling_mode": "max", "pooling_mode_cls_token": true})") == Pooling::max);
  CHECK(pooling_of(R"({"word_embedding_dimension": 8})") == Pooling::mean);
}

TEST_CASE("a pooling that is none of ours is refused by file and key", "[sentence_modules]") {
  for (const char* config :
       {R"({"pooling_mode": "lasttoken"})", R"({"pooling_mode": ["cls", "mean"]})",
        R"({"pooling_mode": []})", R"({"pooling_mode": 3})", R"({"pooling_mode": [3]})",
        R"({"pooling_mode_weightedmean_tokens": true})",
        R"({"pooling_mode_mean_tokens": true, "pooling_mode_mean_sqrt_len_tokens": true})",
        R"({"pooling_mode_mean_tokens": true, "pooling_mode_max_tokens": true})"})
    CHECK_THAT(refused(config), Contains("pooling_mode: expected one of cls, mean and max"));
  CHECK_THAT(refused(R"({"pooling_mode_cls_token": "yes"})"),
             Contains("pooling_mode_cls_token: expected true or false, found the string"));
  CHECK_THAT(refused("[]"), Contains("expected a JSON object"));
  CHECK_THAT(SentenceFolder("").refusal(), Contains("1_Pooling/config.json"));
}

TEST_CASE("vectors have length 1 where modules.json says Normalize", "[sentence_modules]") {
  const std::string mean = R"({"pooling_mode": "mean"})";
  CHECK_FALSE(SentenceFolder(mean).read().normalise);
  CHECK(SentenceFolder(mean, transformer + "," + pooling + "," + normalize)
            .read({.normalise = false})
            .normalise);
  const std::string newer =
      R"({"idx": 0, "name": "0", "path": "",
          "type": "sentence_transformers.base.modules.transformer.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling",
          "type": "sentence_transformers.sentence_transformer.modules.pooling.Pooling"},
         {"idx": 2, "name": "2", "path": "2_Normalize",
          "type": "sentence_transformers.sentence_transformer.modules.normalize.Normalize"})";
  CHECK(SentenceFolder(mean, newer).read({.normalise = false}).normalise);
}

TEST_CASE("without a modules.json a head stays as it is", "[sentence_modules]") {
  const TemporaryFolder folder;
  HeadConfig head{.pooling = Pooling::max, .normalise = false};
  read_sentence_modules(folder.path(), head);
  CHECK(head == HeadConfig{.pooling = Pooling::max, .normalise = false});
}

TEST_CASE("a list of modules that is none, or has one that is unknown, is refused",
          "[sentence_modules]") {
  const std::string mean = R"({"pooling_mode": "mean"})";
  const std::string dense =
      R"({"idx": 3, "path": "3_Dense", "type": "sentence_transformers.models.Dense"})";
  CHECK_THAT(SentenceFolder(mean, transformer + "," + pooling + "," + dense).refusal(),
             Contains("modules.json: type: expected Transformer, Pooling or Normalize, found ") &&
                 Contains("3_Dense"));
  CHECK_THAT(SentenceFolder(mean, "7").refusal(), Contains("modules.json: type: expected"));
  CHECK_THAT(SentenceFolder(mean, R"({"type": 7})").refusal(), Contains("modules.json: type: "));
  const SentenceFolder folder(mean);
  write_file(folder / "modules.json", R"({"a": 1})");
  CHECK_THAT(folder.refusal(), Contains("modules.json: expected a list of modules, found an"));
  write_file(folder / "modules.json", "[");
  CHECK_THAT(folder.refusal(), Contains("modules.json"));
}

TEST_CASE("what sentence-transformers' files say stands over what config.json says",
          "[sentence_modules]") {
  const SentenceFolder folder(R"({"pooling_mode": "cls"})");
  write_file(folder / "config.json",
             R"({"architectures": ["ElectraModel"], "libelectra": {"task": "embed",
                 "head": "embedding", "pooling": "max", "normalise": true}})");
  const HeadConfig head = read_head((folder / "config.json").parent_path()).config;
  CHECK(head.pooling == Pooling::cls);
  CHECK_FALSE(head.normalise);
}

TEST_CASE("modules for sentence-transformers say the pooling, the width and the length",
          "[sentence_modules]") {
  for (const Pooling pooling : {Pooling::cls, Pooling::mean, Pooling::max}) {
    const TemporaryFolder folder;
    write_file(folder / "config.json", R"({"architectures": ["ElectraModel"]})");
    save_sentence_modules(folder.path(), {.pooling = pooling}, 48, 77);
    const StoredHead head = read_head(folder.path());
    CHECK(head.config.pooling == pooling);
    CHECK(head.config.normalise);
    const auto parse = [&](const char* file) {
      return nlohmann::json::parse(read_file(folder / file));
    };
    CHECK(parse("1_Pooling/config.json")["word_embedding_dimension"] == 48);
    CHECK(parse("sentence_bert_config.json")["max_seq_length"] == 77);
    const auto modules = parse("modules.json");
    REQUIRE(modules.size() == 3);
    for (const auto& module : modules)
      CHECK(std::filesystem::is_directory(folder / module["path"].get<std::string>()));
    save_sentence_modules(folder.path(), {.pooling = pooling, .normalise = false}, 48, 77);
    CHECK_FALSE(read_head(folder.path()).config.normalise);
  }
}
