#include "data/line_batches.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using electra::test::TemporaryFolder;

namespace {

/// About four batches, a document of three lines after the other.
std::string some_lines() {
  std::string text;
  for (int i = 0; text.size() < 4 * LineBatch::usual_bytes; ++i)
    text += "line " + std::to_string(i) + std::string(200, 'x') + (i % 3 == 2 ? "\n\n" : "\n");
  return text;
}

std::string joined(const LineBatch& batch) {
  std::string text;
  for (std::size_t i = 0; i < batch.size(); ++i)
    text += (batch.line(i).starts_document ? "#" : "") + std::string(batch.line(i).text) + "\n";
  return text;
}

}  // namespace

TEST_CASE("batches are finished in the order of the corpus, by whatever thread",
          "[line_batches][law][thread]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", some_lines());
  std::string expected;
  CorpusReader reader(folder / "a.txt");
  while (const auto line = reader.next())
    expected += (line->starts_document ? "#" : "") + std::string(line->text) + "\n";
  for (const int threads : {1, 2, 5}) {
    CorpusReader corpus(folder / "a.txt");
    std::string found;
    std::vector<std::string> made(static_cast<std::size_t>(threads));
    int batches = 0;
    each_batch(
        corpus, threads,
        [&](std::size_t thread, const LineBatch& batch) { made[thread] = joined(batch); },
        [&](std::size_t thread, const LineBatch&) {
          found += made[thread];
          ++batches;
        });
    CHECK((found == expected));
    CHECK(batches >= 4);
  }
}

TEST_CASE("what a thread throws ends all of them, and is thrown", "[line_batches][thread]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", some_lines());
  const auto nothing = [](std::size_t, const LineBatch&) {};
  for (const int threads : {1, 2, 5}) {
    std::atomic<int> batches{0};
    const auto fails = [&](std::size_t, const LineBatch&) {
      if (++batches == 2) throw std::runtime_error("the second fails");
    };
    CorpusReader corpus(folder / "a.txt"), again(folder / "a.txt");
    CHECK_THROWS_WITH(each_batch(corpus, threads, fails, nothing), "the second fails");
    batches = 0;
    CHECK_THROWS_WITH(each_batch(again, threads, nothing, fails), "the second fails");
    CHECK(batches == 2);
  }
}

TEST_CASE("an error of the corpus is thrown", "[line_batches][thread]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", some_lines());
  write_file(folder / "b.txt", std::string(100, '\0'));
  const auto nothing = [](std::size_t, const LineBatch&) {};
  for (const int threads : {1, 3}) {
    CorpusReader corpus(folder.path());
    CHECK_THROWS_AS(each_batch(corpus, threads, nothing, nothing), IoError);
  }
}
