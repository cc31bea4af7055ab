#include "electra/data/corpus_findings.h"

#include <catch2/catch.hpp>

using namespace electra;

TEST_CASE("nothing is said of a corpus that was read as it is", "[corpus_findings]") {
  CorpusFindings findings;
  findings.files = 3;
  findings.bytes = 1000;
  findings.lines = 20;
  findings.documents = 5;
  findings.json_lines = 5;
  CHECK(describe(findings).empty());
}

TEST_CASE("each finding is a line", "[corpus_findings]") {
  CorpusFindings f;
  f.json_lines = 500;
  f.bad_lines = 5;
  f.bad = {"a:1: x", "a:2: y", "b:7: z"};
  f.left_out_files = 1;
  f.left_out = {"c.md: no name"};
  f.hidden_files = 2;
  f.files_without_text = 1;
  f.unpacked_files = 2;
  f.transcoded_files = 1;
  f.encodings = {"latin-1"};
  f.utf8_files = 4;
  f.invalid_bytes = 3;
  f.invalid_lines = 1;
  f.first_invalid = "a:9";
  f.lone_surrogates = 1;
  f.cut_lines = 1;
  CHECK(
      describe(f) ==
      std::vector<std::string>{
          "corpus: unpacked 2 files", "corpus: transcoded 1 file from latin-1",
          "corpus: 4 files are UTF-8, and read so, not as data.encoding says",
          "corpus: left out 5 bad lines of 500: a:1: x; a:2: y; b:7: z; and 2 more",
          "corpus: left out of the folder: 1 entry (c.md: no name), and 2 hidden files and folders",
          "corpus: 1 file has no text",
          "corpus: left out 3 bytes that are not in the file's encoding, or NUL, on 1 line, first "
          "at a:9",
          "corpus: left out 1 half of a character (surrogates alone) in JSON text",
          "corpus: read 1 line longer than 1 MiB in pieces"});
  f.transcoded_files = 0;
  CHECK(describe(f)[5] ==
        "corpus: left out 3 bytes that are not UTF-8, or NUL, on 1 line, first at a:9");
}
