#include "electra/train/trainer.h"

#include <catch2/catch.hpp>
#include <iostream>
#include <limits>
#include <numeric>

#include "core/cuda/cuda_context.h"
#include "electra/core/checksum.h"
#include "electra/pretrain/objectives/replaced_token_detection.h"
#include "support/host_copy.h"
#include "support/own_process.h"
#include "train/small_run.h"

using namespace electra;
using electra::test::host_copy;
using electra::test::HostTensor;
using electra::test::random_examples;
using electra::test::Run;

namespace {

constexpr double bound = 1e-4;

/// Heads as wide as the fast attention kernels want them, and others.
PretrainConfig gpu_config(Index head_width, Precision precision = Precision::f32) {
  PretrainConfig c = test::small_config();
  c.device = "cuda";
  c.model.hidden = 2 * head_width;
  c.model.generator.hidden = head_width;
  c.data.length = 12;
  c.train.batch = 4;
  c.train.micro_batch = 2;
  c.precision = precision;
  return c;
}

PretrainConfig on_cpu(PretrainConfig c) {
  c.device = "cpu";
  return c;
}

/// Error of each parameter's part of a flat buffer against the CPU's, by name. As in the golden
/// files, a part is measured against 1e-3 of the whole's norm at least.
void check_each(const ParameterStore& cpu, const TensorView& expected, const HostTensor& found,
                const std::string& what) {
  const auto norm = [](const std::vector<double>& values) {
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
  };
  const double floor = 1e-3 * norm(test::values(expected));
  for (const Parameter& p : cpu.parameters()) {
    INFO(what << " of " << p.name);
    CHECK(test::relative_error(cpu.piece(p, found.view()), cpu.piece(p, expected), floor) < bound);
  }
}

/// One step from forward to optimizer; both devices are given the samples that the CPU drew.
struct WholeStep {
  explicit WholeStep(const PretrainConfig& c)
      : run(c),
        model(dynamic_cast<const ReplacedTokenDetection&>(*run.objective)),
        arena(*run.context),
        state(*run.context, DType::f32, model.sums()),
        optimizer(run.store, c) {}

  [[nodiscard]] Pass pass_over(const MicroBatch& batch) {
    return electra::pass_over(batch, *run.context, arena,
                              {.seed = run.config.seed, .step = state.step});
  }
  [[nodiscard]] MicroBatch upload(const StepBatch& step) {
    if (!inputs) inputs.emplace(*run.context, step.batch);
    inputs->upload(step.batch);
    Scalars scalars;
    model.prepare(step.totals, 0, scalars);
    state.upload(scalars);
    return inputs->micro_batch(0, step.batch.count());
  }
  [[nodiscard]] HostTensor draw_samples(const StepBatch& step) {
    arena.reset();
    const MicroBatch batch = upload(step);
    Pass p = pass_over(batch);
    const auto trace = model.forward(p, batch, model.mask(p, batch), state);
    return host_copy(*run.context, trace.samples);
  }
  void take(const StepBatch& step, const HostTensor& samples) {
    arena.reset();
    state.of_step.clear();
    run.store.zero_gradients();
    const MicroBatch batch = upload(step);
    Pass p = pass_over(batch);
    const TensorView given = p.tensor(samples.shape(), DType::i32);
    run.context->upload(std::as_bytes(samples.view().span<std::int32_t>()), given);
    model.accumulate(p, batch, model.mask(p, batch), given, state);
    optimizer.step(state);
    state.end_step();
  }

  Run run;
  const ReplacedTokenDetection& model;
  Arena arena;
  StepState state;
  Optimizer optimizer;
  std::optional<DeviceBatch> inputs;
};

}  // namespace

TEST_CASE("a whole step on a GPU is the CPU's, from forward to optimizer", "[cuda][trainer][law]") {
  const Index head_width = GENERATE(64, 16);
  CAPTURE(head_width);
  PretrainConfig config = gpu_config(head_width);
  config.schedule.warmup = 0;
  WholeStep cpu(on_cpu(config)), gpu(config);
  const StepBatch examples = random_examples(config, 0);
  for (int step = 0; step < 2; ++step) {
    const HostTensor samples = cpu.draw_samples(examples);
    cpu.take(examples, samples);
    gpu.take(examples, samples);
    INFO("step " << step);
    const ParameterStore& store = cpu.run.store;
    Context& device = *gpu.run.context;
    const ParameterStore& other = gpu.run.store;
    check_each(store, store.gradients(), host_copy(device, other.gradients()), "gradient");
    check_each(store, cpu.optimizer.moment_1(), host_copy(device, gpu.optimizer.moment_1()),
               "first moment");
    check_each(store, cpu.optimizer.moment_2(), host_copy(device, gpu.optimizer.moment_2()),
               "second moment");
    const FigureValues expected = cpu.model.values(cpu.state.running.read(*cpu.run.alone));
    const FigureValues found = gpu.model.values(gpu.state.running.read(*gpu.run.alone));
    CHECK(*found["loss"] == Approx(*expected["loss"]).epsilon(bound));
    CHECK(found.tokens() == expected.tokens());
    CHECK(host_copy(device, gpu.state.running.counts()) ==
          host_copy(*cpu.run.context, cpu.state.running.counts()));
  }
  // The key biases' gradients are rounding alone, and so is what the optimizer makes of them.
  CHECK(test::worst_error(cpu.run, gpu.run) < bound);
}

TEST_CASE("replaying a step on a GPU gives the bits of launching it", "[cuda][trainer][law]") {
  const Precision precision = GENERATE(Precision::f32, Precision::bf16);
  PretrainConfig config = gpu_config(64, precision);
  config.train.micro_batch = precision == Precision::f32 ? 2 : 0;
  Run replayed(config), launched(config);
  launched.trainer->set_replay(RepeatedWork::Replay::never);
  const std::vector held_out{random_examples(config, 77)};
  for (const Index last : {5, 6}) {
    replayed.until(last);
    launched.until(last);
    CHECK(replayed.trainer->recording() != nullptr);
    CHECK(launched.trainer->recording() == nullptr);
    CHECK((replayed.weights() == launched.weights()));
    const auto values = replayed.trainer->take_values();
    CHECK(values["loss"] == launched.trainer->take_values()["loss"]);
    // An evaluation between steps disturbs nothing.
    CHECK(replayed.trainer->evaluate(held_out)["loss"] ==
          launched.trainer->evaluate(held_out)["loss"]);
  }
}

TEST_CASE("after the first step a GPU allocates nothing, and the third is replayed",
          "[cuda][trainer][law]") {
  Run run(gpu_config(16));
  const auto& context = dynamic_cast<const CudaContext&>(*run.context);
  run.until(1);
  const auto arena = run.trainer->arena().generation();
  const auto allocations = context.allocations();
  run.until(2);
  CHECK(run.trainer->recording() == nullptr);
  run.until(3);
  CHECK(run.trainer->recording() != nullptr);
  run.until(5);
  CHECK(run.trainer->arena().generation() == arena);
  CHECK(context.allocations() == allocations);
}

TEST_CASE("between steps nobody waits for a GPU but for the counters of the step before",
          "[cuda][trainer][law]") {
  Run run(gpu_config(16));
  const auto& context = dynamic_cast<const CudaContext&>(*run.context);
  run.until(1);
  const auto waits = context.waits();
  run.until(6);
  CHECK(context.waits() == waits);
  run.trainer->wait();
  CHECK(context.waits() == waits);  // that reads a counter
  (void)run.trainer->take_values();
  CHECK(context.waits() > waits);
}

TEST_CASE("prints a checksum of what four steps leave, the last ones replayed", "[.bits]") {
  for (const Precision precision : {Precision::f32, Precision::bf16}) {
    Run run(gpu_config(64, precision));
    run.until(4);
    std::cout << to_string(run.store.values().dtype());
    for (const ConstTensorView buffer :
         {run.store.master(), run.trainer->optimizer().moment_1(),
          run.trainer->optimizer().moment_2(), run.store.gradients()}) {
      std::vector<std::byte> bytes(static_cast<std::size_t>(buffer.bytes()));
      run.context->download(buffer, bytes);
      std::cout << ' ' << crc32c(bytes);
    }
    std::cout << ' ' << *run.trainer->take_values()["loss"] << '\n';
  }
}

TEST_CASE("steps on a GPU have the same bits whichever order its threads take",
          "[cuda][trainer][law]") {
  if (!test::emulated()) {
    std::cout << "skipped: no emulated GPU, whose order of threads can be chosen\n";
    return;
  }
  const std::string forward = test::output_with("GPU_EMULATOR_ORDER=forward", "[.bits]");
  REQUIRE_THAT(forward, Catch::Contains("f32 ") && Catch::Contains("bf16 "));
  for (const char* schedule : {"ORDER=reverse", "ORDER=warp GPU_EMULATOR_SEED=9",
                               "ORDER=random GPU_EMULATOR_DEFERRED_STREAMS=1"})
    CHECK(test::output_with("GPU_EMULATOR_" + std::string(schedule), "[.bits]") == forward);
}

TEST_CASE("a GPU skips a step whose gradient is not finite, and stops after three",
          "[cuda][trainer]") {
  const PretrainConfig config = gpu_config(16);
  Run run(config);
  run.until(5);  // replayed by now
  const Parameter* bad = run.store.find("discriminator/head/score/weight");
  REQUIRE(bad != nullptr);
  const std::vector<float> nan(static_cast<std::size_t>(bad->master.size()),
                               std::numeric_limits<float>::quiet_NaN());
  run.context->upload(std::as_bytes(std::span(nan)), bad->master);
  const HostTensor before = host_copy(*run.context, run.store.master());
  const auto step = [&] { run.trainer->step(random_examples(config, 9)); };
  step();
  step();
  run.trainer->wait();
  CHECK((host_copy(*run.context, run.store.master()) == before));
  CHECK(run.trainer->skipped().total == 2);
  step();
  CHECK_THROWS_WITH(run.trainer->wait(), Catch::Matchers::Contains("step 7: the gradient was not "
                                                                   "finite 3 times in a row"));
}

TEST_CASE("a step of small or base starts at most 700 kernels", "[cuda][trainer][law]") {
  PretrainConfig config = gpu_config(64, Precision::bf16);
  config.model.layers = config.model.generator.layers = model_preset("base").layers;
  config.model.hidden = 64;
  config.model.heads = 1;
  config.train.batch = 1;
  config.train.micro_batch = 0;
  config.data.length = 8;
  Run run(config);
  run.until(4);
  REQUIRE(run.trainer->recording() != nullptr);
  std::cout << "kernels of a step, those of the matrix-product library included: "
            << run.trainer->recording()->kernels() << "\n";
  CHECK(run.trainer->recording()->kernels() <= 700);
}
