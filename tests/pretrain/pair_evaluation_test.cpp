#include "electra/pretrain/pair_evaluation.h"

#include <catch2/catch.hpp>
#include <map>

#include "electra/core/file.h"
#include "electra/data/document_split.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

namespace {

std::vector<std::string> documents_of(const fs::path& corpus) {
  std::vector<std::string> documents;
  const std::string text = read_file(corpus);
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 2) {
    end = text.find("\n\n", begin);
    documents.push_back(text.substr(begin, end - begin) + "\n\n");
  }
  return documents;
}

std::map<std::string, std::string> contents_of(const fs::path& folder) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) contents[entry.path().string()] = read_file(entry.path());
  return contents;
}

}  // namespace

TEST_CASE("a pair evaluated on what its run held out says what the run said at its end",
          "[pretraining][law]") {
  TinyRun run;
  run.options.config.evaluate.batches = 0;
  const RunResult result = run.run();
  const std::vector<std::string> documents = documents_of(run.options.config.data.corpus);
  REQUIRE(documents.size() == 40);
  std::string held_out;
  const DocumentSplit split = split_documents(40, 0.1, run.options.config.seed);
  for (const Index document : split.held_out)
    held_out += documents[static_cast<std::size_t>(document)];
  write_file(run.folder() / "held_out.txt", held_out);
  const auto before = contents_of(run.out().root);
  const auto context = Context::create({}, {.threads = run.options.config.threads});
  const PairEvaluation found =
      evaluate_pair(run.out().root, run.folder() / "held_out.txt", *context);
  CHECK(found.documents == 4);
  REQUIRE(found.values.figures().size() == result.evaluation->figures().size());
  for (std::size_t i = 0; i < found.values.figures().size(); ++i) {
    INFO(found.values.figures()[i].key);
    CHECK(found.values.at(i) == result.evaluation->at(i));
  }
  CHECK(contents_of(run.out().root) == before);
}

TEST_CASE("one document is a text, too; what is no run or no text is refused by its file",
          "[pretraining]") {
  TinyRun run;
  run.run();
  write_file(run.folder() / "one.txt", "the old captain saw the ship .\nshe loved a letter .\n");
  const auto context = Context::create({}, {.threads = 1});
  const auto evaluated = [&](const fs::path& of, const fs::path& text) {
    return evaluate_pair(of, text, *context);
  };
  CHECK(evaluated(run.out().root, run.folder() / "one.txt").documents == 1);
  CHECK_THAT(message_of<IoError>([&] { (void)evaluated(run.folder() / "no", "one.txt"); }),
             Contains((run.folder() / "no" / "config.resolved.json").string()) &&
                 Contains("found no such file"));
  CHECK_THAT(
      message_of<IoError>([&] { (void)evaluated(run.out().root, run.folder() / "other.txt"); }),
      Contains((run.folder() / "other.txt").string()));
  fs::remove(run.out().generator() / "model.safetensors");
  CHECK_THAT(
      message_of<IoError>([&] { (void)evaluated(run.out().root, run.folder() / "one.txt"); }),
      Contains(run.out().generator().string()));
}
