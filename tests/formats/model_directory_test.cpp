#include "electra/formats/model_directory.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/formats/weights.h"
#include "formats/stored_pair.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

/// The discriminator of a small pair, with a tokenizer of so many tokens.
void write_model(const TemporaryFolder& folder, Index tokens) {
  save(Pair(1), folder);
  std::vector<std::string> all{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  while (std::ssize(all) < tokens) all.push_back("w" + std::to_string(all.size()));
  save_tokenizer(folder / "discriminator", Vocabulary::from_tokens(all), {}, 9);
}

}  // namespace

TEST_CASE("a directory that is read and written is the same to the byte",
          "[model_directory][law]") {
  const TemporaryFolder folder;
  write_model(folder, small_vocabulary);
  const ModelDirectory model(folder / "discriminator");
  CHECK(model.head().kind == "replaced_token");
  CHECK(model.remarks().empty());
  model.save(folder / "again", ModelForm::electra);
  for (const char* file : {"model.safetensors", "config.json", "vocab.txt", "tokenizer.json",
                           "tokenizer_config.json"}) {
    CAPTURE(file);
    CHECK(read_file(folder / "again" / file) == read_file(folder / "discriminator" / file));
  }
  Index count = 0;
  const TensorSource source = open_weights(folder / "again");
  for (const StoredTensor& tensor : source.tensors()) count += tensor.size();
  CHECK(model.parameters() == count);
}

TEST_CASE("a form that a model has not is refused before a file is written", "[model_directory]") {
  const TemporaryFolder folder;
  write_model(folder, small_vocabulary);
  const ModelDirectory model(folder / "discriminator");
  CHECK_THAT(message_of<ConfigError>([&] { model.save(folder / "bert", ModelForm::bert); }),
             Contains("embedding_size: expected hidden_size = 16, as a BERT has it, found 12"));
  CHECK_FALSE(std::filesystem::exists(folder / "bert"));
}

TEST_CASE("a directory's word table has a row for each token", "[model_directory]") {
  const TemporaryFolder folder;
  write_model(folder, small_vocabulary - 9);
  CHECK_NOTHROW(ModelDirectory(folder / "discriminator"));
  write_model(folder, small_vocabulary + 1);
  CHECK_THAT(message_of<IoError>([&] { const ModelDirectory model(folder / "discriminator"); }),
             Contains("expected at most vocab_size = 70 tokens, found 71"));
}
