#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "electra/core/parameters.h"
#include "electra/core/range.h"
#include "electra/kernels/adamw.h"
#include "electra/layers/pass.h"

namespace electra {

struct OptimizerConfig {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0.01;
  double clip_norm = 1;
  bool bias_correction = false;

  void fields(auto&& visit) {
    visit("beta1", beta1, "decay of the first moment", from(0).below(1));
    visit("beta2", beta2, "decay of the second moment", from(0).below(1));
    visit("epsilon", epsilon, "added to the root of the second moment", above(0));
    visit("weight_decay", weight_decay, "of all but biases and layer norms", from(0));
    visit("clip_norm", clip_norm, "largest global norm of the gradient",
          from(0).called("0 (no clipping) or more"));
    visit("bias_correction", bias_correction, "divide the moments by 1 - beta^step");
  }
};

struct ScheduleConfig {
  double peak = 5e-4;
  Index warmup = 10000;
  double power = 1;
  LearningRate::Schedule form = LearningRate::Schedule::product;

  void fields(auto&& visit) {
    visit("peak", peak, "the largest learning rate", from(0));
    visit("warmup", warmup, "steps over which the rate rises", from(0));
    visit("power", power, "of the decay, in the product", from(0));
    visit("form", form,
          "product: peak (1 - t / steps)^power min(1, t / warmup); trapezoid: linear up, then "
          "linear down to 0");
  }
};

struct TrainConfig {
  Index steps = 1000000;
  Index batch = 128;
  Index micro_batch = 0;
  Recompute recompute = Recompute::none;

  void fields(auto&& visit) {
    visit("steps", steps, "optimizer steps of the whole run", from(0));
    visit("batch", batch, "sequences in a step, over all ranks", from(1));
    visit("micro_batch", micro_batch, "sequences that a rank computes at once; 0: all of its own",
          from(0));
    visit("recompute", recompute,
          "what the backward computes again instead of keeping it, for less memory: none, "
          "feed_forward or block");
  }
};

struct EvaluateConfig {
  Index every = 1000;
  Index batches = 0;

  void fields(auto&& visit) {
    visit("every", every,
          "steps between evaluations; 0: only at the end (of each epoch, if there are)", from(0));
    visit("batches", batches, "held-out batches in an evaluation; 0: all", from(0));
  }
};

struct CheckpointConfig {
  Index every = 1000;
  Index keep = 5;

  void fields(auto&& visit) {
    visit("every", every,
          "steps between checkpoints; 0: only at the end (of each epoch, if there are)", from(0));
    visit("keep", keep, "how many of the latest stay; 0: all", from(0));
  }
};

struct LogConfig {
  Index every = 100;

  void fields(auto&& visit) {
    visit("every", every, "steps between lines of the log; 0: a twentieth of the run", from(0));
  }
};

/// How gradients cross between ranks: bf16 halves the bytes and rounds after each addition.
enum class Reduction : std::uint8_t { f32, bf16 };
[[nodiscard]] std::span<const std::string_view> enum_names(Reduction);

struct RanksConfig {
  double deadline = 600;
  Reduction reduction = Reduction::f32;

  void fields(auto&& visit) {
    visit("deadline", deadline, "seconds that ranks wait for each other before the run is ended",
          above(0).called("a positive number of seconds"));
    visit("reduction", reduction, "of gradients over ranks: f32; bf16: on GPUs, half the bytes");
  }
};

/// What every run has, whatever it learns.
struct RunConfig {
  std::uint64_t seed = 1;
  Precision precision = Precision::f32;
  std::string device = "auto";
  int threads = 0;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  TrainConfig train;
  EvaluateConfig evaluate;
  CheckpointConfig checkpoint;
  LogConfig log;
  RanksConfig ranks;

  void fields(auto&& visit) {
    visit("seed", seed, "of everything that is random");
    visit("precision", precision, "f32; bf16: activations and products; f64: checks");
    visit("device", device, "auto, cpu, cuda or cuda:N");
    visit("threads", threads, "of the device cpu; 0: all processors", from(0));
    visit("optimizer", optimizer, "AdamW");
    visit("schedule", schedule, "the learning rate");
    visit("train", train, "steps and batches");
    visit("evaluate", evaluate, "on held-out documents");
    visit("checkpoint", checkpoint, "what a run can be resumed from");
    visit("log", log, "train.jsonl, TensorBoard and progress");
    visit("ranks", ranks, "of several processes");
  }
};

/// Throws ConfigError that names the path, what was expected and found, if a value is out of the
/// range that it has here, or the warm-up is longer than the run.
void check(const RunConfig& config);

}  // namespace electra
