#include "electra/data/token_file_writer.h"

#include <catch2/catch.hpp>
#include <string>

#include "data/token_files.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;
using electra::test::vocabulary_of;

TEST_CASE("a corpus becomes a token file", "[token_file]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "w5 w6\nw7\n\nw8 zebra w9\n\n\x01\n");
  const Vocabulary vocabulary = vocabulary_of(10);
  CorpusReader corpus(folder / "a.txt");
  const auto counts =
      write_token_file(folder / "a.etok", corpus, Wordpiece(vocabulary), vocabulary);
  CHECK(counts == TokenCounts{.tokens = 6, .sentences = 3, .documents = 2});
  const TokenFile file = TokenFile::open(folder / "a.etok", vocabulary);
  CHECK(file.counts() == counts);
  std::vector<std::int32_t> ids(6);
  file.read(0, ids);
  CHECK(ids == std::vector<std::int32_t>{5, 6, 7, 8, vocabulary.unknown(), 9});
}

TEST_CASE("a token file does not depend on the number of threads", "[token_file][law]") {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = vocabulary_of(3000);
  std::string text;
  for (int line = 0; line < 3000; ++line) {
    for (int word = 0; word < 1 + line * 7919 % 11; ++word)
      text += "w" + std::to_string(5 + line * 31 % 2900 + word) + " ";
    text += line % 50 == 0 ? "\n\n" : "\n";
  }
  write_file(folder / "a.txt", text);
  const auto bytes = [&](int threads) {
    CorpusReader corpus(folder / "a.txt");
    (void)write_token_file(folder / "a.etok", corpus, Wordpiece(vocabulary), vocabulary, threads);
    return read_file(folder / "a.etok");
  };
  const std::string one = bytes(1);
  CHECK(one.size() > 4096 * 3);
  CHECK(bytes(2) == one);
  CHECK(bytes(5) == one);
}

TEST_CASE("what cannot be a token file is not written", "[token_file]") {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = vocabulary_of(10);
  write_file(folder / "a.txt", "\x01 \x02\n");
  CorpusReader corpus(folder / "a.txt");
  CHECK_THAT(message_of<IoError>([&] {
               (void)write_token_file(folder / "a.etok", corpus, Wordpiece(vocabulary), vocabulary);
             }),
             Contains("a.etok") && Contains("expected tokens to write, found none"));
  {
    TokenFileWriter writer(folder / "a.etok", vocabulary);
    writer.add_sentence(std::vector<std::int32_t>{5, 9});
    for (const std::int32_t id : {-1, 10})
      CHECK_THAT(message_of<Error>([&] { writer.add_sentence(std::vector{id}); }),
                 Contains("expected an id below 10, found " + std::to_string(id)));
  }
  CHECK(folder.count() == 1);
}
