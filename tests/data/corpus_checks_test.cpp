#include "data/corpus_checks.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "data/corpora.h"
#include "data/wide_text.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

namespace {

const std::string good = "{\"text\":\"a\"}\n";
const std::string bad = "{\"text\":null}\n";
const std::string english = "The captain looked over the sea and said nothing for a while.\n";
const std::string german = "Der Kapitän Müller flüsterte, als hätte er die See gehört.\n";
const std::string latin1 = "Der Kapit\xe4n M\xfcller fl\xfcsterte.\n";

}  // namespace

TEST_CASE("a bad JSON line costs one document, counted and shown", "[corpus_checks]") {
  for (const char* line :
       {"{\"text\":null}\n", "{\"id\":1}\n", "{\"text\":[\"a\"]}\n", "{\"text\":\"a\"\n", "no\n",
        "{\"text\":\"a\",\"text\":\"b\"}\n", "{\"text\":\"a\"} {\"text\":\"b\"}\n"}) {
    INFO(line);
    for (const std::string& lines : {line + repeated(good, 29), repeated(good, 29) + line}) {
      CHECK(read_file_as("a.jsonl", lines).size() == 29);
      CHECK(read_file_as("wiki_00", lines).size() == 29);
      const CorpusFindings f = findings_of("a.jsonl", lines);
      CHECK(f.json_lines == 30);
      CHECK(f.bad_lines == 1);
      REQUIRE(f.bad.size() == 1);
      CHECK_THAT(f.bad[0], Contains(lines.starts_with(line) ? "a.jsonl:1: " : "a.jsonl:30: "));
    }
  }
}

TEST_CASE("more bad lines than the share that may be end the run", "[corpus_checks]") {
  const std::string lines = repeated(good, 50) + bad + repeated(good, 46) + repeated(bad, 3);
  CHECK_THAT(refusal_of("a.jsonl", lines),
             Contains("found 4 bad lines (4 %)") && Contains("data.bad_lines=0.01") &&
                 Contains("a.jsonl:51: expected a string as \"text\", found null") &&
                 Contains("a.jsonl:98: ") && Contains("a.jsonl:99: ") && !Contains("a.jsonl:100"));
  CHECK(read_file_as("a.jsonl", lines, {.bad_lines = 0.04}).size() == 96);
  CHECK(read_file_as("a.jsonl", repeated(good, 198) + bad + bad).size() == 198);
  CHECK_THAT(refusal_of("a.jsonl", repeated(good, 197) + bad + bad), Contains("2 bad lines"));
  CHECK_THAT(refusal_of("a.jsonl", repeated(good, 300) + bad + bad, {.bad_lines = 0}),
             Contains("2 bad lines"));
  CHECK(findings_of("a.jsonl", good + repeated(bad, 300), {.bad_lines = 1}).bad_lines == 300);
}

TEST_CASE("bad lines are counted over the corpus, but a hundred too many end it at once",
          "[corpus_checks]") {
  const TemporaryFolder folder;
  write_file(folder / "a.jsonl", repeated(bad, 50) + good);
  write_file(folder / "b.jsonl", repeated(good, 4949));
  CHECK(read_corpus(folder.path()).size() == 4950);
  write_file(folder / "b.jsonl", repeated(good, 4948));
  CHECK_THAT(message_of<IoError>([&] { (void)read_corpus(folder.path()); }),
             Contains("50 bad lines"));
  write_file(folder / "b.jsonl", good + repeated(bad, 200) + repeated(good, 20'000));
  CHECK_THAT(message_of<IoError>([&] { (void)read_corpus(folder.path()); }),
             Contains("in 104 JSON lines, found 102 bad lines"));
}

TEST_CASE("text in another encoding is refused with the first place and what reads it",
          "[corpus_checks]") {
  CHECK_THAT(refusal_of("a.txt", english + english + repeated(latin1, 20)),
             Contains("a.txt:3, byte 10") && Contains("expected UTF-8") && Contains("60 of ") &&
                 Contains(" %)") && Contains("data.encoding=latin-1, or"));
  CHECK_THAT(refusal_of("a.txt", repeated("\x93Well\x94, he said\n", 20)),
             Contains("data.encoding=windows-1252"));
  CHECK_THAT(refusal_of("a.txt", repeated("\xcf\xf0\xe8\xe2\xe5\xf2\n", 20)),
             Contains("windows-1251"));
  CHECK_THAT(refusal_of("a.txt", repeated("The sea, \xba\xa3\xd1\xf3, is wide.\n", 20)),
             Contains("gbk"));
  CHECK_THAT(refusal_of("a.jsonl", repeated("{\"text\":\"M\xfcller\"}\n", 20)),
             Contains("a.jsonl:1, byte 11"));
}

TEST_CASE("text in another encoding is read if it is named", "[corpus_checks]") {
  CHECK(read_text(latin1, {.encoding = "latin-1"}) == Documents{{"Der Kapitän Müller flüsterte."}});
  CHECK(read_file_as("a.jsonl", "{\"text\":\"M\xfcller\"}\n", {.encoding = "latin-1"}) ==
        Documents{{"Müller"}});
  const CorpusFindings f = findings_of("a.txt", latin1, {.encoding = "latin-1"});
  CHECK(f.transcoded_files == 1);
  CHECK(f.encodings == std::vector<std::string>{"latin-1"});
  CHECK(f.invalid_bytes == 0);
  CHECK(read_text(repeated(latin1, 100), {.encoding = "utf-8"})[0].size() == 100);
  CHECK(findings_of("a.txt", repeated(latin1, 100), {.encoding = "utf-8"}).invalid_bytes == 300);
  CHECK(read_text(repeated(german, 3), {.encoding = "latin-1"})[0][0] + "\n" == german);
  CHECK(findings_of("a.txt", repeated(german, 3), {.encoding = "latin-1"}).utf8_files == 1);
  CHECK(findings_of("a.txt", "a\x81\n", {.encoding = "windows-1252"}).invalid_bytes == 1);
}

TEST_CASE("UTF-16 is read and told", "[corpus_checks]") {
  for (const auto& bytes :
       {utf16(U"\ufeffid,text\r\n1,\u00e4\r\n"), utf16(U"id,text\r\n1,\u00e4\r\n", Order::big)}) {
    CHECK(read_file_as("a.csv", bytes) == Documents{{"id,text", "1,ä"}});
    CHECK(findings_of("a.csv", bytes).transcoded_files == 1);
  }
}

TEST_CASE("a few bytes that are not UTF-8 are left out, counted and placed", "[corpus_checks]") {
  const std::string text = repeated(english, 50) + "bad \xff\xfe\n" + repeated(english, 49);
  CHECK(read_text(text)[0].size() == 100);
  const CorpusFindings f = findings_of("a.txt", text);
  CHECK(f.invalid_bytes == 2);
  CHECK(f.invalid_lines == 1);
  CHECK_THAT(f.first_invalid, Contains("a.txt:51"));
  CHECK(findings_of("a.txt", repeated(english, 99) + repeated("\xe4", 60)).invalid_bytes == 60);
}

TEST_CASE("bytes of another encoding are seen wherever they are", "[corpus_checks]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", repeated(english, 20'000) + repeated(latin1, 5'000));
  CHECK_NOTHROW(check_corpus(folder.path(), {}));
  CHECK_THAT(message_of<IoError>([&] { (void)read_corpus(folder.path()); }),
             Contains("a.txt:20001, byte 10"));
  write_file(folder / "a.txt", repeated(english, 50));
  for (int i = 0; i < 30; ++i)
    write_file(folder / ("b" + std::to_string(i) + ".txt"), latin1 + latin1 + latin1);
  CHECK_THAT(message_of<IoError>([&] { (void)read_corpus(folder.path()); }),
             Contains(folder.path().string() + ":") && Contains("b0.txt:1") && Contains("270 of "));
}

TEST_CASE("a packed or skipped line of JSON is bad where it cannot be held", "[corpus_checks]") {
  const CorpusOptions options;
  CorpusChecks checks(options, {});
  const TemporaryFolder folder;
  write_file(folder / "a.jsonl", good);
  LineSource source(folder / "a.jsonl", "auto");
  checks.begin_file(folder / "a.jsonl");
  REQUIRE(source.next());
  checks.count_json_line(source, "longer than 256 MiB");
  CHECK(checks.findings().bad[0] == (folder / "a.jsonl").string() + ":1: longer than 256 MiB");
}
