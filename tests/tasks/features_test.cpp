#include "electra/tasks/features.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using electra::ConfigError;
using electra::Example;
using electra::Feature;
using electra::FeatureMaker;
using electra::FeatureOptions;
using electra::Index;
using electra::InputError;
using electra::TaskKind;
using electra::Vocabulary;
using electra::Wordpiece;
using electra::test::message_of;

namespace {

using Ids = std::vector<std::int32_t>;
using Bytes = std::vector<Feature::Bytes>;

constexpr std::int32_t cls = 2, sep = 3;

/// a to j are 5 to 14, "##x" 15; "cafe" 16, "ax" is two pieces.
const Vocabulary& vocabulary() {
  static const Vocabulary all =
      Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "c", "d",
                               "e", "f", "g", "h", "i", "j", "##x", "cafe"});
  return all;
}

const Wordpiece& tokenizer() {
  static const Wordpiece wordpiece(vocabulary());
  return wordpiece;
}

std::vector<Feature> features(TaskKind task, const Example& example, FeatureOptions options = {},
                              bool pairs = false) {
  return FeatureMaker(tokenizer(), vocabulary().special_ids(), task, options)
      .features(example, 7, pairs);
}

Example texts(const std::string& text, const std::string& text_b = "") {
  Example example;
  example.text = text;
  example.text_b = text_b;
  return example;
}

/// `count` words of one letter.
std::string repeated(const std::string& letter, Index count) {
  std::string text;
  for (Index i = 0; i < count; ++i) text += letter + " ";
  return text;
}

/// How many tokens of each text a pair of these lengths keeps.
std::pair<Index, Index> kept(Index first, Index second, Index length) {
  const Feature feature =
      features(TaskKind::classify, texts(repeated("a", first), repeated("b", second)),
               {.length = length}, true)
          .at(0);
  CHECK(feature.cut == first + second + 3 - std::ssize(feature.ids));
  return {std::ranges::count(feature.ids, 5), std::ranges::count(feature.ids, 6)};
}

Example question(const std::string& text, const std::string& passage, const std::string& answer,
                 Index begin) {
  Example example = texts(passage, text);
  example.id = "q1";
  if (!answer.empty()) example.answers = {{answer, begin}};
  return example;
}

}  // namespace

TEST_CASE("a text stands between [CLS] and [SEP], and loses its end") {
  const Feature whole = features(TaskKind::classify, texts("A b, ax"), {.length = 8}).at(0);
  CHECK(whole.ids == Ids{cls, 5, 6, 1, 5, 15, sep});
  CHECK(whole.types == Ids(7, 0));
  CHECK(whole.example == 7);
  CHECK(whole.cut == 0);
  const Feature cut = features(TaskKind::multilabel, texts("a b c d"), {.length = 5}).at(0);
  CHECK(cut.ids == Ids{cls, 5, 6, 7, sep});
  CHECK(cut.cut == 1);
  CHECK(features(TaskKind::classify, texts("")).at(0).ids == Ids{cls, sep});
}

TEST_CASE("the second text of a pair has type 1, its [SEP] too") {
  const Feature pair = features(TaskKind::regress, texts("a b", "c"), {}, true).at(0);
  CHECK(pair.ids == Ids{cls, 5, 6, sep, 7, sep});
  CHECK(pair.types == Ids{0, 0, 0, 0, 1, 1});
  CHECK(features(TaskKind::regress, texts("a b", "c"), {}, false).at(0).ids == Ids{cls, 5, 6, sep});
}

// The numbers are those of Hugging Face's tokenizers 0.23 with strategy="longest_first".
TEST_CASE("a pair is cut as by Hugging Face's longest_first") {
  using Kept = std::pair<Index, Index>;
  CHECK(kept(5, 5, 10) == Kept(3, 4));
  CHECK(kept(6, 5, 10) == Kept(4, 3));
  CHECK(kept(5, 6, 10) == Kept(3, 4));
  CHECK(kept(5, 5, 9) == Kept(3, 3));
  CHECK(kept(9, 2, 9) == Kept(4, 2));
  CHECK(kept(2, 9, 10) == Kept(2, 5));
  CHECK(kept(0, 9, 6) == Kept(0, 3));
  CHECK(kept(9, 0, 6) == Kept(3, 0));
  CHECK(kept(4, 3, 9) == Kept(3, 3));
  CHECK(kept(3, 4, 9) == Kept(3, 3));
  CHECK(kept(1, 20, 5) == Kept(1, 1));
  CHECK(kept(20, 1, 5) == Kept(1, 1));
  CHECK(kept(8, 7, 10) == Kept(4, 3));
  CHECK(kept(3, 4, 10) == Kept(3, 4));
}

TEST_CASE("a word's place is that of its first piece; a word that is cut off has none") {
  Example example;
  example.words = {"ax", "\u200b", "b", "a-b", "c"};
  const Feature whole = features(TaskKind::tag, example).at(0);
  CHECK(whole.ids == Ids{cls, 5, 15, 6, 5, 1, 6, 7, sep});
  CHECK(whole.words == Ids{1, -1, 3, 4, 7});
  const Feature cut = features(TaskKind::tag, example, {.length = 6}).at(0);
  CHECK(cut.ids == Ids{cls, 5, 15, 6, 5, sep});
  CHECK(cut.words == Ids{1, -1, 3, 4, -1});
  CHECK(cut.cut == 3);
  const Feature but_one = features(TaskKind::tag, example, {.length = 8}).at(0);
  CHECK(but_one.ids == Ids{cls, 5, 15, 6, 5, 1, 6, sep});
  CHECK(but_one.words == Ids{1, -1, 3, 4, -1});
}

TEST_CASE("the texts of embed are features of their own") {
  Example example = texts("a", "b");
  example.negative = "c";
  const std::vector<Feature> all = features(TaskKind::embed, example, {}, true);
  REQUIRE(all.size() == 3);
  for (int part = 0; part < 3; ++part) {
    const Feature& feature = all[static_cast<std::size_t>(part)];
    CHECK(feature.part == part);
    CHECK(feature.example == 7);
    CHECK(feature.ids == Ids{cls, 5 + part, sep});
  }
  CHECK(features(TaskKind::embed, texts("a")).size() == 1);
  CHECK(features(TaskKind::embed, texts("a", ""), {}, true).size() == 2);
}

TEST_CASE("a passage that fits is one window after the question") {
  const Feature one =
      features(TaskKind::answer, question("a b", "c \u00e9 ax d", "ax", 5), {.length = 20}).at(0);
  CHECK(one.ids == Ids{cls, 5, 6, sep, 7, 9, 5, 15, 8, sep});
  CHECK(one.types == Ids{0, 0, 0, 0, 1, 1, 1, 1, 1, 1});
  CHECK(one.passage == 4);
  CHECK(one.passage_bytes == Bytes{{0, 1}, {2, 4}, {5, 6}, {6, 7}, {8, 9}});
  CHECK(one.start == 6);
  CHECK(one.end == 7);
  CHECK(one.cut == 0);
}

TEST_CASE("a long passage becomes windows that share tokens, and the last one ends it") {
  // Of 10 tokens for [CLS] q [SEP] window [SEP], 6 are the window's; neighbours share 2.
  const std::string passage = "a b c d e f g h i j";
  const std::vector<Feature> windows =
      features(TaskKind::answer, question("a", passage, "e f", 8), {.length = 10, .stride = 2});
  REQUIRE(windows.size() == 2);
  CHECK(windows[0].ids == Ids{cls, 5, sep, 5, 6, 7, 8, 9, 10, sep});
  CHECK(windows[1].ids == Ids{cls, 5, sep, 9, 10, 11, 12, 13, 14, sep});
  CHECK(windows[1].passage_bytes.front() == Feature::Bytes{8, 9});
  CHECK(std::pair(windows[0].start, windows[0].end) == std::pair(7, 8));
  CHECK(std::pair(windows[1].start, windows[1].end) == std::pair(3, 4));
  const auto other =
      features(TaskKind::answer, question("a", passage, "d e", 6), {.length = 10, .stride = 2});
  CHECK(std::pair(other[0].start, other[0].end) == std::pair(6, 7));
  CHECK(std::pair(other[1].start, other[1].end) == std::pair(0, 0));
  CHECK(features(TaskKind::answer, question("a", passage, "", 0), {.length = 10, .stride = 0})
            .size() == 2);
  CHECK(features(TaskKind::answer, question("a", passage, "", 0), {.length = 10, .stride = 5})
            .size() == 5);
}

TEST_CASE("windows go on where a question leaves less room than they are to share") {
  const std::vector<Feature> windows = features(
      TaskKind::answer, question("a", "a b c d e f g h i j", "", 0), {.length = 10, .stride = 128});
  REQUIRE(windows.size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(windows[i].ids[3] == static_cast<std::int32_t>(5 + 3 * i));
}

TEST_CASE("an answer goes from the first token that it touches to the last") {
  const auto places = [](const std::string& answer, Index begin) {
    const Feature feature =
        features(TaskKind::answer, question("a", "b  ax c", answer, begin)).at(0);
    return std::pair(feature.start, feature.end);
  };
  // [CLS] a [SEP] b a ##x c [SEP]
  CHECK(places("b", 0) == std::pair(3, 3));
  CHECK(places("x", 4) == std::pair(5, 5));
  CHECK(places(" ax ", 2) == std::pair(4, 5));
  CHECK(places("b  a", 0) == std::pair(3, 4));
  CHECK(places("  ", 1) == std::pair(0, 0));
  CHECK(places("c", 6) == std::pair(6, 6));
  CHECK(places("", 0) == std::pair(0, 0));
}

TEST_CASE("the place of a letter holds the accents that were stripped from it") {
  const Feature feature = features(TaskKind::answer, question("a", "cafe\u0301 b", "", 0)).at(0);
  CHECK(feature.ids == Ids{cls, 5, sep, 16, 6, sep});
  CHECK(feature.passage_bytes == Bytes{{0, 6}, {7, 8}});
}

TEST_CASE("a passage without a token is a window without one") {
  const std::vector<Feature> windows = features(TaskKind::answer, question("a", " ", "", 0));
  REQUIRE(windows.size() == 1);
  CHECK(windows[0].ids == Ids{cls, 5, sep, sep});
  CHECK(windows[0].passage_bytes.empty());
}

TEST_CASE("a question that leaves no quarter for the passage is refused by its id") {
  const auto asked = [](Index words) {
    return features(TaskKind::answer, question(repeated("a", words), "b", "", 0), {.length = 40});
  };
  CHECK_NOTHROW(asked(27));
  CHECK(message_of<InputError>([&] { asked(28); }) ==
        "question \"q1\": expected a question that leaves a quarter of 40 tokens for the passage, "
        "found one of 28");
  CHECK_THROWS_AS(asked(1000), InputError);
}

TEST_CASE("a length without room is refused") {
  const auto made = [](TaskKind task, FeatureOptions options) {
    return FeatureMaker(tokenizer(), vocabulary().special_ids(), task, options);
  };
  CHECK_THROWS_AS(made(TaskKind::classify, {.length = 2}), ConfigError);
  CHECK_NOTHROW(made(TaskKind::classify, {.length = 3}));
  CHECK_THROWS_AS(made(TaskKind::answer, {.length = 4}), ConfigError);
  CHECK_THROWS_AS(made(TaskKind::answer, {.length = 384, .stride = -1}), ConfigError);
  CHECK_THROWS_AS(features(TaskKind::classify, texts("a", "b"), {.length = 4}, true), ConfigError);
}
