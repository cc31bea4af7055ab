#include "electra/train/run_log.h"

#include <catch2/catch.hpp>

#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

/// The log of a run with this one line.
std::string log_of(const Progress& progress) {
  const test::TemporaryFolder folder;
  RunLog::Facts facts;
  facts.platform = "a card";
  RunLog::create(folder.path(), facts).train(progress);
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
