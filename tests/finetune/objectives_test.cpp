#include "electra/finetune/objectives.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "electra/finetune/task_source.h"
#include "electra/train/trainer.h"
#include "finetune/toy_objective.h"

using namespace electra;
using namespace electra::test;

namespace {

struct Case {
  std::string name;
  std::string task;
  FinetuneConfig config = {};
  std::vector<float> class_weights = {};

  [[nodiscard]] ToyObjective make(Precision precision = Precision::f64) const {
    TaskData data = toy_data(task);
    data.class_weights = class_weights;
    return {std::move(data), config, precision};
  }
};

/// Every task, and its forms.
std::vector<Case> cases() {
  std::vector<Case> all;
  for (const char* task : {"classify", "multilabel", "regress", "tag", "answer", "embed"})
    all.push_back({.name = task, .task = task});
  for (const char* task : {"classify", "multilabel", "regress"}) {
    Case linear{.name = std::string(task) + ", linear", .task = task};
    linear.config.head.form = HeadForm::reference;
    all.push_back(linear);
  }
  for (const char* task : {"classify", "tag"})
    all.push_back({.name = std::string(task) + ", weighted",
                   .task = task,
                   .class_weights = {0.5F, 2, 1.25F}});
  for (const Pooling pooling : {Pooling::cls, Pooling::max}) {
    Case vectors{.name = "embed, other pooling", .task = "embed"};
    vectors.config.head.pooling = pooling;
    all.push_back(vectors);
  }
  return all;
}

/// The element of the largest gradient of a parameter, and two others.
std::vector<Index> some_elements(const std::vector<double>& gradient) {
  const auto largest =
      std::ranges::max_element(gradient, {}, [](double value) { return std::abs(value); });
  const Index size = std::ssize(gradient);
  return {largest - gradient.begin(), size / 3, size - 1};
}

double numeric(double& weight, const std::function<double()>& loss) {
  const double before = weight, step = 1e-5;  // below the distance to another maximum
  const auto at = [&](double offset) {
    weight = before + offset;
    return loss();
  };
  const double near = at(step) - at(-step), far = at(2 * step) - at(-2 * step);
  weight = before;
  return (8 * near - far) / (12 * step);
}

double norm(const std::vector<double>& values) {
  double squares = 0;
  for (const double value : values) squares += value * value;
  return std::sqrt(squares);
}

}  // namespace

TEST_CASE("gradients of a whole task, dropout at work, are central differences",
          "[finetune_objectives][law]") {
  for (const Case& each : cases()) {
    CAPTURE(each.name);
    ToyObjective toy = each.make();
    const std::vector<double> gradients = toy.gradients(toy.host.count());
    const double all = norm(gradients);
    REQUIRE(all > 1e-3);
    for (const Parameter& parameter : toy.store.parameters()) {
      CAPTURE(parameter.name);
      const auto begin = gradients.begin() + parameter.offset;
      const std::vector<double> found(begin, begin + parameter.shape.size());
      for (const Index i : some_elements(found)) {
        const double expected = numeric(parameter.master.data<double>()[i],
                                        [&] { return toy.accumulate(toy.host.count()); });
        CHECK(std::abs(found[static_cast<std::size_t>(i)] - expected) < 1e-7 * all);
      }
    }
  }
}

TEST_CASE("micro-batches change nothing but rounding, where texts do not depend on each other",
          "[finetune_objectives][law]") {
  for (const Case& each : cases()) {
    if (each.task == "embed") continue;
    CAPTURE(each.name);
    ToyObjective whole = each.make(), parts = each.make();
    const std::vector<double> expected = whole.gradients(whole.host.count());
    for (const Index micro_batch : {1, 3, 7}) {
      CHECK(relative_error(parts.gradients(micro_batch), expected) < 1e-12);
      CHECK(parts.sums().of("loss")[0] == Approx(whole.sums().of("loss")[0]).epsilon(1e-12));
      CHECK(std::ranges::equal(parts.sums().of("count"), whole.sums().of("count")));
    }
  }
}

TEST_CASE("a step's losses are divided by what is scored in it, weighted where classes are",
          "[finetune_objectives]") {
  const auto scale = [](const Case& each) { return each.make().scale(); };
  CHECK(scale({.name = "", .task = "classify"}) == Approx(1.0 / 8));
  CHECK(scale({.name = "", .task = "multilabel"}) == Approx(1.0 / 24));
  CHECK(scale({.name = "", .task = "regress"}) == Approx(1.0 / 8));
  CHECK(scale({.name = "", .task = "answer"}) == Approx(1.0 / 8));
  CHECK(scale({.name = "", .task = "embed"}) == Approx(1.0 / 8));  // 16 texts
  CHECK(scale({.name = "", .task = "tag"}) == Approx(1.0 / 16));   // 2 of 3 words
  const std::vector<float> weights{0.5F, 2, 1.25F};
  CHECK(scale({.name = "", .task = "classify", .class_weights = weights}) ==
        Approx(1 / (3 * 0.5 + 3 * 2 + 2 * 1.25)));
  CHECK(scale({.name = "", .task = "tag", .class_weights = weights}) ==
        Approx(1 / (8 * 0.5 + 3 * 0.5 + 3 * 2 + 2 * 1.25)));
}

TEST_CASE("a class counts in the loss as its weight says", "[finetune_objectives]") {
  for (const char* task : {"classify", "tag"}) {
    CAPTURE(task);
    const auto loss = [&](const std::vector<float>& weights) {
      ToyObjective toy =
          Case{.name = "", .task = task, .config = {}, .class_weights = weights}.make();
      (void)toy.accumulate(toy.host.count());
      return toy.sums().of("loss")[0];
    };
    const double first = loss({1, 0, 0}), second = loss({0, 1, 0}), third = loss({0, 0, 1});
    CHECK(first > 0.1);
    CHECK(loss({0.5F, 2, 1.25F}) == Approx(0.5 * first + 2 * second + 1.25 * third));
    CHECK(loss({}) == Approx(first + second + third));
  }
}

TEST_CASE("the shown loss is a mean over what is scored", "[finetune_objectives]") {
  for (const Case& each : cases()) {
    CAPTURE(each.name);
    ToyObjective toy = each.make();
    const double loss = toy.accumulate(toy.host.count());
    const FigureValues values = toy.objective->values(toy.sums());
    REQUIRE(values["loss"]);
    if (each.class_weights.empty()) CHECK(*values["loss"] == Approx(loss));
    if (each.task != "regress") {
      REQUIRE(values["right"]);
      CHECK(*values["right"] == Approx(toy.sums().of("count")[1] / toy.sums().of("count")[0]));
    }
    const HostSums none = [&] {
      toy.state->of_step.clear();
      return toy.sums();
    }();
    CHECK_FALSE(toy.objective->values(none)["loss"]);
  }
}

TEST_CASE("every task's loss falls on a toy, in f32 as well", "[finetune_objectives]") {
  for (const Case& each : cases()) {
    CAPTURE(each.name);
    ToyObjective toy = [&] {
      Case calm = each;
      calm.config.dropout = 0;
      return calm.make(Precision::f32);
    }();
    TrainerConfig config;
    config.steps = 200;
    config.batch = toy.host.count();
    config.schedule = {.peak = 1e-2, .warmup = 0, .power = 0};
    config.optimizer.bias_correction = true;
    const auto alone = Communicator::single_process();
    ParameterStore store;
    TaskSetup setup = toy.objective->setup();
    setup.network.dropout = setup.network.attention_dropout = 0;
    const auto objective = make_objective(store, std::move(setup));
    store.allocate(*toy.context, Precision::f32);
    store.initialise(1, 0.1F);
    store.update_values();
    Trainer trainer(store, *objective, *alone, config);
    TrainingSource source(toy.data, {.batch = static_cast<Index>(toy_examples)});
    const auto loss_after = [&](Index steps) {
      for (; trainer.next_step() < steps;) trainer.step(source.at(trainer.next_step()));
      return trainer.take_values()["loss"].value();
    };
    const double first = loss_after(1);
    (void)loss_after(190);
    CHECK(loss_after(200) < 0.2 * first);
  }
}
