#include "minimal_pairs.h"

#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "infer/saved_generator.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::string heading = "paradigm\tfield\tphenomenon\tgood\tbad\n";

/// Three paradigms of two phenomena; the last pair's sentences have the same tokens.
const std::vector<std::vector<std::string>> some_pairs{
    {"islands", "syntax", "island_effects", "the ship .", "ship the ."},
    {"islands", "syntax", "island_effects", "unknown the", "the the unknown"},
    {"animate", "syntax", "argument_structure", "the", "ship"},
    {"passive", "syntax", "s-selection", "caf\xc3\xa9 .", "the caf\xc3\xa9"},
    {"passive", "syntax", "s-selection", "the ship", "The  ship"}};

std::string file_of(const std::vector<std::vector<std::string>>& rows) {
  std::string text = heading;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i)
      text += row[i] + (i + 1 < row.size() ? "\t" : "\n");
  return text;
}

void save_model(const std::filesystem::path& directory, const std::string& method) {
  if (method == "generator")
    save_generator(directory);
  else
    save_detector(directory, some_vocabulary(), 12);
}

/// 1, 0, or 1/2 for sentences that are equally likely.
double points(const SentenceScorer& scorer, const std::vector<std::string>& row) {
  const double good = scorer.score(row[3]).score, bad = scorer.score(row[4]).score;
  return good > bad ? 1 : good < bad ? 0 : 0.5;
}

}  // namespace

TEST_CASE("evaluate blimp counts a pair whose good sentence is likelier, and half a tie",
          "[blimp][law]") {
  const std::string method = GENERATE("generator", "discriminator");
  CAPTURE(method);
  const TemporaryFolder folder;
  save_model(folder / "model", method);
  write_file(folder / "pairs.tsv", file_of(some_pairs));
  const SentenceScorer scorer(folder / "model", {.threads = 1});
  std::vector<double> won;
  for (const auto& row : some_pairs) won.push_back(points(scorer, row));
  REQUIRE(won[4] == 0.5);
  const std::vector<std::string> words{"evaluate",       "blimp",  "--model",
                                       folder / "model", "--data", folder / "pairs.tsv"};
  auto with_json = words;
  with_json.emplace_back("--json");
  const auto found = run_verb(with_json).objects().at(0);
  const double islands = (won[0] + won[1]) / 2, structure = (won[2] + won[3] + won[4]) / 3;
  CHECK(found.at("phenomena").size() == 2);
  CHECK(found.at("phenomena").at("island_effects").get<double>() == Approx(islands));
  CHECK(found.at("phenomena").at("argument_structure").get<double>() == Approx(structure));
  CHECK(found.at("mean_12").get<double>() == Approx((islands + structure) / 2));
  CHECK(found.at("mean_67").get<double>() ==
        Approx((islands + won[2] + (won[3] + won[4]) / 2) / 3));
  CHECK(found.at("pairs") == 5);
  CHECK(found.at("ties") == 1);
  const auto lines = run_verb(words).lines();
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == "phenomenon\tpercent\tpairs");
  CHECK_THAT(lines[1], Catch::StartsWith("argument_structure\t") && Catch::EndsWith("\t3"));
  CHECK_THAT(lines[3], Catch::StartsWith("mean of 2 phenomena\t"));
  CHECK_THAT(lines[4], Catch::StartsWith("mean of 3 paradigms\t"));
}

TEST_CASE("the better model of two sentences wins, whichever stands first", "[blimp][law]") {
  const TemporaryFolder folder;
  save_generator(folder / "model");
  auto turned = some_pairs;
  for (auto& row : turned) std::swap(row[3], row[4]);
  write_file(folder / "pairs.tsv", file_of(some_pairs));
  write_file(folder / "turned.tsv", file_of(turned));
  const SentenceScorer scorer(folder / "model", {.threads = 1});
  const auto counts = [&](const char* file) {
    return count_pairs(read_minimal_pairs(folder / file), scorer, {});
  };
  const auto found = counts("pairs.tsv"), other = counts("turned.tsv");
  REQUIRE(found.size() == 3);
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i].share() + other[i].share() == Approx(1));
}

TEST_CASE("each Nth pair is taken, in the order of the file, and what is left without is out",
          "[blimp]") {
  const TemporaryFolder folder;
  save_generator(folder / "model");
  write_file(folder / "pairs.tsv", file_of(some_pairs));
  const MinimalPairs chosen = read_minimal_pairs(folder / "pairs.tsv", 3);
  REQUIRE(chosen.pairs.size() == 2);
  CHECK(chosen.pairs[0].good == some_pairs[0][3]);
  CHECK(chosen.pairs[1].bad == some_pairs[3][4]);
  const auto run = run_verb({"evaluate", "blimp", "--model", folder / "model", "--data",
                             folder / "pairs.tsv", "--every", "5", "--json"});
  CHECK(run.objects().at(0).at("pairs") == 1);
  CHECK(run.objects().at(0).at("phenomena").size() == 1);
  CHECK(run.objects().at(0).at("mean_12") == run.objects().at(0).at("mean_67"));
}

TEST_CASE("counting ends early when it is asked to, and says how far it is", "[blimp]") {
  const TemporaryFolder folder;
  save_generator(folder / "model");
  std::vector<std::vector<std::string>> many;
  for (int i = 0; i < 20; ++i) many.insert(many.end(), some_pairs.begin(), some_pairs.end());
  write_file(folder / "pairs.tsv", file_of(many));
  const MinimalPairs pairs = read_minimal_pairs(folder / "pairs.tsv");
  const SentenceScorer scorer(folder / "model", {.threads = 1});
  std::vector<Index> told;
  const auto note = [&](Index done) { told.push_back(done); };
  (void)count_pairs(pairs, scorer, note);
  CHECK(std::ranges::is_sorted(told));
  CHECK(told.back() == 100);
  told.clear();
  CHECK_THROWS_AS(count_pairs(pairs, scorer, note, [&] { return !told.empty(); }), Interrupted);
  CHECK(told.size() == 1);
}

TEST_CASE("a file that is none of minimal pairs is refused by line, column and what is there",
          "[blimp]") {
  const TemporaryFolder folder;
  const std::string file = folder / "pairs.tsv";
  const auto refusal = [&](const std::string& text) {
    write_file(file, text);
    return message_of<IoError>([&] { (void)read_minimal_pairs(file); });
  };
  CHECK(refusal("") == file + ": expected minimal pairs, found an empty file");
  CHECK(refusal("paradigm\tphenomenon\tgood\nx\ty\tz\n") ==
        file +
            ", line 1: expected a heading with the columns paradigm, phenomenon, good and bad, "
            "found no bad");
  CHECK(refusal(heading) == file + ", line 2: expected a minimal pair, found the end of the file");
  CHECK(refusal(heading + "a\tb\tc\td\te\n\na\tb\tc\td\n") ==
        file + ", line 4: expected 5 columns, as line 1 has, found 4");
  CHECK(refusal(heading + "a\tb\tc\t\te\n") ==
        file + ", line 2, column 4 (good): expected a text, found an empty cell");
  CHECK(refusal(heading + "a\tb\tc\td\te\nz\tb\tx\td\te\na\tb\tx\td\te\n") ==
        file + ", line 4, column 3 (phenomenon): expected c, as line 2 has of a, found x");
  write_file(file, "\xEF\xBB\xBFgood\tbad\tphenomenon\tparadigm\r\na\tb\tc\td\r\n");
  CHECK(read_minimal_pairs(file).pairs.at(0).bad == "b");
  CHECK(read_minimal_pairs(file).paradigms.at(0).phenomenon == "c");
}

TEST_CASE("blimp refuses the options of tasks, and tasks its own", "[blimp]") {
  const TemporaryFolder folder;
  const auto refusal = [](const std::vector<std::string>& words) {
    return message_of<ConfigError>([&] { (void)run_verb(words); });
  };
  const std::vector<std::string> blimp{"evaluate", "blimp", "--model", "m", "--data", "d"};
  const auto with = [](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  CHECK(refusal(with(blimp, {"--against", "x"})) == "--against: expected none of blimp, found x");
  CHECK_THAT(refusal(with(blimp, {"--every", "0"})), Contains("--every: expected 1 or more"));
  auto classify = with(blimp, {"--every", "2"});
  classify[1] = "classify";
  CHECK(refusal(classify) == "--every: expected none but of blimp, found 2");
}
