#include "electra/train/trainer_config.h"

#include <catch2/catch.hpp>

using namespace electra;

TEST_CASE("a trainer's configuration is what a run's says of steps", "[trainer_config]") {
  RunConfig config;
  config.seed = 5;
  config.train = {.steps = 30, .batch = 8, .micro_batch = 2};
  config.optimizer.beta1 = 0.5;
  config.schedule.peak = 0.25;
  config.ranks.reduction = Reduction::bf16;
  const TrainerConfig trainer = config;
  CHECK(trainer.seed == 5);
  CHECK(trainer.steps == 30);
  CHECK(trainer.batch == 8);
  CHECK(trainer.micro_batch == 2);
  CHECK(trainer.optimizer.beta1 == 0.5);
  CHECK(trainer.schedule.peak == 0.25);
  CHECK(trainer.reduction == Reduction::bf16);
}
