#include "electra/infer/tagger.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/infer/predictor.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

std::vector<std::string> tags_of(const TaggedText& text) {
  std::vector<std::string> tags;
  for (const TaggedWord& word : text.words) tags.push_back(word.tag);
  return tags;
}

std::vector<std::string> words_of(const TaggedText& text) {
  std::vector<std::string> words;
  for (const TaggedWord& word : text.words) words.push_back(word.word);
  return words;
}

void check_same(const TaggedText& found, const TaggedText& expected) {
  CHECK(words_of(found) == words_of(expected));
  CHECK(tags_of(found) == tags_of(expected));
  for (std::size_t i = 0; i < found.words.size(); ++i)
    CHECK(found.words[i].probability == Approx(expected.words[i].probability).margin(1e-5));
}

/// A tagger that gives every word this tag.
void save_constant_tagger(const std::filesystem::path& directory, std::size_t tag) {
  save_predictor(directory, some_head("tag"), 16, [&](ParameterStore& store) {
    for (float& weight : store.find("head/output/weight")->master.span<float>()) weight = 0;
    store.find("head/output/bias")->master.span<float>()[tag] = 9;
  });
}

std::string slice(const std::string& text, TextSpan bytes) {
  return text.substr(static_cast<std::size_t>(bytes.begin),
                     static_cast<std::size_t>(bytes.end - bytes.begin));
}

}  // namespace

TEST_CASE("words that are given have the predictor's tags", "[tagger][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "tag");
  const std::vector<std::vector<std::string>> texts{
      {"the", "unknown", "ship", "."}, {}, {"\xff", "the"}, {"caf\xc3\xa9", "don't"}};
  Examples examples;
  for (const auto& words : texts) examples.rows.emplace_back().words = words;
  const Predictor predictor(folder.path(), {.threads = 1});
  const auto expected = predictor.predict(examples);
  const Tagger tagger(folder.path(), {.threads = 1});
  const std::vector<TaggedText> found = tagger.tag_words(texts);
  REQUIRE(found.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CAPTURE(i);
    CHECK(words_of(found[i]) == texts[i]);
    REQUIRE(expected[i].tags.size() == texts[i].size());
    for (std::size_t w = 0; w < texts[i].size(); ++w) {
      const std::int32_t tag = expected[i].tags[w];
      CHECK(found[i].words[w].tag ==
            (tag < 0 ? "" : tagger.labels()[static_cast<std::size_t>(tag)]));
      CHECK((tag < 0) == (found[i].words[w].probability == 0));
    }
    check_same(found[i], tagger.tag_words(texts[i]));
  }
  CHECK(found[0].text == "the unknown ship .");
  CHECK(found[2].words[0].tag.empty());
  CHECK(tagger.tag_words({"the", "ship"}).words.size() == 2);
}

TEST_CASE("a text's words are the tokenizer's, with their places in it", "[tagger][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "tag", 32);
  const Tagger tagger(folder.path(), {.threads = 1});
  const std::string text = "The unknown-ship, (caf\xc3\xa9)\xff. [MASK] 's\xe4\xb8\xad\xe6\x96\x87";
  const TaggedText found = tagger.tag(text);
  CHECK(found.text == text);
  CHECK(words_of(found) == std::vector<std::string>{"The", "unknown", "-", "ship", ",", "(",
                                                    "caf\xc3\xa9", ")", ".", "[MASK]", "'", "s",
                                                    "\xe4\xb8\xad", "\xe6\x96\x87"});
  for (const TaggedWord& word : found.words) {
    CHECK(slice(text, word.byte_span) == word.word);
    CHECK(slice_characters(well_formed(text), word.span.begin, word.span.end) == word.word);
    CHECK_FALSE(word.tag.empty());
  }
  // Of a text whose words stand between blanks it is the same as of the words.
  const TaggedText apart = tagger.tag("the unknown ship .");
  const TaggedText words = tagger.tag_words({"the", "unknown", "ship", "."});
  check_same(apart, words);
  CHECK(apart.words[3].span == words.words[3].span);
  CHECK(words.words[3].byte_span == TextSpan{17, 18});
}

TEST_CASE("texts are tagged in their order, each as by itself, by any number of threads",
          "[tagger][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "tag");
  const Tagger tagger(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) { return tagger.tag(texts); };
  check_order(
      many, [&](const std::string& text) { return tagger.tag(std::string_view(text)); },
      check_same);
  check_threads(many, [](const TaggedText& found, const TaggedText& expected) {
    for (std::size_t i = 0; i < found.words.size(); ++i)
      if (found.words[i].probability != expected.words[i].probability) return false;
    return tags_of(found) == tags_of(expected);
  });
}

TEST_CASE("words that tags mark together are a span of the text", "[tagger]") {
  const TemporaryFolder folder;
  const std::string text = "  the caf\xc3\xa9 ship";
  save_constant_tagger(folder.path(), 1);  // I-x: one span of all words
  const TaggedText all = Tagger(folder.path(), {.threads = 1}).tag(text);
  REQUIRE(all.spans.size() == 1);
  CHECK(all.spans[0].kind == "x");
  CHECK(all.spans[0].text == "the caf\xc3\xa9 ship");
  CHECK(all.spans[0].words == TextSpan{0, 3});
  CHECK(all.spans[0].span == TextSpan{2, 15});
  CHECK(all.spans[0].byte_span == TextSpan{2, 16});
  save_constant_tagger(folder.path(), 0);  // B-x: each word is one
  const TaggedText each = Tagger(folder.path(), {.threads = 1}).tag(text);
  REQUIRE(each.spans.size() == 3);
  CHECK(each.spans[1].text == "caf\xc3\xa9");
  CHECK(each.spans[1].words == TextSpan{1, 2});
  save_constant_tagger(folder.path(), 2);  // O
  CHECK(Tagger(folder.path(), {.threads = 1}).tag(text).spans.empty());
}

TEST_CASE("labels that mark no spans give none", "[tagger]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("tag");
  head.labels = {"NOUN", "VERB", "B-x"};
  save_predictor(folder.path(), head);
  CHECK(Tagger(folder.path(), {.threads = 1}).tag("the ship").spans.empty());
}

TEST_CASE("words of a long text are refused, cut off, or tagged by the window nearest to them",
          "[tagger][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "tag", 8);
  const std::string text = "the ship . the ship the . unknown the";  // 10 tokens
  CHECK_THAT(message_of<InputError>([&] {
               (void)Tagger(folder.path(), {.threads = 1}).tag({"the", text});
             }),
             Contains("text 1 has 12 tokens") && Contains("at most 8"));
  const Tagger cuts(folder.path(), {.threads = 1, .length = LongText::truncate});
  const TaggedText cut = cuts.tag(text);
  CHECK(cut.left_out == 4);
  const TaggedText first = cuts.tag("the ship . the ship the");
  for (std::size_t i = 0; i < 6; ++i) CHECK(cut.words[i].tag == first.words[i].tag);
  for (std::size_t i = 6; i < 9; ++i) CHECK(cut.words[i].tag.empty());
  const Tagger windows(folder.path(), {.threads = 1, .length = LongText::windows});
  const TaggedText found = windows.tag(text);
  const TaggedText second = windows.tag("the . unknown the");
  CHECK(found.left_out == 0);
  REQUIRE(found.words.size() == 9);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(found.words[i].probability == Approx(first.words[i].probability));
  for (std::size_t i = 5; i < 9; ++i) {
    CHECK(found.words[i].tag == second.words[i - 5].tag);
    CHECK(found.words[i].probability == Approx(second.words[i - 5].probability));
  }
}

TEST_CASE("a tagger does not open an encoder alone, and a tag that is not finite names its text",
          "[tagger]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  CHECK_THAT(message_of<IoError>([&] { const Tagger tagger(folder.path()); }),
             Contains("expected a head of tag for a Tagger, found ElectraModel (embed), which "
                      "TextEmbedder opens"));
  save_predictor(folder.path(), some_head("tag"), 16, [](ParameterStore& store) {
    for (float& weight : store.find("head/output/weight")->master.span<float>()) weight = 3e38F;
  });
  CHECK_THAT(message_of<InputError>([&] {
               (void)Tagger(folder.path(), {.threads = 1}).tag({"the", "ship"});
             }),
             Contains("text 0 has no answer"));
}
