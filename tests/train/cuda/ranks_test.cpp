#include "support/ranks.h"

#include <catch2/catch.hpp>

#include "train/small_run.h"

using namespace electra;
using namespace electra::test;
using namespace std::chrono_literals;

namespace {

constexpr double golden_bound = 5e-6;
constexpr Index steps = 2;

/// Small enough for emulated GPUs.
PretrainConfig tiny_config() {
  PretrainConfig config = small_config();
  config.model.layers = config.model.generator.layers = 1;
  config.data.length = 12;
  config.train.batch = 4;
  return config;
}

/// The weights of each rank after these steps.
std::vector<std::vector<float>> weights_of_ranks(int count, const PretrainConfig& config) {
  std::vector<std::vector<float>> weights(static_cast<std::size_t>(count));
  const auto messages =
      on_gpus(count, {.deadline = 120s, .reports = {}}, [&](Communicator& ranks, Context& context) {
        Run run(config, &ranks, &context);
        run.until(steps, ranks.rank(), count);
        ranks.barrier();
        weights[static_cast<std::size_t>(ranks.rank())] = run.weights();
      });
  for (const std::string& message : messages) CHECK(message.empty());
  return weights;
}

}  // namespace

TEST_CASE("2 and 4 ranks on GPUs equal one", "[nccl][cuda][law]") {
  if (!have_gpus(4)) return;
  const PretrainConfig config = tiny_config();
  const auto context = Context::create({DeviceType::cuda, 0});
  Run whole(config, nullptr, context.get());
  whole.until(steps);
  const std::vector<float> expected = whole.weights();
  for (const int count : {2, 4}) {
    const auto weights = weights_of_ranks(count, config);
    CHECK(worst_error(whole.store, expected, weights[0]) <= golden_bound);
    for (const auto& mine : weights) CHECK(mine == weights[0]);
  }
}

TEST_CASE("one rank with NCCL has the bits of one without", "[nccl][cuda][law]") {
  if (!have_gpus(1)) return;
  const PretrainConfig config = tiny_config();
  const auto context = Context::create({DeviceType::cuda, 0});
  Run whole(config, nullptr, context.get());
  whole.until(steps);
  CHECK(weights_of_ranks(1, config)[0] == whole.weights());
}

TEST_CASE("gradients that cross as bf16 train nearly the same", "[nccl][cuda]") {
  if (!have_gpus(2)) return;
  PretrainConfig config = tiny_config();
  const auto exact = weights_of_ranks(2, config);
  config.ranks.reduction = Reduction::bf16;
  const auto rounded = weights_of_ranks(2, config);
  CHECK(rounded[0] == rounded[1]);
  CHECK_FALSE(rounded[0] == exact[0]);
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < exact[0].size(); ++i) {
    difference += std::pow(double{exact[0][i]} - double{rounded[0][i]}, 2);
    norm += double{exact[0][i]} * double{exact[0][i]};
  }
  CHECK(std::sqrt(difference / norm) < 1e-2);
}
