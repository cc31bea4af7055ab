#include "electra/infer/detector.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
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

TEST_CASE("a text that is too long is refused with both lengths", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK_THAT(message_of<InputError>(
                 [&] { (void)Detector(folder.path()).detect("the the the the the the the"); }),
             Contains("9 tokens") && Contains("at most 8"));
}

TEST_CASE("a vocabulary that has more tokens than the model is refused", "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 11);
  CHECK_THAT(message_of<IoError>([&] { Detector detector(folder.path()); }),
             Contains("vocab.txt") && Contains("11") && Contains("12"));
}

TEST_CASE("a directory without a model is named", "[detector]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { Detector detector(folder.path()); }),
             Contains("config.json"));
}
