#include "tasks/scores/answers.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tasks/scored_set.h"

using electra::answer_f1;
using electra::answer_match;
using electra::normalised_answer;
using electra::TaskKind;
using electra::test::ScoredSet;

TEST_CASE("answers are normalised as by SQuAD's script") {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"The  Cat!", "cat"},
      {"a an the", ""},
      {"An apple a day", "apple day"},
      {"theatre", "theatre"},
      {"A.B.", "ab"},
      {"it's the-end", "its theend"},
      {"the\u2013end", "\u2013end"},
      {"the\u0301", "\u0301"},
      {"\u00c9COLE \u03a3\u039f\u03a6\u039f\u03a3 the\u00b2 x",
       "\u00e9cole \u03c3\u03bf\u03c6\u03bf\u03c2 the\u00b2 x"},
      {"\u0130stanbul", "i\u0307stanbul"},
      {"a\u00a0b\u2003c\u3000d\x1f"
       "e\u0085f",
       "b c d e f"},
      {"$5,000 (five)", "5000 five"},
      {"", ""},
      {"the_a", "thea"},
      {"\u00abthe\u00bb", "\u00ab \u00bb"},
      {"A\u4e2d the \u4e2d", "a\u4e2d \u4e2d"},
      {"na\u00efve\tthe\n", "na\u00efve"},
      {"\u1e9e \u01c5", "\u00df \u01c6"},
      {"a\u0661 the\u216b a\u2460", "a\u0661 the\u217b a\u2460"},
      {"\xff"
       "a",
       "\ufffd"},
  };
  for (const auto& [text, expected] : pairs) {
    CAPTURE(text);
    CHECK(normalised_answer(text) == expected);
  }
}

TEST_CASE("F1 of an answer goes over its words with their number") {
  CHECK(answer_f1("one two two three", "two TWO one") == Approx(0.857142857143).epsilon(1e-11));
  CHECK(answer_f1("two two two", "two") == Approx(0.5));
  CHECK(answer_f1("the cat", "a dog") == 0);
  CHECK(answer_f1("the cat", "Cat.") == 1);
  CHECK(answer_f1("", "the!") == 1);
  CHECK(answer_f1("", "cat") == 0);
  CHECK(answer_f1("cat", "") == 0);
  CHECK(answer_match("The cat", "cat!") == 1);
  CHECK(answer_match("cats", "cat") == 0);
}

TEST_CASE("the best of the right answers counts, and where there is none the empty answer") {
  ScoredSet set(TaskKind::answer, {});
  set.add_answer({"a red cat", "red"}, "the red");
  set.add_answer({"two words", "x"}, "two");
  CHECK(set.value("exact_match") == 0.5);
  CHECK(set.value("f1") == Approx((1 + 2.0 / 3) / 2));
  set.add_answer({}, "");
  set.add_answer({}, "cat");
  CHECK(set.value("exact_match") == 0.5);
  CHECK(set.value("f1") == Approx((2 + 2.0 / 3) / 4));
  CHECK(set.keys() == std::vector<std::string>{"exact_match", "f1"});
}

TEST_CASE("a right answer that is empty once normalised counts only where all are") {
  ScoredSet set(TaskKind::answer, {});
  set.add_answer({"the", "cat"}, "");
  CHECK(set.value("exact_match") == 0);
  set.add_answer({"the", "!"}, "");
  CHECK(set.value("exact_match") == 0.5);
}
