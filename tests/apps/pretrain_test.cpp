#include "apps/received_signal.h"
#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "electra/io/json_lines.h"
#include "electra/io/train_log.h"
#include "electra/pretrain/pretraining.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

/// A corpus, and runs of few steps on it.
class Setting {
 public:
  Setting() { write_corpus(folder_ / "corpus.txt"); }
  [[nodiscard]] std::string operator/(const std::string& name) const { return folder_ / name; }

  [[nodiscard]] VerbRun run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"pretrain",
                                   "--out",
                                   folder_ / "run",
                                   "--corpus",
                                   *this / "corpus.txt",
                                   "--steps",
                                   "6",
                                   "--threads",
                                   "1",
                                   "--set",
                                   "vocabulary.size=60",
                                   "--set",
                                   "train.batch=4",
                                   "--set",
                                   "log.every=2",
                                   "--set",
                                   "evaluate.batches=2"};
    words.insert(words.end(), more.begin(), more.end());
    return run_verb(words);
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("a run's result is where it is and what its log ends with", "[pretrain][law]") {
  const Setting setting;
  const VerbRun run = setting.run({"--json"});
  CHECK(run.code == 0);
  REQUIRE(run.lines().size() == 1);
  const auto result = run.objects().front();
  const PretrainFolder folder(setting / "run");
  CHECK(result.at("out") == folder.root.string());
  CHECK(result.at("steps") == 6);
  CHECK(result.at("seconds").get<double>() > 0);
  CHECK(result.at("tokens_per_second").get<double>() > 0);
  CHECK(result.at("generator") == folder.generator().string());
  CHECK(result.at("discriminator") == folder.discriminator().string());
  for (const fs::path& model : {folder.generator(), folder.discriminator()})
    CHECK(fs::exists(model / "model.safetensors"));
  const LoggedLine last = logged_lines(folder.log(), "evaluation", 6).back();
  for (const char* key : {"loss", "mlm_loss", "disc_loss", "disc_auc", "mlm_accuracy"}) {
    CAPTURE(key);
    CHECK(result.at("evaluation").at(key).get<double>() == last[key]);
  }
  CHECK_THAT(run.errors, Contains("tok/s"));
}

TEST_CASE("in plain output a run's result is a line for each fact", "[pretrain]") {
  const Setting setting;
  const VerbRun run = setting.run();
  CHECK_THAT(run.said, Catch::Matches("out\t.*/run\nsteps\t6\nseconds\t[0-9.]+\n"
                                      "tokens_per_second\t[0-9.]+\ngenerator\t.*/generator\n"
                                      "discriminator\t.*/discriminator\nTotal loss\t[0-9.]+\n"
                                      "(.*\n)*Discriminator: AUC\t0\\.[0-9]{4}\n(.*\n)*"));
}

TEST_CASE("a run that was stopped says so by its code, and goes on to the same end",
          "[pretrain][law]") {
  const Setting whole, stopped;
  REQUIRE(whole.run().code == 0);
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const ReceivedSignal received(signal);
    const VerbRun run = code == 130 ? stopped.run() : stopped.run({"--resume"});
    CHECK(run.code == code);
    CHECK(run.said.empty());
    CHECK_THAT(run.errors, Contains("interrupted"));
  }
  CHECK(stopped.run({"--resume"}).code == 0);
  CHECK(read_file(stopped / "run/discriminator/model.safetensors") ==
        read_file(whole / "run/discriminator/model.safetensors"));
}

TEST_CASE("every option of a run is a value of its configuration", "[pretrain]") {
  const VerbRun shown = run_verb({"pretrain",    "--out",
                                  "nowhere",     "--show-config",
                                  "--preset",    "mini",
                                  "--corpus",    "text",
                                  "--steps",     "50",
                                  "--seed",      "9",
                                  "--device",    "cpu",
                                  "--threads",   "3",
                                  "--precision", "bf16",
                                  "--objective", "replaced_token_detection",
                                  "--set",       "data.length=16"});
  CHECK(shown.code == 0);
  for (const auto& [path, value] : {std::pair{"data.corpus", "text"},
                                    {"train.steps", "50"},
                                    {"seed", "9"},
                                    {"device", "cpu"},
                                    {"threads", "3"},
                                    {"precision", "bf16"},
                                    {"objective", "replaced_token_detection"},
                                    {"data.length", "16"},
                                    {"model.hidden", "256"}}) {
    CAPTURE(path);
    const std::string name = "  " + std::string(path) + " ", plain = value;
    CHECK(std::ranges::any_of(shown.lines(), [&](const std::string& line) {
      return line.starts_with(name) && (line.find("[" + plain + "]") != line.npos ||
                                        line.find("[\"" + plain + "\"]") != line.npos);
    }));
  }
  CHECK_FALSE(fs::exists("nowhere"));
}

TEST_CASE("what a run cannot be is refused before anything is made", "[pretrain]") {
  const TemporaryFolder folder;
  const auto refusal = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"pretrain", "--out", folder / "run"});
    return message_of<Error>([&] { (void)run_verb(words); });
  };
  const std::vector<std::string> corpus{"--corpus", folder / "none"};
  CHECK_THAT(refusal({}), Contains("--corpus: expected a file or a folder"));
  CHECK_THAT(refusal(corpus), Contains("none"));
  CHECK_THAT(refusal({"--corpus", "x", "--preset", "huge"}), Contains("huge"));
  CHECK_THAT(
      refusal({"--corpus", "x", "--objective", "guess"}),
      Contains("objective: expected replaced_token_detection, ") && Contains(", found \"guess\""));
  CHECK_THAT(refusal({"--corpus", "x", "--device", "tpu"}), Contains("tpu"));
  CHECK_THAT(refusal({"--corpus", "x", "--seed", "-1"}),
             Contains("--seed: expected 0 or more, found -1"));
  CHECK_THAT(refusal({"--corpus", "x", "--set", "schedule.paek=1"}), Contains("schedule.paek"));
  CHECK_THAT(refusal({"--resume"}), Contains("config.resolved.json"));
}
