#include "formats/tokenizer_length.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

constexpr const char* sentences = "sentence_bert_config.json";
constexpr const char* config = "tokenizer_config.json";

/// A directory of a model with these files beside its vocab.txt.
struct Directory {
  explicit Directory(const std::map<std::string, std::string>& files) {
    Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the"})
        .save(folder / "vocab.txt");
    for (const auto& [name, text] : files) write_file(folder / name, text);
  }
  [[nodiscard]] std::optional<StoredLength> length() const {
    return load_tokenizer(folder.path()).length;
  }

  TemporaryFolder folder;
};

std::optional<StoredLength> length_with(const std::string& file, const std::string& text) {
  const std::map<std::string, std::string> files{{file, text}};
  return Directory(files).length();
}

}  // namespace

TEST_CASE("a text's length is that of sentence_bert_config.json, else of tokenizer_config.json",
          "[tokenizer_length]") {
  using Files = std::map<std::string, std::string>;
  const Directory both(
      Files{{sentences, R"({"max_seq_length":256})"}, {config, R"({"model_max_length":512})"}});
  REQUIRE(both.length());
  CHECK(both.length()->tokens == 256);
  CHECK(both.length()->source == "max_seq_length in " + (both.folder / sentences).string());
  const Directory silent(
      Files{{sentences, R"({"max_seq_length":null})"}, {config, R"({"model_max_length":512.0})"}});
  REQUIRE(silent.length());
  CHECK(silent.length()->tokens == 512);
  CHECK(silent.length()->source == "model_max_length in " + (silent.folder / config).string());
  CHECK(length_with(config, R"({"max_len":128})")->tokens == 128);
}

TEST_CASE("no length is said where no file says one, or by transformers' number for none",
          "[tokenizer_length]") {
  CHECK_FALSE(length_with("README.md", ""));
  CHECK_FALSE(length_with(config, R"({"model_max_length":null,"max_len":9})"));
  CHECK_FALSE(length_with(config, R"({"model_max_length":1000000000000000019884624838656})"));
}

TEST_CASE("truncation and padding of a tokenizer.json say nothing of a text's length",
          "[tokenizer_length]") {
  const Directory directory(std::map<std::string, std::string>{});
  save_tokenizer(directory.folder.path(), load_tokenizer(directory.folder.path()).vocabulary, {},
                 64);
  std::string json = read_file(directory.folder / "tokenizer.json");
  const std::string none = "\"truncation\": null";
  json.replace(json.find(none), none.size(), R"("truncation": {"max_length": 16})");
  write_file(directory.folder / "tokenizer.json", json);
  CHECK(directory.length()->tokens == 64);
}

TEST_CASE("what is no number of tokens is refused by file and key", "[tokenizer_length]") {
  for (const char* value : {"0", "-1", "2", "12.5", "\"512\"", "true", "[512]"})
    for (const auto& [file, key] :
         {std::pair{sentences, "max_seq_length"}, std::pair{config, "model_max_length"}}) {
      const std::map<std::string, std::string> files{
          {file, std::string("{\"") + key + "\":" + value + "}"}};
      const Directory directory(files);
      CHECK_THAT(message_of<IoError>([&] { (void)directory.length(); }),
                 Contains((directory.folder / file).string() + ": " + key +
                          ": expected a number of tokens, 3 or more, found "));
    }
}
