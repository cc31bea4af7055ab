#include <catch2/catch.hpp>

#include "electra/core/device.h"
#include "formats/sentence_vectors.h"

using namespace electra;
using namespace electra::test;

namespace fs = std::filesystem;

TEST_CASE("a trained BERT makes of sentences on a GPU what PyTorch makes of them",
          "[cuda][real][golden]") {
  const fs::path directory = real_encoder_folder();
  const fs::path golden = golden_folder();
  if (directory.empty() || golden.empty()) return;
  SentenceEncoder encoder(directory, Device{DeviceType::cuda, 0});
  const GoldenSentences sentences((*fs::directory_iterator(golden / "embed")).path());
  check_sentences(sentences, encoder, 2);  // a GPU may be emulated
}
