#include "tasks/span_tags.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using electra::foreign_tags;
using electra::mark_spans;
using electra::span_tag;

namespace {

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("a tag of spans is O, or B, I, E, S, L or U with a kind or none") {
  CHECK(span_tag("O")->prefix == 'O');
  CHECK(span_tag("B-LOC")->prefix == 'B');
  CHECK(span_tag("I-a-b")->kind == "a-b");
  CHECK(span_tag("L-X")->prefix == 'E');
  CHECK(span_tag("U-X")->prefix == 'S');
  CHECK(span_tag("I")->kind.empty());
  for (const std::string other : {"", "B-", "BLOC", "X-LOC", "NN", "o", "b-LOC", "O-LOC"})
    CHECK_FALSE(span_tag(other).has_value());
}

TEST_CASE("labels mark spans if all of them are tags, with a kind or without") {
  CHECK(mark_spans(Strings{"B-LOC", "I-LOC", "O"}));
  CHECK(mark_spans(Strings{"I-LOC"}));
  CHECK(mark_spans(Strings{"O", "S-X"}));
  CHECK(mark_spans(Strings{"B", "I", "O"}));
  CHECK_FALSE(mark_spans(Strings{"B", "S"}));
  CHECK_FALSE(mark_spans(Strings{"O"}));
  CHECK_FALSE(mark_spans(Strings{"B-LOC", "I", "O"}));
  CHECK_FALSE(mark_spans(Strings{"B-LOC", "NN", "O"}));
  CHECK_FALSE(mark_spans(Strings{"DET", "NOUN"}));
}

TEST_CASE("what fits no tag of spans is foreign where others are such tags") {
  CHECK(foreign_tags({"B-LOC", "LOC", "O", "X-LOC"}) == Strings{"LOC", "X-LOC"});
  CHECK(foreign_tags({"B-LOC", "X-LOC"}).empty());
  CHECK(foreign_tags({"O", "X-LOC"}).empty());
  CHECK(foreign_tags({"B-LOC", "E-LOC", "O"}).empty());
}
