/// Times one pretraining step of the pair on random text: masking, generator forward and backward,
/// sampling, discriminator forward and backward, clipping, AdamW. benchmarks/peers has the same
/// step in other systems.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "electra/core/instruction_set.h"
#include "electra/core/peak_memory.h"
#include "step/pretraining_steps.h"
#include "step/roofline.h"
#include "support/gpu_timer.h"

namespace {

using namespace electra;

struct Options {
  std::string preset = "small";
  std::string precision = "f32";
  std::string device = "auto";
  Index batch = 16;
  Index length = 128;
  Index vocabulary = 30522;
  double dropout = 0.1;
  Recompute recompute = Recompute::none;
  int threads = 0;
  int steps = 12;
  int warmup = 2;
  Index product = 8192;
  std::optional<double> sustained;  // seconds
  std::string timeline;
  bool json = false;
  bool parts = false;
  bool skip_observed = false;
  bool profile = false;
};

/// What was measured; the second half on a GPU only, or where it was asked for.
struct Figures {
  std::vector<double> ms;
  Index parameters = 0;
  double mlm_loss = 0, discriminator_loss = 0;
  double sustained_seconds = 0;  // of a step; 0 if it was left out
  bench::Parts parts;            // of `observed` steps, of none if they were left out
  int observed = 1;
  Index launches = 0;
  std::vector<std::string> slow_products;
  std::vector<std::pair<std::string, Index>> memory;

  [[nodiscard]] double flops() const {
    double sum = 0;
    for (const auto& [name, part] : parts) sum += part.flops / observed;
    return sum;
  }
  [[nodiscard]] int kernels() const {
    int sum = 0;
    for (const auto& [name, part] : parts) sum += part.calls / observed;
    return sum;
  }
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
  app.add_option_function<std::string>(
         "--recompute",
         [&o](const std::string& name) {
           const auto names = enum_names(o.recompute);
           o.recompute = static_cast<Recompute>(std::ranges::find(names, name) - names.begin());
         },
         "train.recompute: none, feed_forward or block")
      ->check(CLI::IsMember({"none", "feed_forward", "block"}));
  app.add_option("--threads", o.threads, "0: all processors")->capture_default_str();
  app.add_option("--steps", o.steps, "steps that are timed")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--warmup", o.warmup, "steps before them")->capture_default_str();
  app.add_option("--product", o.product, "extent of the product that measures a GPU's rate")
      ->capture_default_str();
  app.add_option("--sustained", o.sustained,
                 "seconds of steps that nobody waits for; 0: none [on a GPU 2, on a CPU 0]")
      ->check(CLI::NonNegativeNumber);
  app.add_flag("--json", o.json, "one JSON object instead of text");
  app.add_flag("--parts", o.parts,
               "where the time goes, kernel by kernel; on a GPU by its own events");
  app.add_option("--timeline", o.timeline,
                 "a file for the time of every kernel of one step, in order, as JSON");
  app.add_flag("--skip-observed", o.skip_observed, "no step to count FLOP and kernels in");
  app.add_flag("--profile", o.profile,
               "one step more, for `ncu --profile-from-start off`: launched kernel by kernel");
  app.parse(argc, argv);
  return o;
}

PretrainConfig configuration(const Options& o) {
  PretrainConfig config;
  config.model = model_preset(o.preset);
  config.model.dropout = config.model.attention_dropout = static_cast<float>(o.dropout);
  config.precision = o.precision == "bf16" ? Precision::bf16 : Precision::f32;
  config.device = o.device;
  config.threads = o.threads;
  config.vocabulary.size = o.vocabulary;
  config.data.length = o.length;
  config.train.batch = o.batch;
  config.train.steps = 1000000;
  config.train.recompute = o.recompute;
  check(config);
  return config;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

bool on_gpu(const Context& context) { return context.device().type == DeviceType::cuda; }

Figures measure(const Options& o, bench::PretrainingSteps& steps) {
  static_cast<void>(steps.timed(o.warmup));
  Figures f;
  f.ms = steps.timed(o.steps);
  f.parameters = steps.parameters();
  const bool gpu = on_gpu(steps.context());
  if (const double seconds = o.sustained.value_or(gpu ? 2 : 0); seconds > 0)
    f.sustained_seconds = steps.sustained(seconds);
  f.launches = steps.launches();
  if (o.profile) steps.profiled();
  if (!o.timeline.empty()) bench::write(steps.observed(1), o.timeline);
  if (o.parts) f.observed = o.steps;
  if (o.parts || (gpu && !o.skip_observed)) f.parts = bench::parts_of(steps.observed(f.observed));
  for (const std::string& product : steps.context().slow_products())
    f.slow_products.push_back(product);
  f.memory = steps.memory();
  const FigureValues values = steps.take_values();
  f.mlm_loss = *values["mlm_loss"];
  f.discriminator_loss = *values["disc_loss"];
  return f;
}

/// How fast a run is on this card. FLOP are those of the kernels of an observed step, attention's
/// scores counted again in its backward; the model FLOP utilisation is against this card's own rate
/// of products in `precision`, measured here.
void add_sustained(nlohmann::ordered_json& out, const Options& o, const Figures& f,
                   Context& context) {
  const double step_tokens = static_cast<double>(o.batch * o.length);
  const double tokens = step_tokens / f.sustained_seconds;
  out["sustained_ms_per_step"] = 1e3 * f.sustained_seconds;
  out["sustained_tokens_per_second"] = tokens;
  const std::string card = out["card"];
  if (const auto floor = bench::floor_tokens_per_second(card, o.preset, o.length);
      floor && o.precision == "bf16") {
    out["floor_tokens_per_second"] = *floor;
    out["share_of_floor"] = tokens / *floor;
  }
  if (f.parts.empty()) return;
  const double rate =
      bench::matrix_rate(context, o.precision == "bf16" ? DType::bf16 : DType::f32, o.product);
  out["flops_per_token"] = f.flops() / step_tokens;
  out["model_flops"] = f.flops() / f.sustained_seconds;
  out["matrix_flops"] = rate;
  out["mfu"] = f.flops() / f.sustained_seconds / rate;
}

/// What only a GPU's report has.
nlohmann::ordered_json gpu_report(const Options& o, const Figures& f, Context& context) {
  nlohmann::ordered_json out;
  if constexpr (built_with_cuda)
    for (const auto& [key, value] : bench::gpu_description(context)) out[key] = value;
  const char* commit = std::getenv("ELECTRA_COMMIT");
  out["commit"] = commit == nullptr ? "unknown" : commit;
  out["slow_products"] = f.slow_products;
  if (f.sustained_seconds > 0) add_sustained(out, o, f, context);
  if (!f.parts.empty()) out["kernels_per_step"] = f.kernels();
  if (f.launches > 0) out["launches_per_step"] = f.launches;
  return out;
}

double tokens_per_second(const Options& o, const Figures& f) {
  return static_cast<double>(o.batch * o.length) / median(f.ms) * 1e3;
}

void print_json(const Options& o, const Figures& f, Device device,
                const nlohmann::ordered_json& gpu) {
  const auto [least, most] = std::ranges::minmax(f.ms);
  nlohmann::ordered_json out{
      {"system", "libelectra"},
      {"preset", o.preset},
      {"precision", o.precision},
      {"device", to_string(device)},
      {"isa", to_string(instruction_set())},
      {"threads", o.threads},
      {"batch", o.batch},
      {"length", o.length},
      {"vocab", o.vocabulary},
      {"dropout", o.dropout},
      {"recompute", enum_names(o.recompute)[static_cast<std::size_t>(o.recompute)]},
      {"parameters", f.parameters},
      {"steps", o.steps},
      {"ms_per_step", median(f.ms)},
      {"ms_min", least},
      {"ms_max", most},
      {"tokens_per_second", tokens_per_second(o, f)},
      {"peak_memory_bytes", peak_memory_bytes()},
      {"losses", {f.mlm_loss, f.discriminator_loss}}};
  out["memory"] = nlohmann::ordered_json::object();
  for (const auto& [part, bytes] : f.memory) out["memory"][part] = bytes;
  out.update(gpu);
  if (o.parts) out["parts"] = as_json(f.parts, f.observed);
  std::printf("%s\n", out.dump().c_str());
}

void print_text(const Options& o, const Figures& f, Device device,
                const nlohmann::ordered_json& gpu) {
  const auto [least, most] = std::ranges::minmax(f.ms);
  std::printf("%s, batch %td x %td, vocabulary %td, %s on %s: %td parameters\n", o.preset.c_str(),
              o.batch, o.length, o.vocabulary, o.precision.c_str(), to_string(device).c_str(),
              f.parameters);
  std::printf("ms per step: median %.2f, min %.2f, max %.2f of %d steps\n", median(f.ms), least,
              most, o.steps);
  std::printf("tokens_per_second: %.1f\npeak memory: %.1f MiB\n", tokens_per_second(o, f),
              static_cast<double>(peak_memory_bytes()) / (1 << 20));
  for (const auto& [key, value] : gpu.items())
    std::printf("%s: %s\n", key.c_str(),
                value.is_string() ? value.get<std::string>().c_str() : value.dump().c_str());
  for (const auto& [part, bytes] : f.memory)
    std::printf("  %-32s %8.1f MiB\n", part.c_str(), static_cast<double>(bytes) / (1 << 20));
  if (o.parts) print(f.parts, f.observed);
}

void run(const Options& o) {
  bench::PretrainingSteps steps(configuration(o));
  const Figures figures = measure(o, steps);
  nlohmann::ordered_json gpu = nlohmann::ordered_json::object();
  if (on_gpu(steps.context())) gpu = gpu_report(o, figures, steps.context());
  (o.json ? print_json : print_text)(o, figures, steps.context().device(), gpu);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times one ELECTRA pretraining step on random text");
  try {
    run(parse(argc, argv, app));
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const electra::Error& error) {
    std::fprintf(stderr, "step_bench: %s\n", error.what());
    return 1;
  }
}
