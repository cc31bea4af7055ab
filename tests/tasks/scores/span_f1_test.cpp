#include "tasks/scores/span_f1.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "tasks/scored_set.h"

using electra::TagSpan;
using electra::TaskKind;
using electra::test::Draw;
using electra::test::ScoredSet;

namespace {

using Strings = std::vector<std::string>;

/// "X0-2 Y3-4": kinds and places, of tags between blanks.
std::string spans(const std::string& tags) {
  std::istringstream words(tags);
  Strings all;
  for (std::string tag; words >> tag;) all.push_back(tag);
  std::string text;
  for (const TagSpan& span : electra::spans_of(all))
    text += (text.empty() ? "" : " ") + span.kind + std::to_string(span.begin) + "-" +
            std::to_string(span.end);
  return text;
}

/// As peers/scores.py draws them: of any sequence, mostly ill-formed ones.
ScoredSet drawn_tags(const Strings& tags) {
  ScoredSet set(TaskKind::tag, tags);
  Draw draw(tags.size());
  for (int i = 0; i < 150; ++i) {
    const std::size_t words = 1 + draw.below(12);
    Strings right, found;
    for (std::size_t word = 0; word < words; ++word) right.push_back(tags[draw.below(tags.size())]);
    for (const std::string& tag : right)
      found.push_back(draw.below(4) > 0 ? tag : tags[draw.below(tags.size())]);
    set.add_tags(right, found);
  }
  return set;
}

electra::LabelScore kind_x(const ScoredSet& set) {
  for (const electra::LabelScore& score : electra::label_scores(set.scored()))
    if (score.label == "X") return score;
  throw std::logic_error("no kind X");
}

}  // namespace

TEST_CASE("spans begin and end by conlleval's rules, whatever the sequence") {
  CHECK(spans("O B-X I-X O B-X B-X") == "X1-3 X4-5 X5-6");
  CHECK(spans("I-X I-X O I-X") == "X0-2 X3-4");
  CHECK(spans("B-X I-Y I-Y") == "X0-1 Y1-3");
  CHECK(spans("I-X B-X I-X") == "X0-1 X1-3");
  CHECK(spans("S-X S-X B-X I-X E-X B-X E-X") == "X0-1 X1-2 X2-5 X5-7");
  CHECK(spans("E-X I-X E-X O E-X") == "X0-1 X1-3 X4-5");
  CHECK(spans("U-X B-X L-X") == "X0-1 X1-3");
  CHECK(spans("B I O I") == "0-2 3-4");
  CHECK(spans("O O").empty());
  CHECK(spans("").empty());
}

TEST_CASE("span F1 of BIO and IOB1 is that of conlleval.pl and seqeval, of any sequences") {
  const ScoredSet bio = drawn_tags({"O", "B-X", "I-X", "B-Y", "I-Y"});
  CHECK(bio.value("span_f1") == Approx(0.770986145069).epsilon(1e-11));
  CHECK(bio.value("accuracy") == Approx(0.825327510917).epsilon(1e-11));
  const ScoredSet iob1 = drawn_tags({"O", "I-X", "B-X", "I-Y"});
  CHECK(iob1.value("span_f1") == Approx(0.732959101844).epsilon(1e-11));
  CHECK(iob1.value("accuracy") == Approx(0.799235181644).epsilon(1e-11));
}

// conlleval.pl gives 0.691507798960, as it joins what E and S part.
TEST_CASE("span F1 of BIOES is seqeval's, of any sequences") {
  const ScoredSet bioes = drawn_tags({"O", "B-X", "I-X", "E-X", "S-X", "B-Y", "I-Y", "E-Y", "S-Y"});
  CHECK(bioes.value("span_f1") == Approx(0.791581805838).epsilon(1e-11));
  CHECK(bioes.value("accuracy") == Approx(0.787944025834).epsilon(1e-11));
}

TEST_CASE("precision, recall and F1 of a kind of spans are seqeval's") {
  const auto bio = kind_x(drawn_tags({"O", "B-X", "I-X", "B-Y", "I-Y"}));
  CHECK(bio.precision == Approx(0.776397515528).epsilon(1e-11));
  CHECK(bio.recall == Approx(0.796178343949).epsilon(1e-11));
  CHECK(bio.f1 == Approx(0.786163522013).epsilon(1e-11));
  CHECK(bio.support == 314);
  const auto bioes =
      kind_x(drawn_tags({"O", "B-X", "I-X", "E-X", "S-X", "B-Y", "I-Y", "E-Y", "S-Y"}));
  CHECK(bioes.precision == Approx(0.779329608939).epsilon(1e-11));
  CHECK(bioes.recall == Approx(0.811046511628).epsilon(1e-11));
  CHECK(bioes.support == 344);
}

TEST_CASE("a word that was cut off ends a span") {
  ScoredSet set(TaskKind::tag, {"B-X", "I-X", "O"});
  set.add_tags({"B-X", "I-X", "I-X"}, {"B-X", "I-X", "cut"});
  CHECK(set.value("span_f1") == 0);
  set.add_tags({"B-X", "I-X", "O"}, {"B-X", "I-X", "cut"});
  CHECK(set.value("span_f1") == 0.5);
}

TEST_CASE("span F1 applies to tags of spans alone, and then decides") {
  ScoredSet spans(TaskKind::tag, {"B-X", "O"});
  spans.add_tags({"O"}, {"O"});
  CHECK(spans.keys() == Strings{"span_f1", "accuracy"});
  CHECK(spans.value("span_f1") == 0);
  ScoredSet words(TaskKind::tag, {"N", "V"});
  words.add_tags({"N"}, {"N"});
  CHECK(words.keys() == Strings{"accuracy"});
}
