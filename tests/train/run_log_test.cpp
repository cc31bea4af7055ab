#include "electra/train/run_log.h"

#include <array>
#include <catch2/catch.hpp>

#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

constexpr std::array<Figure, 2> figures{
    {{.key = "loss", .title = "Loss", .label = "loss", .digits = 2},
     {.key = "accuracy",
      .title = "Accuracy",
      .style = Figure::Style::percent,
      .better = Figure::Better::more,
      .label = "acc",
      .before = " | ",
      .chance = 0.5}}};

/// The log of a run with this one line.
std::string log_of(const Progress& progress) {
  const test::TemporaryFolder folder;
  LogRecord facts;
  facts.add("platform", "a card");
  RunLog::create(folder.path(), facts, figures).train(progress);
  return read_file(folder.path() / "train.jsonl");
}

Progress with_slow_products(Index count) {
  Progress progress;
  progress.slow_products = count;
  return progress;
}

}  // namespace

TEST_CASE("products that are computed slowly are counted in the log and shown", "[run_log]") {
  CHECK_THAT(log_of(with_slow_products(2)), Contains("\"slow_products\":2,"));
  CHECK_THAT(log_of({}), Contains("\"slow_products\":0,"));
  CHECK_THAT(progress_line(with_slow_products(2)), Contains(" | slow products 2 | "));
  CHECK_THAT(progress_line({}), !Contains("slow"));
}

TEST_CASE("the first line of the log names what decides the bits", "[run_log]") {
  CHECK_THAT(log_of({}), Contains("\"platform\":\"a card\""));
}

TEST_CASE("the first line of the log describes every figure, and those that follow hold them",
          "[run_log]") {
  Progress progress;
  progress.values = FigureValues(figures, {2.5, std::nullopt}, 7);
  const std::string log = log_of(progress);
  CHECK_THAT(log, Contains(R"("figures":{"loss":{"title":"Loss","better":"less"},"accuracy":)") &&
                      Contains(R"("style":"percent","better":"more")") &&
                      Contains(R"("chance":0.5)") && Contains(R"("loss":2.5)") &&
                      !Contains(R"("accuracy":0)"));
  CHECK_THAT(progress_line(progress), Contains("loss 2.50 | acc - | lr"));
}

TEST_CASE("the last line says why the run ended, and what went wrong", "[run_log]") {
  const test::TemporaryFolder folder;
  RunLog log = RunLog::create(folder.path(), {}, figures);
  log.end("error", 7, 1.5, std::nullopt, "held out at step 7: loss is not finite (nan)");
  CHECK_THAT(
      read_file(folder.path() / "train.jsonl"),
      Contains(R"x("reason":"error","error":"held out at step 7: loss is not finite (nan)")x"));
  log.end("finished", 8, 1.5, std::nullopt);
  CHECK_THAT(read_file(folder.path() / "train.jsonl"), Contains(R"("reason":"finished","step":8)"));
}
