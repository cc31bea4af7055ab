#include "electra/train/run.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/checkpoint.h"
#include "electra/io/train_log.h"
#include "support/thread_ranks.h"
#include "train/toy_run.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::Labels;
using electra::test::message_of;
using electra::test::ToyRun;
using nlohmann::json;

namespace {

namespace fs = std::filesystem;

std::vector<json> lines(const RunFolder& folder, const std::string& kind = {}) {
  std::vector<json> found;
  std::istringstream text(read_file(folder.log()));
  for (std::string line; std::getline(text, line);) {
    const json record = json::parse(line);
    if (kind.empty() || record["kind"] == kind) found.push_back(record);
  }
  return found;
}

/// What a log says of training alone: without times, and without the lines on the run itself.
std::vector<json> figures(const RunFolder& folder) {
  std::vector<json> kept;
  for (json line : lines(folder)) {
    if (line["kind"] == "run" || line["kind"] == "resume") continue;
    for (const char* key :
         {"t", "ms", "tokens_per_second", "tokens_per_second_padded", "memory_bytes", "wall_s"})
      line.erase(key);
    kept.push_back(line);
  }
  return kept;
}

std::vector<std::string> checkpoints(const RunFolder& folder) {
  std::vector<std::string> names;
  for (const fs::path& path : list_checkpoints(folder.checkpoints()))
    names.push_back(path.filename().string());
  return names;
}

void check_same_end(const RunFolder& a, const RunFolder& b) {
  for (const char* file : {"parameters", "moment_1", "moment_2", "metrics"}) {
    INFO(file);
    const std::string name = "checkpoint-12/" + std::string(file) + ".safetensors";
    const bool same = read_file(a.checkpoints() / name) == read_file(b.checkpoints() / name);
    CHECK(same);
  }
  CHECK(figures(a) == figures(b));
  CHECK(read_file(a.root / "toy/weight.txt") == read_file(b.root / "toy/weight.txt"));
}

/// The mean over these steps' labels of (weight - label)^2 / 2.
double distance(double weight, const std::vector<Index>& steps) {
  double sum = 0, count = 0;
  Labels labels(4);
  for (const Index step : steps) {
    const StepBatch batch = labels.at(step);
    for (const std::int32_t label : batch.batch.column("label")) {
      sum += (weight - label) * (weight - label) / 2;
      ++count;
    }
  }
  return sum / count;
}

}  // namespace

TEST_CASE("an objective of one number is a whole run, without a text anywhere", "[run]") {
  ToyRun toy;
  std::vector<Index> reported, evaluated;
  toy.callbacks.progress = [&](const Progress& p) { reported.push_back(p.step); };
  toy.callbacks.evaluated = [&](Index step, const FigureValues&) { evaluated.push_back(step); };
  const RunResult result = toy.run();
  CHECK(result.end == RunResult::End::finished);
  CHECK(result.step == 12);
  CHECK(reported == std::vector<Index>{4, 8, 12});
  CHECK(evaluated == std::vector<Index>{0, 6, 12});
  CHECK(checkpoints(toy.folder) ==
        std::vector<std::string>{"checkpoint-12", "checkpoint-10", "checkpoint-5"});
  CHECK(fs::exists(toy.folder.report()));
}

TEST_CASE("the log describes the objective's figures, and its lines hold them", "[run]") {
  ToyRun toy;
  toy.config.schedule.peak = 0;  // the weight stays at 1
  toy.config.train.micro_batch = GENERATE(0, 2);
  const RunResult result = toy.run();
  const json first = lines(toy.folder, "run").at(0);
  CHECK(first.at("objective") == "toy");
  CHECK(first.at("figures").at("distance").at("title") == "Distance");
  const std::vector<json> steps = lines(toy.folder, "train");
  REQUIRE(steps.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto from = static_cast<Index>(4 * i);
    CHECK(steps[i].at("step") == 4 * (i + 1));
    CHECK(steps[i].at("distance").get<double>() ==
          Approx(distance(1, {from, from + 1, from + 2, from + 3})));
    CHECK_FALSE(steps[i].contains("weight"));  // is of evaluations alone
    CHECK(steps[i].at("epoch") == Approx(0.4 * (double(i) + 1)));
  }
  const std::vector<json> evaluations = lines(toy.folder, "evaluation");
  REQUIRE(evaluations.size() == 3);
  for (const json& evaluation : evaluations) {
    CHECK(evaluation.at("distance").get<double>() == Approx(distance(1, {1001, 1002})));
    CHECK(evaluation.at("weight") == 1.0);
    CHECK(evaluation.at("tokens") == 8);
  }
  const json end = lines(toy.folder).back();
  CHECK(end.at("reason") == "finished");
  CHECK(end.at("evaluation").at("distance") == evaluations.back().at("distance"));
  CHECK(*(*result.evaluation)["weight"] == 1.0);
}

TEST_CASE("a run learns what its objective asks for", "[run]") {
  ToyRun toy;
  toy.config.train.steps = 150;
  toy.config.train.batch = 16;
  toy.config.checkpoint.every = 0;
  const RunResult result = toy.run();
  CHECK(*(*result.evaluation)["weight"] == Approx(3).margin(0.4));
}

TEST_CASE("a finished run exports once, and dresses what it has exported", "[run]") {
  ToyRun toy;
  const RunResult result = toy.run();
  CHECK(toy.exported == 1);
  CHECK(toy.dressed == std::vector<fs::path>{toy.folder.root / "toy"});
  CHECK(std::stod(read_file(toy.folder.root / "toy/weight.txt")) ==
        Approx(*(*result.evaluation)["weight"]));
}

TEST_CASE("a run that was stopped and resumed ends as one that never stopped", "[run][law]") {
  const Index micro_batch = GENERATE(0, 2);
  ToyRun whole, stopped;
  whole.config.train.micro_batch = stopped.config.train.micro_batch = micro_batch;
  whole.run();
  stopped.stop_after(7);
  const RunResult first = stopped.run();
  CHECK(first.end == RunResult::End::interrupted);
  CHECK(first.step == 7);
  CHECK(lines(stopped.folder).back().at("reason") == "interrupted");
  CHECK(checkpoints(stopped.folder).front() == "checkpoint-7");
  CHECK(stopped.exported == 0);
  CHECK_FALSE(fs::exists(stopped.folder.root / "toy"));
  stopped.callbacks.stop_requested = {};
  stopped.first_weight = std::numeric_limits<float>::quiet_NaN();  // must not be asked for
  CHECK(stopped.run(Start::resume).end == RunResult::End::finished);
  CHECK(stopped.exported == 1);
  check_same_end(whole.folder, stopped.folder);
}

TEST_CASE("a finished run that is resumed only evaluates and exports again", "[run]") {
  ToyRun toy;
  toy.run();
  const std::string weight = read_file(toy.folder.root / "toy/weight.txt");
  const auto evaluations = lines(toy.folder, "evaluation");
  const RunResult again = toy.run(Start::resume);
  CHECK(again.end == RunResult::End::finished);
  CHECK(lines(toy.folder, "evaluation").size() == evaluations.size());
  CHECK(again.step == 12);
  CHECK(read_file(toy.folder.root / "toy/weight.txt") == weight);
  CHECK(lines(toy.folder, "train").size() == 3);
}

TEST_CASE("two ranks on threads learn what one does, and one of them speaks", "[run][threads]") {
  ToyRun whole, shared;
  const RunResult alone = whole.run();
  std::vector<Index> reported;
  shared.callbacks.progress = [&](const Progress& p) {
    reported.push_back(p.world == 2 ? p.step : -1);
  };
  std::array<RunResult, 2> results;
  const auto messages = test::on_threads(2, [&](Communicator& ranks, Context& context) {
    results[static_cast<std::size_t>(ranks.rank())] = shared.run(Start::fresh, ranks, context);
  });
  for (const std::string& message : messages) CHECK(message.empty());
  for (const RunResult& result : results) {
    CHECK(result.step == 12);
    CHECK(*(*result.evaluation)["weight"] == Approx(*(*alone.evaluation)["weight"]).epsilon(1e-5));
  }
  CHECK(reported == std::vector<Index>{4, 8, 12});
  CHECK(shared.exported == 1);
  CHECK(shared.dressed.size() == 1);
  const auto expected = lines(whole.folder, "train"), found = lines(shared.folder, "train");
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i].at("distance").get<double>() ==
          Approx(expected[i].at("distance").get<double>()).epsilon(1e-5));
}

TEST_CASE("two ranks that were stopped and resumed end as two that never stopped",
          "[run][law][threads]") {
  ToyRun whole, stopped;
  // Ranks add up their sums when they save: both at the same steps, or a line may be rounded
  // otherwise.
  whole.config.checkpoint.every = stopped.config.checkpoint.every = 6;
  const auto run = [](ToyRun& toy, Start start) {
    const auto messages = test::on_threads(
        2, [&](Communicator& ranks, Context& context) { (void)toy.run(start, ranks, context); });
    for (const std::string& message : messages) CHECK(message.empty());
  };
  run(whole, Start::fresh);
  std::atomic<bool> stop = false;
  stopped.callbacks.progress = [&](const Progress&) { stop = true; };  // after step 4
  stopped.callbacks.stop_requested = [&] { return stop.load(); };      // all know after step 6
  run(stopped, Start::fresh);
  CHECK(checkpoints(stopped.folder).front() == "checkpoint-6");  // in the midst of a line's steps
  stopped.callbacks = {};
  run(stopped, Start::resume);
  check_same_end(whole.folder, stopped.folder);
}

TEST_CASE("a checkpoint of another identity is refused by name and left alone", "[run]") {
  ToyRun toy;
  toy.run();
  const std::string log = read_file(toy.folder.log());
  toy.identity["labels_hash"] = "xyz";
  CHECK_THAT(message_of<IoError>([&] { toy.run(Start::resume); }),
             Contains("checkpoint-12") && Contains("another labels") &&
                 Contains(toy.folder.root.string()));
  toy.identity = {{"tokens_hash", "abc"}};  // which the checkpoint does not know
  CHECK_THAT(message_of<IoError>([&] { toy.run(Start::resume); }), Contains("tokens_hash"));
  CHECK(read_file(toy.folder.log()) == log);
}

TEST_CASE("a checkpoint keeps the recipe's identity and notes", "[run]") {
  ToyRun toy;
  toy.run();
  const LatestCheckpoint latest = latest_checkpoint(toy.folder.checkpoints());
  REQUIRE(latest.checkpoint);
  CHECK(latest.checkpoint->step() == 12);
  CHECK(latest.checkpoint->text("labels_hash") == "abc");
  CHECK(latest.checkpoint->text("note") == "kept");
  CHECK_FALSE(latest.checkpoint->text("platform").empty());
  CHECK(latest.checkpoint->integer("skipped") == 0);
}

TEST_CASE("there must be a checkpoint to resume from", "[run]") {
  ToyRun toy;
  CHECK_THAT(message_of<IoError>([&] { toy.run(Start::resume); }),
             Contains("no complete checkpoint to resume from"));
}

TEST_CASE("what ends a run is thrown, and its log's last line says so", "[run]") {
  ToyRun toy;
  SECTION("the source fails") {
    toy.source_fails_at = 9;
    CHECK_THAT(message_of<IoError>([&] { toy.run(); }), Contains("no labels for step 9"));
    CHECK(lines(toy.folder).back().at("step") == 9);
    CHECK(checkpoints(toy.folder).front() == "checkpoint-5");
  }
  SECTION("the training diverges") {
    toy.config.schedule = {.peak = 1e30, .warmup = 0, .power = 0};
    toy.config.optimizer.clip_norm = 0;
    CHECK_THAT(message_of<TrainingError>([&] { toy.run(); }), Contains("not finite"));
  }
  CHECK(lines(toy.folder).back().at("kind") == "end");
  CHECK(lines(toy.folder).back().at("reason") == "error");
  CHECK_FALSE(lines(toy.folder).back().at("error").get<std::string>().empty());
  CHECK(toy.exported == 0);
}

TEST_CASE("first weights that are not finite begin no run, by name", "[run]") {
  ToyRun toy;
  toy.first_weight = std::numeric_limits<float>::quiet_NaN();
  CHECK_THAT(message_of<TrainingError>([&] { toy.run(); }),
             Contains("the first weights: toy/weight: nan at [0]"));
  CHECK_FALSE(fs::exists(toy.folder.log()));
}

TEST_CASE("what is not finite ends the run on every rank, by name", "[run][threads]") {
  ToyRun toy;
  toy.config.log.every = 1;
  SECTION("in a first weight") {
    toy.first_weight = std::numeric_limits<float>::infinity();
    for (const std::string& message : test::on_threads(2, [&](Communicator&ranks, Context&context) {
           (void)toy.run(Start::fresh, ranks, context);
         }))
      CHECK_THAT(message, Contains("toy/weight: inf at [0]"));
  }
  SECTION("in a figure") {
    toy.first_weight = 1e30F;  // whose square is not
    for (const std::string& message : test::on_threads(2, [&](Communicator&ranks, Context&context) {
           (void)toy.run(Start::fresh, ranks, context);
         }))
      CHECK_THAT(message,
                 Contains("held out at step 0: distance is not finite (inf); all weights"));
    CHECK(lines(toy.folder).back().at("reason") == "error");
  }
}

TEST_CASE("a run cannot end before the checkpoint that it goes on from", "[run]") {
  ToyRun toy;
  toy.run();
  const std::string log = read_file(toy.folder.log());
  toy.config.train.steps = 11;
  CHECK_THAT(message_of<ConfigError>([&] { toy.run(Start::resume); }),
             Contains("train.steps: expected at least 12") && Contains("checkpoint-12") &&
                 Contains("found 11"));
  CHECK(read_file(toy.folder.log()) == log);
}

TEST_CASE("intervals of 0 leave what a run must leave at its end", "[run]") {
  ToyRun toy;
  toy.config.evaluate.every = toy.config.checkpoint.every = toy.config.log.every = 0;
  std::vector<Index> evaluated;
  toy.callbacks.evaluated = [&](Index step, const FigureValues&) { evaluated.push_back(step); };
  toy.run();
  CHECK(evaluated == std::vector<Index>{0, 12});
  CHECK(checkpoints(toy.folder) == std::vector<std::string>{"checkpoint-12"});
  CHECK(logged_lines(toy.folder.log(), "train", 12).size() == 12);  // a twentieth, but 1 at least
}
