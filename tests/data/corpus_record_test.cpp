#include "electra/data/corpus_record.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "data/packed_text.h"
#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/corpus.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;
using Outcome = CorpusComparison::Outcome;

namespace {

namespace fs = std::filesystem;

CorpusRecord record_of(const fs::path& path) {
  CorpusReader reader(path);
  while (reader.next()) {
  }
  return reader.record();
}

/// A corpus of two files in a folder "c", and what it was.
struct Corpus {
  Corpus() {
    make_folders(folder / "c/deep");
    write_file(folder / "c/a.txt", "one\n\ntwo\n");
    write_file(folder / "c/deep/b.txt.gz", gzip("three\n"));
    record = record_of(folder / "c");
  }

  TemporaryFolder folder;
  CorpusRecord record;
};

void expect_difference(const CorpusComparison& found, const std::string& says) {
  CHECK(found.outcome == Outcome::different);
  CHECK_THAT(found.difference, Contains(says));
}

}  // namespace

TEST_CASE("a record holds each file as it is, and the findings", "[corpus_record]") {
  const Corpus c;
  const std::string packed = gzip("three\n");
  CHECK(c.record.corpus == (c.folder / "c").string());
  CHECK(c.record.files == std::vector<std::string>{"a.txt", "deep/b.txt.gz"});
  CHECK(c.record.bytes == std::vector<std::int64_t>{9, std::ssize(packed)});
  CHECK(c.record.crc32c == std::vector<std::int64_t>{crc32c("one\n\ntwo\n"), crc32c(packed)});
  CHECK(c.record.findings.documents == 3);
  CHECK(c.record.findings.unpacked_files == 1);
  CHECK(record_of(c.folder / "c/a.txt").files == std::vector<std::string>{"a.txt"});
}

TEST_CASE("a record is read as it was written", "[corpus_record]") {
  Corpus c;
  c.record.files[1] = "a, b \xff.txt";
  save_corpus_record(c.record, c.folder / "corpus.json");
  c.record.files[1] = "a, b \xEF\xBF\xBD.txt";
  CHECK(load_corpus_record(c.folder / "corpus.json") == c.record);
  write_file(c.folder / "corpus.json", "{\"files\":[\"a\"]}");
  CHECK_THAT(message_of<IoError>([&] { (void)load_corpus_record(c.folder / "corpus.json"); }),
             Contains("corpus.json") && Contains("one length"));
}

TEST_CASE("a corpus is the same where it is, and moved, copied or renamed", "[corpus_record]") {
  const Corpus c;
  CHECK(compare(c.record, c.folder / "c").outcome == Outcome::same);
  CHECK(record_of(c.folder / "c/").files == c.record.files);
  fs::copy(c.folder / "c", c.folder / "copy", fs::copy_options::recursive);
  CHECK(compare(c.record, c.folder / "copy").outcome == Outcome::same);
  fs::rename(c.folder / "copy/a.txt", c.folder / "copy/a1.txt");
  CHECK(compare(c.record, c.folder / "copy").outcome == Outcome::same);
  write_file(c.folder / "c/a.txt", "one\n\ntwo\n");
  CHECK(compare(c.record, c.folder / "c").outcome == Outcome::same);
  write_file(c.folder / "c/.notes.txt", "not read");
  CHECK(compare(c.record, c.folder / "c").outcome == Outcome::same);
  const CorpusRecord single = record_of(c.folder / "c/a.txt");
  CHECK(compare(single, c.folder / "copy/a1.txt").outcome == Outcome::same);
}

TEST_CASE("the times of a file stand for its contents", "[corpus_record]") {
  Corpus c;
  c.record.crc32c[0] += 1;
  CHECK(compare(c.record, c.folder / "c").outcome == Outcome::same);
  c.record.modified_ns[0] += 1;
  CHECK(compare(c.record, c.folder / "c").outcome == Outcome::different);
}

TEST_CASE("the first difference of a corpus is named", "[corpus_record]") {
  const Corpus c;
  SECTION("other bytes") {
    write_file(c.folder / "c/a.txt", "one\n\nTwo\n");
    expect_difference(compare(c.record, c.folder / "c"), "c/a.txt: its 9 bytes are not those");
  }
  SECTION("more bytes") {
    write_file(c.folder / "c/a.txt", "one\n\ntwo \n");
    expect_difference(compare(c.record, c.folder / "c"), "expected 9 bytes, found 10 bytes");
  }
  SECTION("a file that is missing") {
    fs::remove(c.folder / "c/a.txt");
    expect_difference(compare(c.record, c.folder / "c"),
                      "expected 2 files, found 1: a.txt is missing");
  }
  SECTION("a file that is new") {
    write_file(c.folder / "c/n.txt", "new");
    expect_difference(compare(c.record, c.folder / "c"), "expected 2 files, found 3: n.txt is new");
  }
  SECTION("another corpus") {
    write_file(c.folder / "other.txt", "one");
    expect_difference(compare(c.record, c.folder / "other.txt"), "expected 2 files, found 1");
  }
}

TEST_CASE("a corpus that is gone is told apart", "[corpus_record]") {
  const Corpus c;
  fs::remove_all(c.folder / "c");
  const auto found = compare(c.record, c.folder / "c");
  CHECK(found.outcome == Outcome::gone);
  CHECK_THAT(found.difference, Contains((c.folder / "c").string()));
  make_folders(c.folder / "c");
  CHECK(compare(c.record, c.folder / "c").outcome == Outcome::gone);
}
