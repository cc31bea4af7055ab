#include <catch2/catch.hpp>
#include <string>

#include "electra/core/error.h"
#include "tasks/labelled_file.h"
#include "tasks/scored_set.h"

using electra::IoError;
using electra::test::Draw;
using electra::test::LabelledFile;

namespace {

struct Sample {
  std::string name, task, text;
};

/// The text with some bytes replaced, left out or repeated.
std::string damaged(std::string text, Draw& draw) {
  const std::string signs = "\",\t\n\r\\{}[]:;-# O0\xff\xc3";
  for (std::size_t times = 1 + draw.below(4); times > 0 && !text.empty(); --times) {
    const std::size_t place = draw.below(text.size());
    switch (draw.below(4)) {
      case 0:
        text[place] = signs[draw.below(signs.size())];
        break;
      case 1:
        text.erase(place, 1 + draw.below(5));
        break;
      case 2:
        text.insert(place, 1, signs[draw.below(signs.size())]);
        break;
      default:
        text.resize(place);
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a damaged file is read or refused by its name") {
  const Sample samples[] = {
      {"a.tsv", "classify", "text\tlabel\r\ngood\t1\n\nbad \"x\"\t0\n"},
      {"a.csv", "multilabel", "text,label\n\"a, \"\"b\"\"\",x;y\n\"c\nd\",\n"},
      {"a.csv", "regress", "a,b,0.5\n\"c\",d,-1e3\n"},
      {"a.jsonl", "classify",
       "{\"text\":\"a\\u00e9\",\"label\":[1]}\n{\"text\":\"\",\"label\":true}"},
      {"a.conll", "tag", "-DOCSTART- O\n\nA\tB-X\nb I-X\n\n# O\nc O\n"},
      {"a.json", "answer",
       R"({"data":[{"paragraphs":[{"context":"a \u00e9 b","qas":[{"id":"1","question":"q",)"
       R"("is_impossible":false,"answers":[{"text":"b","answer_start":4}]}]}]}]})"},
  };
  Draw draw(3);
  int read = 0, refused = 0;
  for (const Sample& sample : samples)
    for (int round = 0; round < 300; ++round) {
      const std::string text = damaged(sample.text, draw);
      CAPTURE(sample.name, text);
      const LabelledFile file(sample.name, text);
      try {
        const electra::Examples examples = file.read(sample.task);
        REQUIRE_FALSE(examples.rows.empty());
        ++read;
      } catch (const IoError& error) {
        REQUIRE_THAT(error.what(), Catch::StartsWith(file.path().string()));
        ++refused;
      }
    }
  CHECK(read > 100);
  CHECK(refused > 100);
}
