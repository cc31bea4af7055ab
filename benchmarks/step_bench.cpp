/// Times one pretraining step of the pair on random text: masking, generator forward and backward,
/// sampling, discriminator forward and backward, clipping, AdamW. benchmarks/peers has the same
/// step in other systems.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "electra/core/context.h"
#include "electra/core/recording.h"
#include "electra/data/masking.h"
#include "electra/train/speedometer.h"
#include "electra/train/trainer.h"
#include "step/roofline.h"
#include "support/gpu_timer.h"

namespace {

using namespace electra;
using Clock = std::chrono::steady_clock;

struct Options {
  std::string preset = "small";
  std::string precision = "f32";
  std::string device = "auto";
  Index batch = 16;
  Index length = 128;
  Index vocabulary = 30522;
  double dropout = 0.1;
  int threads = 0;
  int steps = 12;
  int warmup = 2;
  Index product = 8192;
  bool json = false;
  bool parts = false;
};

struct Part {
  double seconds = 0;
  double flops = 0;
  double bytes = 0;
  int calls = 0;
};

Options parse(int argc, char** argv, CLI::App& app) {
  Options o;
  app.add_option("--preset", o.preset, "tiny, mini, small, small_plus_plus, base, large")
      ->capture_default_str();
  app.add_option("--batch", o.batch, "sequences in a step")->capture_default_str();
  app.add_option("--length", o.length, "tokens of a sequence")->capture_default_str();
  app.add_option("--vocab", o.vocabulary, "entries of the vocabulary")->capture_default_str();
  app.add_option("--dropout", o.dropout, "all three rates")->capture_default_str();
  app.add_option("--precision", o.precision, "f32 or bf16")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->capture_default_str();
  app.add_option("--device", o.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", o.threads, "0: all processors")->capture_default_str();
  app.add_option("--steps", o.steps, "steps that are timed")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--warmup", o.warmup, "steps before them")->capture_default_str();
  app.add_option("--product", o.product, "extent of the product that measures a GPU's rate")
      ->capture_default_str();
  app.add_flag("--json", o.json, "one JSON object instead of text");
  app.add_flag("--parts", o.parts, "where the time goes, kernel by kernel");
  app.parse(argc, argv);
  return o;
}

RunConfig configuration(const Options& o) {
  RunConfig config;
  config.model = model_preset(o.preset);
  config.model.dropout = config.model.attention_dropout = static_cast<float>(o.dropout);
  config.precision = o.precision == "bf16" ? Precision::bf16 : Precision::f32;
  config.device = o.device;
  config.threads = o.threads;
  config.vocabulary.size = o.vocabulary;
  config.data.length = o.length;
  config.train.batch = o.batch;
  config.train.steps = 1000000;
  check(config);
  return config;
}

StepExamples random_text(const RunConfig& config, std::uint32_t step) {
  RandomStream random(config.seed, site(Network::none, 0, Place::pack), 0, step);
  const Index length = config.data.length;
  Examples e;
  e.length = length;
  const auto masks = static_cast<std::int32_t>(mask_count(
      length, length - 2, config.masking.share, max_predictions(config.masking.share, length)));
  for (Index row = 0; row < config.train.batch; ++row) {
    for (Index column = 0; column < length; ++column) {
      const auto word = 5 + random.below(static_cast<std::uint32_t>(config.vocabulary.size - 5));
      const std::int32_t edge = column == 0 ? 2 : 3;
      e.ids.push_back(column == 0 || column == length - 1 ? edge : static_cast<std::int32_t>(word));
      e.types.push_back(0);
    }
    e.lengths.push_back(static_cast<std::int32_t>(length));
    e.mask_counts.push_back(masks);
  }
  const StepTotals totals{.tokens = config.train.batch * length,
                          .masked = config.train.batch * masks};
  return {.examples = std::move(e), .totals = totals, .epoch = 0};
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

void print_parts(const std::map<std::string, Part>& parts, int steps) {
  std::vector<std::pair<std::string, Part>> rows(parts.begin(), parts.end());
  std::ranges::sort(rows, std::greater{}, [](const auto& row) { return row.second.seconds; });
  double all = 0;
  for (const auto& [name, part] : rows) all += part.seconds;
  std::printf("%-34s %7s %9s %7s %9s %8s\n", "kernel", "calls", "ms", "share", "GFLOP/s", "GB/s");
  for (const auto& [name, part] : rows)
    std::printf("%-34s %7d %9.2f %6.1f%% %9.1f %8.1f\n", name.c_str(), part.calls / steps,
                1e3 * part.seconds / steps, 100 * part.seconds / all,
                part.flops / part.seconds * 1e-9, part.bytes / part.seconds * 1e-9);
  std::printf("%-34s %7s %9.2f\n", "all kernels", "", 1e3 * all / steps);
}

nlohmann::ordered_json as_json(const std::map<std::string, Part>& parts, int steps) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const auto& [name, part] : parts)
    out.push_back({{"kernel", name},
                   {"calls", part.calls / steps},
                   {"ms", 1e3 * part.seconds / steps},
                   {"gflops", part.flops / part.seconds * 1e-9},
                   {"gbytes_per_second", part.bytes / part.seconds * 1e-9}});
  return out;
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// What only a GPU's report has. FLOP and launches are those of the kernels of one observed step,
/// attention's scores counted again in its backward; the model FLOP utilisation is against this
/// card's own rate of products in `precision`, measured here.
nlohmann::ordered_json gpu_report(const Options& o, Context& context, double sustained_seconds,
                                  double flops, int kernels) {
  nlohmann::ordered_json out;
  for (const auto& [key, value] : bench::gpu_description(context)) out[key] = value;
  const char* commit = std::getenv("ELECTRA_COMMIT");
  out["commit"] = commit == nullptr ? "unknown" : commit;
  const double tokens = static_cast<double>(o.batch * o.length) / sustained_seconds;
  const double rate =
      bench::matrix_rate(context, o.precision == "bf16" ? DType::bf16 : DType::f32, o.product);
  out["sustained_ms_per_step"] = 1e3 * sustained_seconds;
  out["sustained_tokens_per_second"] = tokens;
  out["kernels_per_step"] = kernels;
  out["flops_per_token"] = flops / static_cast<double>(o.batch * o.length);
  out["model_flops"] = flops / sustained_seconds;
  out["matrix_flops"] = rate;
  out["mfu"] = flops / sustained_seconds / rate;
  const std::string card = out["card"];
  if (const auto floor = bench::floor_tokens_per_second(card, o.preset, o.length);
      floor && o.precision == "bf16") {
    out["floor_tokens_per_second"] = *floor;
    out["share_of_floor"] = tokens / *floor;
  }
  return out;
}

void print(const nlohmann::ordered_json& report) {
  for (const auto& [key, value] : report.items())
    std::printf("%s: %s\n", key.c_str(),
                value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
}

int run(const Options& o) {
  const RunConfig config = configuration(o);
  const auto [device, remark] = choose_device(config.device);
  if (!remark.empty()) std::fprintf(stderr, "%s\n", remark.c_str());
  const auto context = Context::create(device, {.threads = config.threads});
  ParameterStore store;
  const Electra model(store, config.model, config.vocabulary.size);
  store.allocate(*context, config.precision);
  store.initialise(config.seed, config.model.initializer_range);
  const auto objective = make_objective(model, config, SpecialIds{});
  const auto alone = Communicator::single_process();
  Trainer trainer(store, *objective, *alone, config);

  std::vector<double> ms;
  const auto timed_steps = [&](int count, bool keep) {
    for (int i = 0; i < count; ++i) {
      const StepExamples examples =
          random_text(config, static_cast<std::uint32_t>(trainer.next_step()));
      const auto start = Clock::now();
      trainer.step(examples);
      context->synchronize();
      if (keep) ms.push_back(1e3 * seconds_since(start));
    }
  };
  timed_steps(o.warmup, false);
  timed_steps(o.steps, true);
  const bool on_gpu = context->device().type == DeviceType::cuda;
  double sustained = 0, flops = 0;
  int kernels = 0;
  if (on_gpu) {  // as in a run: no waiting between steps
    std::vector<StepExamples> ahead;
    for (int i = 0; i < o.steps; ++i)
      ahead.push_back(random_text(config, static_cast<std::uint32_t>(trainer.next_step() + i)));
    const auto start = Clock::now();
    for (const StepExamples& examples : ahead) trainer.step(examples);
    context->synchronize();
    sustained = seconds_since(start) / o.steps;
  }
  const Recording* const recording = trainer.recording();
  const Index launches = recording == nullptr ? 0 : recording->kernels();
  std::map<std::string, Part> parts;
  if (o.parts || on_gpu) {
    const int observed = o.parts ? o.steps : 1;
    context->set_observer([&](const KernelEvent& event) {
      Part& part = parts[std::string(event.name)];
      part.seconds += event.seconds;
      part.flops += event.cost.flops;
      part.bytes += event.cost.bytes;
      ++part.calls;
    });
    timed_steps(observed, false);
    context->set_observer({});
    for (const auto& [name, part] : parts) {
      flops += part.flops / observed;
      kernels += part.calls / observed;
    }
  }
  nlohmann::ordered_json gpu = nlohmann::ordered_json::object();
  if constexpr (built_with_cuda)
    if (on_gpu) {
      gpu = gpu_report(o, *context, sustained, flops, kernels);
      if (launches > 0) gpu["launches_per_step"] = launches;
    }
  const PretrainingMetrics metrics = trainer.take_metrics();
  const auto [least, most] = std::ranges::minmax(ms);
  const double rate = static_cast<double>(o.batch * o.length) / median(ms) * 1e3;
  if (o.json) {
    nlohmann::ordered_json out{{"system", "libelectra"},
                               {"preset", o.preset},
                               {"precision", o.precision},
                               {"device", to_string(context->device())},
                               {"threads", o.threads},
                               {"batch", o.batch},
                               {"length", o.length},
                               {"vocab", o.vocabulary},
                               {"dropout", o.dropout},
                               {"parameters", store.parameter_count()},
                               {"steps", o.steps},
                               {"ms_per_step", median(ms)},
                               {"ms_min", least},
                               {"ms_max", most},
                               {"tokens_per_second", rate},
                               {"peak_memory_bytes", peak_memory_bytes()},
                               {"losses", {*metrics.mlm_loss, *metrics.disc_loss}}};
    out.update(gpu);
    if (o.parts) out["parts"] = as_json(parts, o.steps);
    std::printf("%s\n", out.dump().c_str());
    return 0;
  }
  std::printf("%s, batch %td x %td, vocabulary %td, %s on %s: %td parameters\n", o.preset.c_str(),
              o.batch, o.length, o.vocabulary, o.precision.c_str(),
              to_string(context->device()).c_str(), store.parameter_count());
  std::printf("ms per step: median %.2f, min %.2f, max %.2f of %d steps\n", median(ms), least, most,
              o.steps);
  std::printf("tokens_per_second: %.1f\npeak memory: %.1f MiB\n", rate,
              static_cast<double>(peak_memory_bytes()) / (1 << 20));
  print(gpu);
  if (o.parts) print_parts(parts, o.steps);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times one ELECTRA pretraining step on random text");
  try {
    return run(parse(argc, argv, app));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const electra::Error& error) {
    std::fprintf(stderr, "step_bench: %s\n", error.what());
    return 1;
  }
}
