#include "finetune/model_folder.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

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
