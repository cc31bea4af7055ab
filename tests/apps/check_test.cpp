#include "apps/run_verb.h"
#include "electra/core/error.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

/// Files in a folder of their own, without which results are shown.
class Setting {
 public:
  Setting(const std::string& train, const std::string& evaluate) {
    write_file(train_, train);
    write_file(evaluate_, evaluate);
  }
  [[nodiscard]] VerbRun run(const std::vector<std::string>& more = {},
                            const std::string& task = "classify") const {
    std::vector<std::string> words{"check", task, "--train", train_, "--eval", evaluate_};
    words.insert(words.end(), more.begin(), more.end());
    VerbRun run = run_verb(words);
    const std::string folder = folder_.path().string() + "/";
    for (std::size_t at = run.said.find(folder); at != run.said.npos; at = run.said.find(folder))
      run.said.erase(at, folder.size());
    return run;
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
  std::filesystem::path train_ = folder_ / "train.tsv", evaluate_ = folder_ / "dev.tsv";
};

/// Warnings alone: line 3 repeats, line 4 has a label of its own; line 1 is in both files.
const std::string train = "a b\tx\nc\tx\nc\tx\nd\ty\n";
const std::string evaluate = "a b\tx\nxy\ty\n";

std::string vocabulary_lines() { return "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\nc\nd\n"; }

}  // namespace

TEST_CASE("check prints a line for each finding, then tables", "[check]") {
  const VerbRun run = Setting(train, evaluate).run();
  CHECK(run.code == 0);
  CHECK(run.said ==
        "dev.tsv:1: leak: \"a b\" is in train.tsv, line 1, too\n"
        "train.tsv:3: repeat: \"c\" is on line 2, too\n"
        "train.tsv:4: rare_label: the label \"y\" is here alone\n"
        "\n"
        "file\texamples\n"
        "train.tsv\t4\n"
        "dev.tsv\t2\n"
        "\n"
        "kind\tseverity\tnumber\n"
        "leak\twarning\t1\n"
        "repeat\twarning\t1\n"
        "rare_label\twarning\t1\n"
        "\n"
        "label\ttrain\teval\n"
        "x\t3\t1\n"
        "y\t1\t1\n");
  CHECK_THAT(run.errors, Contains("text is column 1, label is column 2"));
}

TEST_CASE("check fails for errors, and for warnings where they are errors", "[check][law]") {
  CHECK(Setting(train, evaluate).run().code == 0);
  const VerbRun strict = Setting(train, evaluate).run({"--strict"});
  CHECK(strict.code == 1);
  CHECK_THAT(strict.said, Contains("leak\terror\t1\n"));
  const VerbRun bad = Setting(train, "a\tz\n").run();
  CHECK(bad.code == 1);
  CHECK_THAT(bad.said,
             Contains("dev.tsv:1: unknown_label: the training file has no label \"z\"\n"));
  CHECK(Setting("a\tx\nb\tx\nc\ty\nd\ty\n", "e\ty\n").run({"--strict"}).code == 0);
}

TEST_CASE("check's objects are the findings, then the summary", "[check][law]") {
  const VerbRun run = Setting(train, "c\tx\nd d\tz\n").run({"--json"});
  CHECK(run.code == 1);
  const auto objects = run.objects();
  REQUIRE(objects.size() == 5);
  CHECK(objects[0].dump() ==
        R"({"kind":"unknown_label","severity":"error","file":"dev.tsv","line":2,)"
        R"("what":"the training file has no label \"z\""})");
  CHECK(objects[1].at("other").dump() == R"({"file":"train.tsv","line":2})");
  CHECK(objects[4].dump() ==
        R"({"task":"classify","files":[{"file":"train.tsv","examples":4},)"
        R"({"file":"dev.tsv","examples":2}],"errors":1,"warnings":3,)"
        R"("kinds":{"unknown_label":1,"leak":1,"repeat":1,"rare_label":1},)"
        R"("labels":[{"label":"x","train":3,"eval":1},{"label":"y","train":1,"eval":0},)"
        R"({"label":"z","train":0,"eval":1}]})");
  const auto files = Setting(train, "a\tb\tx\n").run({"--json"}).objects();
  CHECK(files.front().at("kind") == "bad_file");
  CHECK(files.front().at("line").is_null());
}

TEST_CASE("check shows ten findings of a kind, or all", "[check]") {
  std::string rows;
  for (int i = 0; i < 13; ++i) rows += "a\tx\nb\ty\n";
  const Setting setting(rows, "c\tx\n");
  const VerbRun some = setting.run();
  CHECK(some.lines().size() == 10 + 1 + 3 + 1 + 2 + 1 + 3);
  CHECK_THAT(some.errors, Contains("14 more of repeat (--all shows them)"));
  CHECK(setting.run({"--all"}).lines().size() == some.lines().size() + 14);
  CHECK(setting.run({"--json"}).objects().size() == 24 + 1);
}

TEST_CASE("with a model check counts tokens, as many as finetune reads", "[check]") {
  const Setting setting(train, "a b c d a b c d\tx\nxy b\ty\n");
  std::filesystem::create_directory(setting / "model");
  write_file(setting / "model/vocab.txt", vocabulary_lines());
  const VerbRun run = setting.run({"--model", setting / "model", "--length", "8"});
  CHECK_THAT(run.said, Contains("dev.tsv:1: too_long: 2 tokens are too many, and cut off\n"));
  CHECK_THAT(run.said, Contains("dev.tsv:2: unknown_piece: the vocabulary cannot spell \"xy\"\n"));
  CHECK_THAT(run.said, Contains("dev.tsv\t2\t10\t1\t10.0000\n"));
  CHECK_THAT(setting.run({"--model", setting / "model"}).said, !Contains("too_long"));
  const auto objects = setting.run({"--model", setting / "model", "--json"}).objects();
  CHECK(objects.back().at("files")[1].dump() ==
        R"({"file":"dev.tsv","examples":2,"tokens":10,"unknown":1,"unknown_share":0.1})");
  const auto refusal = [&](const std::vector<std::string>& more) {
    return message_of<ConfigError>([&] { (void)setting.run(more); });
  };
  CHECK(refusal({"--length", "8"}) ==
        "--length: expected --model, which says what tokens are, found none");
  CHECK_THAT(refusal({"--model", setting / "model", "--length", "2"}),
             Contains("--length: expected") && Contains("found 2"));
}

TEST_CASE("check takes columns as finetune does, and refuses what is no task", "[check]") {
  const Setting setting("1\tx\ta\n1\tx\tb\n", "1\tx\tc\n");
  CHECK(setting.run({"--text", "3", "--label", "2"}).said ==
        "file\texamples\ntrain.tsv\t2\ndev.tsv\t1\n\nlabel\ttrain\teval\nx\t2\t1\n");
  CHECK_THROWS_AS(setting.run({}, "guess"), ConfigError);
  CHECK_THROWS_AS(run_verb({"check", "classify", "--train", "nowhere.tsv"}), IoError);
}

TEST_CASE("the bundled examples are without fault", "[check]") {
  const std::string folder = std::string(ELECTRA_SOURCE_DIR) + "/share/labelled/";
  const auto errors = [&](const char* task, const std::string& name, const std::string& end) {
    const VerbRun run = run_verb({"check", task, "--train", folder + name + "_train" + end,
                                  "--eval", folder + name + "_dev" + end, "--json"});
    return run.objects().back().at("errors").get<int>();
  };
  CHECK(errors("classify", "sentiment", ".tsv") == 0);
  CHECK(errors("tag", "places", ".conll") == 0);
}
