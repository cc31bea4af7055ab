#include "electra/pretrain/pretraining.h"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "electra/core/file.h"
#include "electra/core/instruction_set.h"
#include "electra/infer/detector.h"
#include "electra/io/checkpoint.h"
#include "electra/io/config.h"
#include "pretrain/run_contents.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

TEST_CASE("a run leaves in its folder what users are promised", "[pretraining]") {
  TinyRun run;
  run.options.dump_examples = run.folder() / "examples.safetensors";
  const RunResult result = run.run();
  CHECK(result.end == RunResult::End::finished);
  CHECK(result.step == 12);
  const PretrainFolder out = run.out();
  for (const fs::path& path : {out.vocabulary(), out.config(), out.log(), out.report(),
                               run.options.dump_examples, out.checkpoints() / "checkpoint-12"}) {
    INFO(path);
    CHECK(fs::exists(path));
  }
  for (const fs::path& model : {out.generator(), out.discriminator()})
    for (const char* file : {"config.json", "model.safetensors", "vocab.txt", "tokenizer.json",
                             "tokenizer_config.json"}) {
      INFO(model / file);
      CHECK(fs::exists(model / file));
    }
  const std::vector<nlohmann::json> lines = log_lines(out);
  CHECK(lines.front().at("kind") == "run");
  CHECK(lines.back().at("kind") == "end");
  CHECK(lines.back().at("reason") == "finished");
  const nlohmann::json& end = lines.back().at("evaluation");
  for (const char* metric : {"loss", "mlm_loss", "mlm_accuracy", "disc_loss", "disc_auc"}) {
    INFO(metric);
    CHECK(std::isfinite(end.at(metric).get<double>()));
  }
  CHECK(end.at("disc_auc").get<double>() == *(*result.evaluation)["disc_auc"]);
  const Detection detection = Detector(out.discriminator()).detect("the old captain saw a whale .");
  CHECK(detection.ids.size() > 2);
  CHECK(detection.probabilities.size() == detection.ids.size());
  for (const double probability : detection.probabilities)
    CHECK((probability > 0 && probability < 1));
}

TEST_CASE("the same seed twice is the same run, bit for bit; another seed is another",
          "[pretraining][law]") {
  TinyRun a, b, other;
  a.run();
  b.run();
  check_same_end(a.out(), b.out());
  other.options.config.seed = 2;
  other.run();
  CHECK(figures(a.out()) != figures(other.out()));
}

TEST_CASE("a run that was stopped and resumed ends as one that never stopped",
          "[pretraining][law]") {
  TinyRun whole, stopped;
  whole.run();
  stopped.stop_after(7);
  const RunResult first = stopped.run();
  CHECK(first.end == RunResult::End::interrupted);
  CHECK(first.step == 7);
  CHECK(log_lines(stopped.out()).back().at("reason") == "interrupted");
  CHECK(fs::exists(stopped.out().checkpoints() / "checkpoint-7"));
  stopped.do_not_stop();
  stopped.options.config = config_from_file<PretrainConfig>(stopped.out().config());
  CHECK(stopped.resume().end == RunResult::End::finished);
  check_same_end(whole.out(), stopped.out());
}

// What the next test runs in a process of its own: a run that kills itself after eight steps.
TEST_CASE("a run that kills itself", "[.killed]") {
  TinyRun run;
  run.options.out = std::getenv("ELECTRA_TEST_RUN");
  run.callbacks.stepped = [](Index step) {
    if (step == 8) std::raise(SIGKILL);
  };
  run.run();
}

TEST_CASE("a run that was killed and resumed ends as one that never stopped",
          "[pretraining][law]") {
  TinyRun whole, killed;
  whole.run();
  setenv("ELECTRA_TEST_RUN", killed.options.out.c_str(), 1);
  const std::string self = fs::read_symlink("/proc/self/exe").string();
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    execl(self.c_str(), self.c_str(), "a run that kills itself", nullptr);
    _exit(1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  REQUIRE(WTERMSIG(status) == SIGKILL);
  CHECK(fs::exists(killed.out().checkpoints() / "checkpoint-5"));
  CHECK(killed.resume().step == 12);
  check_same_end(whole.out(), killed.out());
}

TEST_CASE("micro-batches change nothing but rounding in a whole run", "[pretraining][law]") {
  TinyRun whole, split;
  split.options.config.train.micro_batch = 2;
  const RunResult a = whole.run();
  const RunResult b = split.run();
  CHECK(*(*b.evaluation)["loss"] == Approx(*(*a.evaluation)["loss"]).epsilon(1e-4));
}

TEST_CASE("a new run does not take over an older one", "[pretraining]") {
  TinyRun run;
  run.run();
  const std::string log = read_file(run.out().log());
  CHECK_THAT(message_of<ConfigError>([&] { run.run(); }),
             Contains(run.options.out.string()) && Contains("there is a run already"));
  CHECK(read_file(run.out().log()) == log);
}

TEST_CASE("no file of the user's is touched before the inputs are open", "[pretraining]") {
  TinyRun run;
  const PretrainFolder folder = run.out();
  make_folders(folder.root);
  SECTION("a corpus that is not there") {
    run.options.config.data.corpus = (run.folder() / "missing").string();
    write_file(folder.root / "notes.txt", "mine");
    CHECK_THROWS_AS(run.run(), IoError);
    CHECK(read_file(folder.root / "notes.txt") == "mine");
    CHECK_FALSE(fs::exists(folder.config()));
  }
  SECTION("files with the names of a run's") {
    for (const fs::path& file : {folder.vocabulary(), folder.log(), folder.report()})
      write_file(file, "mine");
    CHECK_THAT(message_of<ConfigError>([&] { run.run(); }), Contains("a run would write this"));
    for (const fs::path& file : {folder.vocabulary(), folder.log(), folder.report()})
      CHECK(read_file(file) == "mine");
  }
  SECTION("another run's, and a vocabulary that is not there") {
    run.run();
    const std::string before = read_file(folder.log());
    run.options.config.vocabulary.file = "missing.txt";
    CHECK_THROWS_AS(run.run(), ConfigError);
    CHECK(read_file(folder.log()) == before);
  }
}

TEST_CASE("an application that a launcher has started is one of its ranks", "[pretraining]") {
  TinyRun run;
  for (const auto& [name, value] : {std::pair{"RANK", "7"}, {"WORLD_SIZE", "2"}})
    setenv(name, value, 1);
  const std::string message = message_of<ConfigError>([&] { run.run(); });
  for (const char* name : {"RANK", "WORLD_SIZE"}) unsetenv(name);
  CHECK_THAT(message, Contains("RANK"));
  run.options.launch = Launch{};  // unless it says otherwise
  setenv("RANK", "7", 1);
  CHECK(run.run().step == 12);
  unsetenv("RANK");
}

TEST_CASE("a checkpoint and the log name what decides the last bits", "[pretraining]") {
  TinyRun run;
  run.run();
  const LatestCheckpoint latest = latest_checkpoint(run.out().checkpoints());
  REQUIRE(latest.checkpoint);
  const std::string platform = "cpu, " + std::string(to_string(instruction_set()));
  CHECK(latest.checkpoint->text("platform") == platform);
  CHECK(log_lines(run.out()).front().at("platform") == platform);
}

TEST_CASE("there must be something to resume", "[pretraining]") {
  TinyRun run;
  CHECK_THAT(message_of<IoError>([&] { run.resume(); }), Contains("no complete checkpoint"));
  CHECK_FALSE(fs::exists(run.options.out));
}

TEST_CASE("what no run can be made of is refused before anything is written", "[pretraining]") {
  TinyRun run;
  SECTION("an objective that there is not") {
    run.options.config.objective = "typo";
    CHECK_THAT(message_of<ConfigError>([&] { run.run(); }), Contains("replaced_token_detection"));
  }
  SECTION("a batch that cannot be divided") {
    run.options.config.train.micro_batch = 5;
    CHECK_THAT(message_of<ConfigError>([&] { run.run(); }), Contains("train.batch"));
  }
  CHECK_FALSE(fs::exists(run.options.out));
}

TEST_CASE("a run with another vocabulary is not resumed", "[pretraining]") {
  TinyRun run;
  run.stop_after(3);
  run.run();
  std::string vocabulary = read_file(run.out().vocabulary());
  write_file(run.out().vocabulary(),
             vocabulary.replace(vocabulary.rfind("\n", vocabulary.size() - 2), std::string::npos,
                                "\nother\n"));
  CHECK_THAT(message_of<IoError>([&] { run.resume(); }),
             Contains("corpus.etok") && Contains("vocabulary"));
}

TEST_CASE("a damaged newest checkpoint is passed over, and said so", "[pretraining]") {
  TinyRun run;
  run.stop_after(7);
  run.run();
  write_file(run.out().checkpoints() / "checkpoint-7" / "parameters.safetensors", "damaged");
  std::string said;
  run.callbacks.say = [&](const std::string& text) { said += text + "\n"; };
  run.do_not_stop();
  CHECK(run.resume().step == 12);
  CHECK_THAT(said,
             Contains("checkpoint-7") && Contains("passed over") && Contains("resumed at step 5"));
}

TEST_CASE("what cannot be trained on is named", "[pretraining]") {
  TinyRun run;
  run.options.config.data.corpus = (run.folder() / "missing").string();
  CHECK_THAT(message_of<IoError>([&] { run.run(); }), Contains("missing"));
  write_file(run.folder() / "empty.txt", "\n\n");
  run.options.config.data.corpus = (run.folder() / "empty.txt").string();
  CHECK_THAT(message_of<IoError>([&] { run.run(); }), Contains("empty.txt"));
  write_file(run.folder() / "one.txt", "a document\n");
  run.options.config.data.corpus = (run.folder() / "one.txt").string();
  CHECK_THAT(message_of<ConfigError>([&] { run.run(); }), Contains("document"));
}

TEST_CASE("values that cannot be are refused before anything is written", "[pretraining]") {
  TinyRun run;
  run.options.config.data.length = 64;  // positions are 32
  CHECK_THAT(message_of<ConfigError>([&] { run.run(); }),
             Contains("data.length") && Contains("32") && Contains("64"));
  CHECK_FALSE(fs::exists(run.options.out));
}

TEST_CASE("a run that diverges stops with the first bad tensor, and its log says so",
          "[pretraining]") {
  TinyRun run;
  run.options.config.schedule.peak = 1e30;
  run.options.config.schedule.warmup = 0;
  run.options.config.optimizer.clip_norm = 0;
  CHECK_THAT(message_of<TrainingError>([&] { run.run(); }),
             Contains("not finite") && Contains("first bad tensor: "));
  CHECK(log_lines(run.out()).back().at("reason") == "error");
}

TEST_CASE("a run continues from the weights of another", "[pretraining]") {
  TinyRun first, second;
  const RunResult end = first.run();
  second.options.config.initialize.generator = first.out().generator().string();
  second.options.config.initialize.discriminator = first.out().discriminator().string();
  second.options.config.model = model_preset("tiny");  // the directories decide
  second.options.config.model.dropout = 0;
  std::optional<FigureValues> begin;
  second.callbacks.evaluated = [&](Index step, const FigureValues& metrics) {
    if (step == 0) begin = metrics;
  };
  second.run();
  CHECK(read_file(first.out().vocabulary()) == read_file(second.out().vocabulary()));
  REQUIRE(begin);
  CHECK(*(*begin)["loss"] == *(*end.evaluation)["loss"]);
}

TEST_CASE("only one of two networks is nothing to continue from", "[pretraining]") {
  TinyRun run;
  run.options.config.initialize.generator = "somewhere";
  CHECK_THAT(message_of<ConfigError>([&] { run.run(); }),
             Contains("initialize.discriminator: expected a directory"));
}

TEST_CASE("minutes decide the number of steps, which is recorded", "[pretraining]") {
  TinyRun run;
  run.options.minutes = 0.01;
  run.options.measured = 0.1;
  const RunResult result = run.run();
  CHECK(config_from_file<PretrainConfig>(run.out().config()).train.steps == result.step);
  CHECK(result.step >= 10);
}

TEST_CASE("what minutes chose is what is computed: the configuration that is recorded is the run's",
          "[pretraining][law]") {
  TinyRun chosen, told;
  chosen.options.config.schedule.warmup = 1;
  chosen.options.config.sampling.first_temperature = 4;
  chosen.options.config.sampling.temperature_steps = 1000000;
  chosen.options.minutes = 0.01;
  chosen.options.measured = 0.1;
  chosen.run();
  told.options.config = config_from_file<PretrainConfig>(chosen.out().config());
  CHECK(told.options.config.sampling.temperature_steps < 1000000);
  told.run();
  check_same_end(chosen.out(), told.out());
}

TEST_CASE("bf16 trains as f32 does, nearly", "[pretraining]") {
  TinyRun exact, rounded;
  rounded.options.config.precision = Precision::bf16;
  const RunResult a = exact.run();
  const RunResult b = rounded.run();
  CHECK(*(*b.evaluation)["loss"] == Approx(*(*a.evaluation)["loss"]).epsilon(0.02));
}

TEST_CASE("before the first step a run says what it is made of, and its log does",
          "[pretraining]") {
  TinyRun run;
  std::string said;
  run.callbacks.say = [&](const std::string& text) { said += text + "\n"; };
  run.run();
  CHECK_THAT(said, Contains("40 documents, 4,339 tokens, 4 documents held out, vocabulary 60") &&
                       Contains("[UNK] share: 0 %") &&
                       Contains("12 steps of 8 x 24 tokens, about 0.") && Contains("warm-up"));
  const nlohmann::json data = log_lines(run.out()).front().at("data");
  CHECK(data.at("documents") == 40);
  CHECK(data.at("files") == 1);
  CHECK(data.at("bad_lines") == 0);
  CHECK(data.at("left_out_files") == 0);
  CHECK(data.at("unknown_share") == 0);
}
