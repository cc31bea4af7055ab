#include "electra/inspect/replaced_tokens.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "electra/core/error.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/infer/detector.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TinyRun;

namespace {

const std::string sentence = "the old captain saw the whale , and the whale saw the old ship .";

/// The text that these tokens are of.
std::string joined(const Inspection& inspection) {
  std::string text;
  for (const InspectedToken& token : inspection.tokens) {
    if (token.corrupted == "[CLS]" || token.corrupted == "[SEP]") continue;
    const bool inside = token.corrupted.starts_with("##");
    text += inside ? token.corrupted.substr(2) : " " + token.corrupted;
  }
  return text;
}

std::string repeated(const std::string& word, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += word + " ";
  return text;
}

void check_consistent(const Inspection& inspection) {
  std::set<Index> guessed;
  double mlm = 0, disc = 0;
  for (const InspectedGuess& guess : inspection.guesses) {
    REQUIRE(guess.position > 0);
    REQUIRE(guess.position + 1 < static_cast<Index>(inspection.tokens.size()));
    CHECK((guessed.empty() || guess.position > *guessed.rbegin()));
    guessed.insert(guess.position);
    const InspectedToken& token = inspection.tokens[static_cast<std::size_t>(guess.position)];
    CHECK(guess.original == token.original);
    CHECK(guess.sample == token.corrupted);
    CHECK((token.masked == "[MASK]" || token.masked == token.original));
    mlm += guess.loss;
  }
  for (std::size_t i = 0; i < inspection.tokens.size(); ++i) {
    const InspectedToken& token = inspection.tokens[i];
    INFO(i << ": " << token.original);
    if (!guessed.contains(static_cast<Index>(i))) {
      CHECK(token.masked == token.original);
      CHECK(token.corrupted == token.original);
    }
    CHECK(token.replaced == (token.corrupted != token.original));
    const double right = token.replaced ? token.probability : 1 - token.probability;
    CHECK(token.loss == Approx(-std::log(right)).epsilon(1e-4));
    disc += token.loss;
  }
  REQUIRE_FALSE(inspection.guesses.empty());
  CHECK(inspection.mlm_loss == Approx(mlm / static_cast<double>(inspection.guesses.size())));
  CHECK(inspection.disc_loss == Approx(disc / static_cast<double>(inspection.tokens.size())));
}

}  // namespace

TEST_CASE("both losses are means of their terms, and a label is what was changed", "[inspect]") {
  int right = 0, wrong = 0;
  for (const std::uint64_t seed : {1, 2}) {
    const Inspection inspection =
        inspect_replaced_tokens(repeated("whale ship", 20), {.run = {}, .seed = seed});
    check_consistent(inspection);
    for (const InspectedGuess& guess : inspection.guesses)
      (guess.sample == guess.original ? right : wrong) += 1;
  }
  CHECK(right > 0);  // and is then not labelled as replaced
  CHECK(wrong > 0);
}

TEST_CASE("first weights know nothing: losses are ln V and ln 2", "[inspect]") {
  const Inspection inspection = inspect_replaced_tokens(sentence, {});
  std::set<std::string> words;
  for (const InspectedToken& token : inspection.tokens) words.insert(token.original);
  const double vocabulary = static_cast<double>(words.size() + 3);  // and [PAD], [UNK], [MASK]
  CHECK(inspection.tokens.size() == 17);
  CHECK(inspection.tokens.front().original == "[CLS]");
  CHECK(inspection.tokens.back().original == "[SEP]");
  CHECK(inspection.mlm_loss == Approx(std::log(vocabulary)).epsilon(0.1));
  CHECK(inspection.disc_loss == Approx(std::log(2)).epsilon(0.1));
}

TEST_CASE("an inspection repeats itself; another seed masks elsewhere", "[inspect]") {
  std::set<std::string> ways;
  for (const std::uint64_t seed : {1, 1, 2, 3, 4}) {
    const Inspection inspection = inspect_replaced_tokens(sentence, {.run = {}, .seed = seed});
    std::string way;
    for (const InspectedGuess& guess : inspection.guesses)
      way += std::to_string(guess.position) + guess.sample + std::to_string(guess.loss) + " ";
    ways.insert(way);
  }
  CHECK(ways.size() == 4);
}

TEST_CASE("a sentence that cannot be inspected is refused", "[inspect]") {
  for (const char* empty : {"", "  \t "})
    CHECK_THAT(message_of<InputError>([&] { (void)inspect_replaced_tokens(empty, {}); }),
               Contains("no token"));
  CHECK_THAT(
      message_of<InputError>([&] { (void)inspect_replaced_tokens(repeated("word", 511), {}); }),
      Contains("513 tokens") && Contains("at most 512"));
  CHECK_NOTHROW(inspect_replaced_tokens(repeated("word", 510), {}));
}

TEST_CASE("a run's own pair is inspected: its discriminator says what a detector says",
          "[inspect]") {
  TinyRun run;
  run.run();
  const std::string text = "the old captain saw a whale .";
  const Detector detector(run.out().discriminator());
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Inspection inspection =
        inspect_replaced_tokens(text, {.run = run.options.out, .seed = seed});
    check_consistent(inspection);
    const Detection detection = detector.detect(joined(inspection));
    std::vector<std::string> read;
    for (const InspectedToken& token : inspection.tokens) read.push_back(token.corrupted);
    if (detection.tokens != read) continue;  // other pieces make the same text
    ++compared;
    for (std::size_t i = 0; i < read.size(); ++i)
      CHECK(inspection.tokens[i].probability == Approx(detection.probabilities[i]).epsilon(1e-5));
  }
  CHECK(compared > 0);
  CHECK_THAT(message_of<InputError>([&] {
               (void)inspect_replaced_tokens(repeated("whale", 40), {.run = run.options.out});
             }),
             Contains("at most 32"));
  CHECK_THROWS_AS(inspect_replaced_tokens(" ", {.run = run.options.out}), InputError);
}

TEST_CASE("rows of the word table behind the vocabulary may be drawn, and have names",
          "[inspect]") {
  TinyRun run;
  run.run();
  const auto folder = run.out().discriminator();
  std::vector<std::string> tokens = load_tokenizer(folder).vocabulary.tokens();
  const auto rows = std::ssize(tokens);
  const auto inspect = [&](std::size_t count, std::uint64_t seed) {
    tokens.resize(count, "more");
    save_tokenizer(folder, Vocabulary::from_tokens(tokens), {}, 32);
    return inspect_replaced_tokens("the old captain saw a whale .",
                                   {.run = run.options.out, .seed = seed});
  };
  int named = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Inspection inspection = inspect(12, seed);
    check_consistent(inspection);
    for (const InspectedGuess& guess : inspection.guesses) {
      if (!guess.sample.starts_with("[row ")) continue;
      const int row = std::stoi(guess.sample.substr(5));
      CHECK((row >= 12 && row < rows));
      ++named;
    }
  }
  CHECK(named > 0);
  CHECK_THAT(message_of<IoError>([&] { (void)inspect(static_cast<std::size_t>(rows) + 1, 1); }),
             Contains("tokenizer.json: expected at most vocab_size = " + std::to_string(rows) +
                      " tokens"));
}

TEST_CASE("special and added tokens of a sentence are those tokens, if the word table has them",
          "[inspect]") {
  TinyRun run;
  run.run();
  const auto folder = run.out().discriminator();
  std::vector<std::string> tokens = load_tokenizer(folder).vocabulary.tokens();
  const auto rows = std::ssize(tokens);
  const std::string text = "the old captain [MASK] saw<laugh> a whale .";
  const auto inspect = [&](Index words) {
    tokens.resize(static_cast<std::size_t>(words));
    const AddedToken laugh{.content = "<laugh>", .id = static_cast<std::int32_t>(words)};
    save_tokenizer(folder, Vocabulary::from_tokens(tokens), {}, 32, {&laugh, 1});
    return inspect_replaced_tokens(text, {.run = run.options.out});
  };
  CHECK_THAT(message_of<InputError>([&] { (void)inspect(rows); }),
             Contains("the sentence's token <laugh> has the id " + std::to_string(rows)));
  const Inspection inspection = inspect(rows - 1);
  std::vector<std::string> read;
  for (const InspectedToken& token : inspection.tokens) read.push_back(token.original);
  CHECK(std::ranges::count(read, "[MASK]") == 1);
  CHECK(std::ranges::count(read, "<laugh>") == 1);
  CHECK(read == Detector(folder).detect(text).tokens);
}

TEST_CASE("a folder without a finished run is named", "[inspect]") {
  const test::TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>(
                 [&] { (void)inspect_replaced_tokens(sentence, {.run = folder / "nothing"}); }),
             Contains("nothing"));
}
