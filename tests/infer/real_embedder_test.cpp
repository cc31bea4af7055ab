#include <catch2/catch.hpp>
#include <thread>

#include "electra/infer/text_embedder.h"
#include "formats/sentence_vectors.h"

using namespace electra;
using namespace electra::test;

namespace fs = std::filesystem;

namespace {

struct Sentences {
  std::vector<std::string> texts;
  GoldenSentences golden;

  explicit Sentences(const fs::path& folder) : golden(folder) {
    std::istringstream lines(read_file(folder / "sentences.jsonl"));
    for (std::string line; std::getline(lines, line);)
      texts.push_back(nlohmann::json::parse(line)["text"].get<std::string>());
  }
};

/// The largest error of a vector, and whether all ids are the reference's.
struct Difference {
  double error = 0;
  bool same_ids = true;
};

Difference difference(const std::vector<TextVector>& found, const Sentences& sentences,
                      const char* pooling) {
  Difference all;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::vector<float> expected = sentences.golden.expected(pooling, i);
    all.error = std::max(all.error, vector_error(found[i].values, expected));
    all.same_ids = all.same_ids && found[i].ids == sentences.golden.ids[i];
  }
  return all;
}

void check(const Difference& found) {
  CHECK(found.same_ids);
  CHECK(found.error < 1e-5);
}

}  // namespace

TEST_CASE("a trained encoder embeds sentences as PyTorch does, alone, together and from 8 threads",
          "[real][golden][slow][embedder]") {
  const fs::path directory = real_encoder_folder();
  const fs::path golden = golden_folder();
  if (directory.empty() || golden.empty()) return;
  const InferenceOptions options{.threads = 1, .length = LongText::truncate};
  const TextEmbedder embedder(directory, options);
  const TextEmbedder of_cls(directory, options, {.pooling = Pooling::cls, .normalise = false});
  for (const fs::directory_entry& each : fs::directory_iterator(golden / "embed")) {
    WARN("golden case " << each.path().filename().string());
    const Sentences sentences(each.path());
    std::vector<TextVector> alone;
    for (const std::string& text : sentences.texts)
      alone.push_back(embedder.embed(std::string_view(text)));
    check(difference(alone, sentences, "mean"));
    check(difference(embedder.embed(sentences.texts), sentences, "mean"));
    check(difference(of_cls.embed(sentences.texts), sentences, "cls"));
    std::vector<Difference> of_threads(8);
    std::vector<std::thread> threads;
    for (Difference& found : of_threads)
      threads.emplace_back(
          [&] { found = difference(embedder.embed(sentences.texts), sentences, "mean"); });
    for (std::thread& thread : threads) thread.join();
    for (const Difference& found : of_threads) check(found);
  }
}
