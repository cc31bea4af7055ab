#include "electra/finetune/finetuning.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/host_copy.h"
#include "electra/finetune/objectives.h"
#include "electra/finetune/task_source.h"
#include "electra/formats/stored_head.h"
#include "electra/io/train_log.h"
#include "electra/parallel/communicator.h"
#include "electra/train/trainer.h"
#include "finetune/tiny_task.h"
#include "support/host_copy.h"
#include "support/near.h"
#include "support/thread_ranks.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

namespace {

double first_score(const FinetuningResult& result) { return result.scores.at(0).mean; }

std::string weights(const fs::path& model) { return read_file(model / "model.safetensors"); }

}  // namespace

TEST_CASE("every task learns what a word gives away, and leaves a model that says how it was made",
          "[finetuning]") {
  const auto [task, least] = GENERATE(table<std::string, double>({{"classify", 0.95},
                                                                  {"multilabel", 0.7},
                                                                  {"regress", 0.9},
                                                                  {"tag", 0.95},
                                                                  {"answer", 0.9},
                                                                  {"embed", 0.5}}));
  CAPTURE(task);
  TinyTask tiny(task);
  const FinetuningResult result = tiny.run();
  REQUIRE(result.end == RunResult::End::finished);
  CHECK(first_score(result) > least);
  CHECK(result.seeds.at(0).restarts == 0);
  const StoredHead head = read_head(tiny.options.out);
  CHECK(head.task == task);
  CHECK(head.length == 32);
  for (const char* file : {"vocab.txt", "tokenizer_config.json", "finetune.json", "report.html"})
    CHECK(fs::exists(tiny.options.out / file));
}

TEST_CASE("fine-tuning that was stopped anywhere and resumed ends as one that never stopped",
          "[finetuning][law]") {
  const Keep keep = GENERATE(Keep::last, Keep::best);
  TinyTask whole("classify"), stopped("classify");
  whole.options.config.seeds = stopped.options.config.seeds = 2;
  whole.options.config.keep = stopped.options.config.keep = keep;
  const FinetuningResult expected = whole.run();
  stopped.stop_after(17);
  Index stops = 0;
  FinetuningResult found = stopped.run();
  for (stopped.options.start = Start::resume; found.end == RunResult::End::interrupted; ++stops) {
    stopped.stop_after(17);
    found = stopped.run();
  }
  CHECK(stops == 9);  // 160 steps
  CHECK(weights(stopped.options.out) == weights(whole.options.out));
  for (std::size_t seed = 0; seed < 2; ++seed)
    for (std::size_t s = 0; s < expected.seeds[seed].scores.size(); ++s)
      CHECK(found.seeds[seed].scores[s].value == expected.seeds[seed].scores[s].value);
}

TEST_CASE("what is left after the last run is heard to stop, too, and done by a resume",
          "[finetuning][law]") {
  TinyTask whole("tag"), stopped("tag");
  whole.options.config.epochs = stopped.options.config.epochs = 1;
  whole.options.config.restarts = stopped.options.config.restarts = 0;
  REQUIRE(whole.run().end == RunResult::End::finished);
  const fs::path model = stopped.options.out / "config.json";
  // Asked once while its predictions are made, or so often that it is in the midst of intervals.
  const Index asked = GENERATE(1, 20);
  stopped.callbacks.stop_requested = [&, often = Index{0}]() mutable {
    return fs::exists(model) && ++often >= asked;
  };
  CHECK(stopped.run().end == RunResult::End::interrupted);
  CHECK_FALSE(fs::exists(stopped.options.out / "report.html"));
  stopped.do_not_stop();
  CHECK(stopped.resume().end == RunResult::End::finished);
  CHECK(fs::exists(stopped.options.out / "report.html"));
  CHECK(weights(stopped.options.out) == weights(whole.options.out));
}

TEST_CASE("how often a run is logged and can be resumed from is as asked", "[finetuning]") {
  TinyTask tiny("classify");
  tiny.options.config.epochs = 1;
  tiny.options.config.restarts = 0;
  tiny.options.config.log.every = 7;
  tiny.options.config.checkpoint = {.every = 3, .keep = 0};
  const RunFolder run{tiny.options.out / "runs" / "seed_1"};
  std::size_t checkpoints = 0;
  tiny.callbacks.stepped = [&](Index step) {
    if (step == 10) checkpoints = list_checkpoints(run.checkpoints()).size();
  };
  REQUIRE(tiny.run().end == RunResult::End::finished);
  CHECK(checkpoints == 3);
  const auto lines = logged_lines(run.log(), "train", 20);
  REQUIRE(lines.size() == 2);
  CHECK((lines[0].step == 7 && lines[1].step == 14));
}

TEST_CASE("several seeds are several runs, and the best is what the folder has", "[finetuning]") {
  TinyTask tiny("classify");
  tiny.options.config.epochs = 1;
  tiny.options.config.restarts = 0;
  tiny.options.config.seeds = 3;
  const FinetuningResult result = tiny.run();
  REQUIRE(result.seeds.size() == 3);
  double best = 0, sum = 0;
  for (const SeedResult& seed : result.seeds) {
    sum += seed.scores[0].value;
    best = std::max(best, seed.scores[0].value);
    if (seed.seed == result.best) CHECK(seed.scores[0].value == best);
  }
  CHECK(first_score(result) == Approx(sum / 3));
  const fs::path run = tiny.options.out / "runs" / ("seed_" + std::to_string(result.best));
  CHECK(weights(tiny.options.out) == weights(run / "model"));
}

TEST_CASE("the best epoch's weights are kept on request, and their scores are those reported",
          "[finetuning]") {
  TinyTask tiny("classify");
  tiny.options.config.keep = Keep::best;
  tiny.options.config.schedule.peak = 1e-2;
  const FinetuningResult result = tiny.run();
  double best = 0;
  const fs::path run = tiny.options.out / "runs" / "seed_1";
  for (const LoggedLine& line : logged_lines(run / "train.jsonl", "evaluation", 1000000))
    if (line.step > 0) best = std::max(best, line["accuracy"].value_or(0));
  CHECK(first_score(result) == Approx(best));
  CHECK(weights(tiny.options.out) == weights(run / "best"));
}

TEST_CASE("a run that learns nothing begins again with a lower rate, and then ends",
          "[finetuning]") {
  TinyTask tiny("classify", 640);
  tiny.options.config.schedule.peak = 1e-7;  // too low ever to learn
  std::vector<std::string> said;
  tiny.callbacks.say = [&](const std::string& text) { said.push_back(text); };
  CHECK_THROWS_WITH(tiny.run(), Contains("nothing was learned with seed 1 in 3 attempts"));
  CHECK_THAT(said, Catch::VectorContains(
                       std::string("seed 1 begins again with seed 2 and a rate of 3.3333333e-08")));
  for (const char* run : {"seed_1", "seed_1_restart_1", "seed_1_restart_2"})
    CHECK(fs::exists(tiny.options.out / "runs" / run / "report.html"));
  CHECK_FALSE(fs::exists(tiny.options.out / "model.safetensors"));
}

TEST_CASE("a model gives no longer answers than it was trained for, wherever it is evaluated",
          "[finetuning]") {
  TinyTask tiny("answer");
  tiny.options.config.epochs = 2;
  tiny.options.config.restarts = 0;
  tiny.options.config.answers.longest = 7;
  (void)tiny.run();
  CHECK(read_head(tiny.options.out).max_answer_length == 7);
}

TEST_CASE("a rate that makes weights not finite counts as learning nothing", "[finetuning]") {
  TinyTask tiny("classify", 640);
  tiny.options.config.schedule.peak = 1e30;
  tiny.options.config.restarts = 0;
  CHECK_THROWS_WITH(tiny.run(), Contains("nothing was learned with seed 1 in 1 attempt") &&
                                    Contains("not finite"));
}

TEST_CASE("labels of another file, and files that cannot be, are refused before a folder is made",
          "[finetuning]") {
  TinyTask tiny("classify");
  const auto refusal = [&] {
    try {
      (void)tiny.run();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  SECTION("a label that training lacks") {
    tiny.write("dev.tsv", "the film was good\tyes\nthe ship was fine\tperhaps\n");
    CHECK_THAT(refusal(), Contains("dev.tsv, line 2") && Contains("\"perhaps\""));
  }
  SECTION("a length beyond the positions") {
    tiny.options.config.features.length = 64;
    CHECK_THAT(refusal(), Contains("features.length: expected at most the 48 positions"));
  }
  SECTION("another command's folder") {
    fs::create_directories(tiny.options.out);
    std::ofstream(tiny.options.out / "config.json") << "mine";
    CHECK_THAT(refusal(), Contains("config.json: fine-tuning would write this"));
    CHECK(read_file(tiny.options.out / "config.json") == "mine");
  }
  CHECK_FALSE(fs::exists(tiny.options.out / "finetune.json"));
  CHECK_FALSE(fs::exists(tiny.options.out / "runs"));
}

TEST_CASE("a resume with other values is refused, and names them", "[finetuning]") {
  TinyTask tiny("classify");
  tiny.stop_after(3);
  REQUIRE(tiny.run().end == RunResult::End::interrupted);
  tiny.do_not_stop();
  tiny.options.config.epochs = 9;
  CHECK_THROWS_WITH(tiny.resume(), Contains("epochs: expected 4") && Contains("found 9"));
  tiny.options.config = finetune_configuration(FinetuneFolder{tiny.options.out});
  tiny.write("train.tsv", TaskWriter(3).of("classify", 160));
  CHECK_THROWS_WITH(tiny.resume(), Contains("another data"));
}

TEST_CASE("ranks change nothing but rounding, in batches that do not divide evenly",
          "[finetuning][law]") {
  const std::string task = GENERATE("classify", "tag", "answer", "multilabel", "regress");
  CAPTURE(task);
  TinyTask tiny(task, 42);
  const FinetuneConfig& config = tiny.options.config;
  const StoredTokenizer tokenizer = load_tokenizer(config.model);
  const Wordpiece wordpiece(tokenizer.vocabulary, tokenizer.options);
  const TaskData data = read_task_data(config, wordpiece, tokenizer.vocabulary.special_ids(),
                                       [](const std::string&) {});
  const auto trained = [&](int count) {
    std::vector<std::vector<double>> ends(static_cast<std::size_t>(count));
    const auto messages = on_threads(count, [&](Communicator& ranks, Context& context) {
      ParameterStore store;
      const TaskInfo& info = task_named(task);
      const Index outputs = task == "regress" ? 1 : task == "answer" ? 2 : data.labels.size();
      const auto objective =
          make_objective(store, {.data = data,
                                 .network = read_network_config(config.model),
                                 .head = {.kind = std::string(info.head),
                                          .task = task,
                                          .labels = data.labels.names(),
                                          .config = {.outputs = outputs, .dropout = 0.1F}}});
      store.allocate(context, Precision::f32);
      store.initialise(1, 0.1F);
      TrainerConfig trainer_config(config);
      trainer_config.steps = 12;
      trainer_config.schedule.warmup = 1;
      Trainer trainer(store, *objective, ranks, trainer_config);
      TrainingSource source(data, {.batch = 8, .rank = ranks.rank(), .ranks = ranks.size()});
      for (Index step = 0; step < 12; ++step) trainer.step(source.at(step));
      trainer.wait();
      ends[static_cast<std::size_t>(ranks.rank())] = to_host_f64(context, store.master());
    });
    for (const std::string& message : messages) REQUIRE(message.empty());
    for (const auto& end : ends) CHECK(end == ends[0]);
    return ends[0];
  };
  CHECK(relative_error(trained(2), trained(1), 0) < 1e-4);
}
