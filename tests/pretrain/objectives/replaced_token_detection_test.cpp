#include "electra/pretrain/objectives/replaced_token_detection.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/kernels/metrics.h"
#include "electra/parallel/communicator.h"
#include "train/small_run.h"

using namespace electra;

namespace {

/// The objective of a small pair, and sums to fill.
struct Objects {
  std::unique_ptr<Context> context = Context::create({});
  std::unique_ptr<Communicator> alone = Communicator::single_process();
  ParameterStore store;
  PretrainConfig config;
  ReplacedTokenDetection objective;
  Sums sums;

  explicit Objects(const PretrainConfig& c = test::small_config())
      : config(c),
        objective(store, c, SpecialIds{}),
        sums(*context, DType::f32, objective.sums()) {}

  [[nodiscard]] FigureValues values() { return objective.values(sums.read(*alone)); }
};

}  // namespace

TEST_CASE("figures follow from the sums", "[objective]") {
  Objects o;
  const FigureValues none = o.values();
  for (const Figure& figure : none.figures()) CHECK_FALSE(none[figure.key]);
  CHECK(none.tokens() == 0);

  const auto loss = o.sums.of("loss").span<float>();
  loss[0] = 60;
  loss[1] = 10;
  // Masked, right, sampled right; tokens, replaced, found, false alarms.
  const auto count = o.sums.of("count").span<std::int32_t>();
  for (std::size_t i = 0; const int value : {30, 12, 6, 200, 24, 8, 2}) count[i++] = value;
  const auto histogram = o.sums.of("histogram").span<std::int32_t>();
  histogram[10] = 3;                         // original, low
  histogram[500] = 1;                        // original, tied with a replaced one
  histogram[CountReplaced::bins + 500] = 1;  // replaced
  histogram[CountReplaced::bins + 900] = 1;  // replaced, high
  const FigureValues m = o.values();
  CHECK(*m["mlm_loss"] == Approx(2));
  CHECK(*m["disc_loss"] == Approx(0.05));
  CHECK(*m["loss"] == Approx(4.5));
  CHECK(*m["mlm_accuracy"] == Approx(0.4));
  CHECK(*m["sampled_mlm_accuracy"] == Approx(0.2));
  CHECK(*m["disc_recall"] == Approx(1.0 / 3));
  CHECK(*m["disc_precision"] == Approx(0.8));
  CHECK(*m["disc_accuracy"] == Approx((200.0 - 16 - 2) / 200));
  CHECK(*m["disc_auc"] == Approx(7.5 / 8));
  CHECK(m.tokens() == 200);
}

TEST_CASE("a step's scalars are the weights over its counts, and the temperature falls to its end",
          "[objective]") {
  PretrainConfig config = test::small_config();
  config.loss = {.generator = 2, .discriminator = 30};
  config.sampling.temperature = 0.5;
  config.sampling.first_temperature = 2.5;
  config.sampling.temperature_steps = 10;
  Objects o(config);
  StepState state(*o.context, DType::f32, o.objective.sums());
  const StepTotals totals{.tokens = 60, .columns = {{"masks", 8}}};
  const auto scalars = [&](Index step) {
    Scalars all;
    o.objective.prepare(totals, step, all);
    state.upload(all);
    return std::array{state.read(state.scalar("generator_scale")),
                      state.read(state.scalar("discriminator_scale")),
                      state.read(state.scalar("temperature"))};
  };
  CHECK(scalars(0) == std::array{0.25, 0.5, 2.5});
  CHECK(scalars(5)[2] == 1.5);
  CHECK(scalars(10)[2] == 0.5);
  CHECK(scalars(1000)[2] == 0.5);
}

TEST_CASE("what is exported is both networks", "[objective]") {
  const Objects o;
  std::vector<std::string> folders;
  for (const Export& each : o.objective.exports()) folders.push_back(each.folder);
  CHECK(folders == std::vector<std::string>{"generator", "discriminator"});
}
