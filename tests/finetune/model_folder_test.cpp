#include "finetune/model_folder.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/formats/stored_head.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("modules for sentence-transformers say the pooling, the width and the length",
          "[model_folder]") {
  for (const Pooling pooling : {Pooling::cls, Pooling::mean, Pooling::max}) {
    const TemporaryFolder folder;
    write_file(folder / "config.json", R"({"architectures": ["ElectraModel"]})");
    save_modules(folder.path(), pooling, 48, 77);
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
  }
}

TEST_CASE("a folder that has what a model would replace is refused by the file's name",
          "[model_folder]") {
  for (const char* name : {"model.safetensors", "config.json"}) {
    const TemporaryFolder folder;
    CHECK_NOTHROW(check_free(folder.path()));
    write_file(folder / "notes.txt", "kept");
    CHECK_NOTHROW(check_free(folder.path()));
    write_file(folder / name, "");
    CHECK_THAT(message_of<ConfigError>([&] { check_free(folder.path()); }),
               Contains((folder / name).string() + ": fine-tuning would write this"));
  }
}

TEST_CASE("a model is published with the tokenizer that it was trained with, byte for byte",
          "[model_folder]") {
  const TemporaryFolder model, encoder, out;
  write_file(model / "model.safetensors", "weights");
  write_file(model / "config.json", "configuration");
  write_file(encoder / "config.json", "of the encoder");
  write_file(encoder / "vocab.txt", "a\r\nb\n");
  write_file(encoder / "tokenizer_config.json", "{}");
  publish_model(model.path(), encoder.path(), out.path());
  CHECK(read_file(out / "model.safetensors") == "weights");
  CHECK(read_file(out / "config.json") == "configuration");
  CHECK(read_file(out / "vocab.txt") == "a\r\nb\n");
  CHECK(read_file(out / "tokenizer_config.json") == "{}");
  CHECK(out.count() == 4);
}
