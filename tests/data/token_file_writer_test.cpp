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
  const auto [counts, unknown] =
      write_token_file(folder / "a.etok", corpus, Wordpiece(vocabulary), vocabulary);
  CHECK(unknown.tokens == 6);
  CHECK(unknown.unknown == 1);
  CHECK(unknown.missing == std::map<char32_t, Index>{{U'z', 1}});
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
    if (line % 7 == 0) text += std::string(1, static_cast<char>('a' + line % 20)) + " ";
    if (line % 100 == 0) text += std::string(201, 'w');
    text += line % 50 == 0 ? "\n\n" : "\n";
  }
  write_file(folder / "a.txt", text);
  UnknownTokens unknown;
  const auto bytes = [&](int threads) {
    CorpusReader corpus(folder / "a.txt");
    unknown =
        write_token_file(folder / "a.etok", corpus, Wordpiece(vocabulary), vocabulary, threads)
            .unknown;
    return read_file(folder / "a.etok");
  };
  const std::string one = bytes(1);
  const UnknownTokens of_one = unknown;
  CHECK(one.size() > 4096 * 3);
  CHECK(of_one.unknown > 400);
  CHECK(of_one.missing.size() == 20);
  CHECK(of_one.long_words == 30);
  for (const int threads : {2, 5}) {
    CHECK(bytes(threads) == one);
    CHECK(unknown == of_one);
  }
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

TEST_CASE("a vocabulary that does not fit the text is named, and no token file is left",
          "[token_file]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "w5 w6 w7\n\u4e2d \u6587\n");
  vocabulary_of(10).save(folder / "mine.txt");
  const Vocabulary vocabulary = Vocabulary::load(folder / "mine.txt");
  CorpusReader corpus(folder / "a.txt");
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)write_token_file(folder / "a.etok", corpus, Wordpiece(vocabulary), vocabulary);
             }),
             Contains("mine.txt: expected at most 30.0 %") && Contains("found 40.0 % (2 of 5)") &&
                 Contains("U+4E2D"));
  CHECK(folder.count() == 2);
}
