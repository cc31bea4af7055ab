#include <catch2/catch.hpp>

#include "formats/sentence_vectors.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

namespace fs = std::filesystem;

TEST_CASE("a trained BERT makes of sentences what PyTorch makes of them", "[real][golden][slow]") {
  const fs::path directory = real_encoder_folder();
  const fs::path golden = golden_folder();
  if (directory.empty() || golden.empty()) return;
  SentenceEncoder encoder(directory);
  CHECK(encoder.taken.missing_head == "ElectraForPreTraining");
  CHECK(encoder.taken.left_out ==
        std::vector<std::string>{"pooler.dense.bias", "pooler.dense.weight"});
  for (const fs::directory_entry& each : fs::directory_iterator(golden / "embed")) {
    WARN("golden case " << each.path().filename().string());
    const GoldenSentences sentences(each.path());
    check_sentences(sentences, encoder, sentences.ids.size());
  }
}

TEST_CASE("both forms of .bin give the bits that safetensors gives", "[real][golden][slow]") {
  const fs::path directory = real_encoder_folder();
  const fs::path golden = golden_folder();
  if (directory.empty() || golden.empty()) return;
  const GoldenSentences sentences((*fs::directory_iterator(golden / "embed")).path());
  SentenceEncoder expected(directory);
  for (const char* bin : {"pytorch_model.bin", "legacy/pytorch_model.bin"}) {
    CAPTURE(bin);
    if (!fs::exists(directory / bin)) {
      std::cerr << "skipped: " << (directory / bin).string() << " is not there\n";
      return;
    }
    const TemporaryFolder folder;
    fs::copy_file(directory / "config.json", folder / "config.json");
    fs::create_symlink(fs::absolute(directory / bin), folder / "pytorch_model.bin");
    SentenceEncoder found(folder.path());
    CHECK(found.taken.left_out == expected.taken.left_out);
    for (const auto& ids : sentences.ids) CHECK(found(ids) == expected(ids));
  }
}
