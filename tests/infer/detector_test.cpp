#include "electra/infer/detector.h"

#include <catch2/catch.hpp>
#include <thread>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/unicode.h"
#include "infer/saved_detector.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a detector says something of every token, with its place in the text", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const std::string text = "The unknown café .";
  const Detection found = Detector(folder.path()).detect(text);
  CHECK(found.text == text);
  CHECK(found.tokens ==
        std::vector<std::string>{"[CLS]", "the", "un", "##known", "caf", "##e", ".", "[SEP]"});
  CHECK(found.ids == std::vector<std::int32_t>{2, 5, 7, 8, 9, 10, 11, 3});
  const auto piece = [&](std::size_t i) {
    return std::string(slice_characters(text, found.spans[i].begin, found.spans[i].end));
  };
  CHECK(piece(1) == "The");
  CHECK(piece(3) == "known");
  CHECK(piece(5) == "é");
  CHECK(piece(6) == ".");
  CHECK(piece(0).empty());
  const auto bytes = [&](std::size_t i) {
    const auto [begin, end] = found.byte_spans.at(i);
    return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  };
  for (std::size_t i = 0; i < found.spans.size(); ++i) CHECK(bytes(i) == piece(i));
  REQUIRE(found.probabilities.size() == 8);
  for (const double p : found.probabilities) CHECK((p > 0 && p < 1));
}

TEST_CASE("a detector repeats itself", "[detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector detector(folder.path());
  const auto first = detector.detect("the ship .").probabilities;
  (void)detector.detect("unknown");
  CHECK(detector.detect("the ship .").probabilities == first);
}

TEST_CASE("a text without a word has [CLS] and [SEP]", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK(Detector(folder.path()).detect("").ids == std::vector<std::int32_t>{2, 3});
  CHECK(Detector(folder.path()).detect("\xff\xfe").ids == std::vector<std::int32_t>{2, 3});
}

TEST_CASE("any bytes are a text", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector detector(folder.path(), {.threads = 1});
  const std::string text("the\0 \xc3 \xe2\x82 ship", 14);  // a NUL, and characters cut off
  const Detection found = detector.detect(text);
  CHECK(found.text == text);
  CHECK(found.tokens == std::vector<std::string>{"[CLS]", "the", "ship", "[SEP]"});
  CHECK(slice_characters(text, found.spans[2].begin, found.spans[2].end) == "ship");
  CHECK(slice_characters(well_formed(text), found.spans[2].begin, found.spans[2].end) == "ship");
  CHECK(found.byte_spans[2].begin == 10);
  CHECK(found.byte_spans[2].end == 14);
  for (const std::size_t i : {0U, 3U}) {  // [CLS] and [SEP]
    CHECK(found.spans[i].end == 0);
    CHECK(found.byte_spans[i].end == 0);
  }
}

TEST_CASE("spans are places of the text as it was given, whatever bytes it has",
          "[detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12, 64);
  const Detector detector(folder.path(), {.threads = 1});
  for (const std::string between :
       {"", "\xff", "\xe2\x82", "\xed\xa0\x80", "\u00a0", "(\xff ", "\xf0\x9f\x98"}) {
    const std::string text = between + "The " + between + " ship" + between + " .";
    CAPTURE(between, text);
    const Detection found = detector.detect(text);
    std::vector<std::string> shown, given;
    for (std::size_t i = 1; i + 1 < found.tokens.size(); ++i) {
      if (found.tokens[i] == "[UNK]") continue;
      shown.emplace_back(
          slice_characters(well_formed(text), found.spans[i].begin, found.spans[i].end));
      given.push_back(text.substr(
          static_cast<std::size_t>(found.byte_spans[i].begin),
          static_cast<std::size_t>(found.byte_spans[i].end - found.byte_spans[i].begin)));
    }
    CHECK(shown == std::vector<std::string>{"The", "ship", "."});
    CHECK(given == shown);
  }
}

TEST_CASE("texts in braces are texts", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector detector(folder.path(), {.threads = 1});
  const std::vector<Detection> found = detector.detect({"the ship", "."});
  REQUIRE(found.size() == 2);
  CHECK(found[0].text == "the ship");
  CHECK(found[1].text == ".");
  CHECK(detector.detect({"the"}).size() == 1);
}

TEST_CASE("a text that is too long is refused with both lengths", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector detector(folder.path(), {.threads = 1});
  const std::string most = "the the the the the the", more = most + " the";
  CHECK(detector.detect(most).ids.size() == 8);
  CHECK_THAT(message_of<InputError>([&] { (void)detector.detect(more); }),
             Contains("the text has 9 tokens") && Contains("at most 8"));
  CHECK_THAT(message_of<InputError>([&] {
               (void)detector.detect({more, "the"});
             }),
             Contains("text 0 has 9 tokens"));
  CHECK_THAT(message_of<InputError>([&] {
               (void)detector.detect({"the", "the", more});
             }),
             Contains("text 2 has 9 tokens"));
}

TEST_CASE("a directory's special and added tokens are found in texts, unless an option says not",
          "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 13);
  write_file(folder / "added_tokens.json", R"({"umbrella":12})");
  const std::string text = "the umbrella[MASK]";
  const Detection found = Detector(folder.path()).detect(text);
  CHECK(found.ids == std::vector<std::int32_t>{2, 5, 12, 4, 3});
  CHECK(found.tokens == std::vector<std::string>{"[CLS]", "the", "umbrella", "[MASK]", "[SEP]"});
  CHECK(found.spans[3].begin == 12);
  CHECK(found.spans[3].end == 18);
  const Detector plain(folder.path(), {.match_added_tokens = false});
  CHECK(plain.detect(text).ids == std::vector<std::int32_t>{2, 5, 1, 1, 1, 1, 3});
}

TEST_CASE("a vocabulary that has more tokens than the model is refused", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 11);
  CHECK_THAT(message_of<IoError>([&] { Detector detector(folder.path()); }),
             Contains("tokenizer.json") && Contains("11") && Contains("12"));
}

TEST_CASE("a word table may have more rows than the vocabulary has tokens", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 64);
  const Detection found = Detector(folder.path()).detect("The unknown ship");
  CHECK(found.ids == std::vector<std::int32_t>{2, 5, 7, 8, 6, 3});
}

TEST_CASE("a directory without a model is named", "[detector]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { Detector detector(folder.path()); }),
             Contains("config.json"));
}

TEST_CASE("many texts are answered in the order given, each as by itself", "[detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector detector(folder.path(), {.threads = 1});
  const std::vector<std::string> texts{"the ship .", "", "unknown café the", ".", "the the the"};
  const std::vector<Detection> found = detector.detect(texts);
  REQUIRE(found.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Detection alone = detector.detect(texts[i]);
    CHECK(found[i].text == texts[i]);
    CHECK(found[i].ids == alone.ids);
    REQUIRE(found[i].probabilities.size() == alone.probabilities.size());
    for (std::size_t k = 0; k < alone.probabilities.size(); ++k)
      CHECK(found[i].probabilities[k] == Approx(alone.probabilities[k]).margin(1e-6));
  }
  CHECK(detector.detect(std::span<const std::string>{}).empty());
}

TEST_CASE("eight threads on one detector get the answers of one", "[detector][law][threads]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const int workers = GENERATE(8, 2);
  const Detector detector(folder.path(), {.threads = 1, .workers = workers});
  const std::vector<std::string> texts{"the ship .", "", "unknown café the", ".", "the the the"};
  const std::vector<Detection> expected = detector.detect(texts);
  std::vector<int> differences(8, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int turn = 0; turn < 10; ++turn) {
        const std::vector<Detection> found = detector.detect(texts);
        const Detection one = detector.detect(std::string_view(texts[t % texts.size()]));
        for (std::size_t i = 0; i < texts.size(); ++i)
          differences[t] += found[i].probabilities != expected[i].probabilities;
        differences[t] += one.ids != expected[t % texts.size()].ids;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(differences == std::vector<int>(8, 0));
}

TEST_CASE("a text that is too long is cut, or seen through windows, if that is asked for",
          "[detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);  // 8 positions: 6 tokens of a text
  const std::string text = "the ship . the ship the . ship the";
  SECTION("cut") {
    const Detector detector(folder.path(), {.threads = 1, .length = LongText::truncate});
    const Detection found = detector.detect(text);
    const Detection start = detector.detect("the ship . the ship the");
    CHECK(found.left_out == 3);
    CHECK(start.left_out == 0);
    CHECK(found.ids == start.ids);
    CHECK(found.probabilities == start.probabilities);
    CHECK(found.text == text);
  }
  SECTION("windows: each token's answer is that of the window it is further within") {
    const Detector detector(folder.path(), {.threads = 1, .length = LongText::windows});
    const Detection found = detector.detect(text);
    REQUIRE(found.ids.size() == 11);
    const Detection first = detector.detect("the ship . the ship the");
    const Detection second = detector.detect("the . ship the");
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(found.probabilities[i] == Approx(first.probabilities[i]).margin(1e-6));
    for (std::size_t i = 6; i < 11; ++i)
      CHECK(found.probabilities[i] == Approx(second.probabilities[i - 5]).margin(1e-6));
  }
}

TEST_CASE("a model of more than 512 positions answers for texts of all of them",
          "[detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12, 1024);
  const Detector detector(folder.path(), {.threads = 2});
  const auto text_of = [](int tokens) {
    std::string text;
    for (int i = 2; i < tokens; ++i) text += i % 3 == 0 ? " the" : i % 7 == 0 ? " ." : " ship";
    return text;
  };
  const std::vector<std::string> texts{text_of(513), text_of(562), text_of(1024), text_of(512)};
  const std::vector<Detection> together = detector.detect(texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Detection alone = detector.detect(texts[i]);
    REQUIRE(together[i].probabilities.size() == alone.probabilities.size());
    for (std::size_t k = 0; k < alone.probabilities.size(); ++k) {
      REQUIRE((alone.probabilities[k] > 0 && alone.probabilities[k] < 1));
      REQUIRE(together[i].probabilities[k] == Approx(alone.probabilities[k]).margin(1e-6));
    }
  }
  CHECK_THAT(message_of<InputError>([&] { (void)detector.detect(text_of(1025)); }),
             Contains("1025 tokens") && Contains("at most 1024"));
}

TEST_CASE("an answer that is not finite is an error of its text alone", "[detector]") {
  const TemporaryFolder folder;
  const auto enlarge = [](ParameterStore& store) {
    for (float& weight : store.find("head/score/weight")->master.span<float>()) weight = 3e38F;
  };
  save_detector(folder.path(), some_vocabulary(), tiny_detector(12), enlarge);
  const Detector detector(folder.path(), {.threads = 1});
  CHECK_THAT(message_of<InputError>([&] {
               (void)detector.detect({"the", "ship"});
             }),
             Contains("text 0 has no answer: the model says of token 0 (\"[CLS]\") ") &&
                 Contains("expected a finite number"));
}

TEST_CASE("a model of the fewest positions answers for texts of any length", "[detector][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12, 5);  // 3 tokens of a text at once
  const Detector detector(folder.path(), {.threads = 1, .length = LongText::windows});
  std::string text;
  for (std::size_t tokens = 0; tokens < 12; ++tokens) {
    CAPTURE(tokens);
    const Detection found = detector.detect(text);
    REQUIRE(found.ids.size() == tokens + 2);
    for (const double p : found.probabilities) CHECK((p > 0 && p < 1));
    text += " ship";
  }
}
