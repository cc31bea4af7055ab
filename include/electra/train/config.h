#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "electra/core/parameters.h"
#include "electra/data/wordpiece.h"
#include "electra/models/config.h"

namespace electra {

[[nodiscard]] std::span<const std::string_view> enum_names(Precision);
[[nodiscard]] std::span<const std::string_view> enum_names(Compat);

struct VocabularyConfig {
  std::string file;
  Index size = 30522;
  bool lower_case = true;
  std::optional<bool> strip_accents;
  Compat compat = Compat::google;

  void fields(auto&& visit) {
    visit("file", file, "vocab.txt to use; empty: one is trained on the corpus");
    visit("size", size, "entries of a vocabulary that is trained; then the size reached");
    visit("lower_case", lower_case, "lower-case the text");
    visit("strip_accents", strip_accents, "strip accents; null: as lower_case");
    visit("compat", compat, "google: the reference's tokenizer; hf: Hugging Face's fast one");
  }
};

struct InitializeConfig {
  std::string generator;
  std::string discriminator;

  void fields(auto&& visit) {
    visit("generator", generator, "Hugging Face directory to continue from; empty: none");
    visit("discriminator", discriminator, "Hugging Face directory to continue from; empty: none");
  }
};

struct DataConfig {
  std::string corpus;
  Index length = 128;
  double held_out = 0.02;
  bool carry_overflow = true;
  bool blank_line_ends_document = true;
  bool repack = true;

  void fields(auto&& visit) {
    visit("corpus", corpus, "a file, or a folder of *.txt and *.jsonl");
    visit("length", length, "tokens of a sequence, [CLS] and [SEP] included");
    visit("held_out", held_out, "share of the documents that is kept for evaluation");
    visit("carry_overflow", carry_overflow, "an unused tail starts the next example");
    visit("blank_line_ends_document", blank_line_ends_document, "else one file is one document");
    visit("repack", repack, "pack anew in each epoch");
  }
};

struct MaskingConfig {
  double share = 0.15;
  double keep = 0.15;
  double random_share = 0;
  bool with_replacement = false;

  void fields(auto&& visit) {
    visit("share", share, "of the real tokens that is masked");
    visit("keep", keep, "of the masked tokens that keeps its token");
    visit("random_share", random_share, "of the masked tokens that becomes a random token");
    visit("with_replacement", with_replacement, "draw positions as the reference does");
  }
};

struct SamplingConfig {
  double temperature = 1;
  double first_temperature = 1;
  Index temperature_steps = 0;
  bool disallow_correct = false;

  void fields(auto&& visit) {
    visit("temperature", temperature, "divides the generator's logits for sampling");
    visit("first_temperature", first_temperature, "at step 0, falling linearly to temperature");
    visit("temperature_steps", temperature_steps, "over this many steps");
    visit("disallow_correct", disallow_correct, "never sample the original token");
  }
};

struct LossConfig {
  double generator = 1;
  double discriminator = 50;

  void fields(auto&& visit) {
    visit("generator", generator, "weight of the masked-language-model loss");
    visit("discriminator", discriminator, "weight of the replaced-token loss");
  }
};

struct OptimizerConfig {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0.01;
  double clip_norm = 1;
  bool bias_correction = false;

  void fields(auto&& visit) {
    visit("beta1", beta1, "decay of the first moment");
    visit("beta2", beta2, "decay of the second moment");
    visit("epsilon", epsilon, "added to the root of the second moment");
    visit("weight_decay", weight_decay, "of all but biases and layer norms");
    visit("clip_norm", clip_norm, "largest global norm of the gradient; 0: no clipping");
    visit("bias_correction", bias_correction, "divide the moments by 1 - beta^step");
  }
};

struct ScheduleConfig {
  double peak = 5e-4;
  Index warmup = 10000;
  double power = 1;

  void fields(auto&& visit) {
    visit("peak", peak, "learning rate: peak (1 - t / steps)^power min(1, t / warmup)");
    visit("warmup", warmup, "steps over which the rate rises");
    visit("power", power, "of the decay");
  }
};

struct TrainConfig {
  Index steps = 1000000;
  Index batch = 128;
  Index micro_batch = 0;

  void fields(auto&& visit) {
    visit("steps", steps, "optimizer steps of the whole run");
    visit("batch", batch, "sequences in a step, over all ranks");
    visit("micro_batch", micro_batch, "sequences that a rank computes at once; 0: all of its own");
  }
};

struct EvaluateConfig {
  Index every = 1000;
  Index batches = 0;

  void fields(auto&& visit) {
    visit("every", every, "steps between evaluations; 0: only at the end");
    visit("batches", batches, "held-out batches in an evaluation; 0: all");
  }
};

struct CheckpointConfig {
  Index every = 1000;
  Index keep = 5;

  void fields(auto&& visit) {
    visit("every", every, "steps between checkpoints; 0: only at the end");
    visit("keep", keep, "how many of the latest stay; 0: all");
  }
};

struct LogConfig {
  Index every = 100;

  void fields(auto&& visit) { visit("every", every, "steps between lines of the log"); }
};

/// How gradients cross between ranks: bf16 halves the bytes and rounds after each addition.
enum class Reduction : std::uint8_t { f32, bf16 };
[[nodiscard]] std::span<const std::string_view> enum_names(Reduction);

struct RanksConfig {
  double deadline = 600;
  Reduction reduction = Reduction::f32;

  void fields(auto&& visit) {
    visit("deadline", deadline, "seconds that ranks wait for each other before the run is ended");
    visit("reduction", reduction, "of gradients over ranks: f32; bf16: on GPUs, half the bytes");
  }
};

/// Everything that decides what a run computes. The defaults are those of ELECTRA-Small. In JSON
/// and assignments, "preset" (in older files "model.preset") names one that is applied first.
struct RunConfig {
  [[nodiscard]] static RunConfig preset(std::string_view name);
  static constexpr std::array<std::string_view, 2> preset_keys{"preset", "model.preset"};

  std::uint64_t seed = 1;
  Precision precision = Precision::f32;
  std::string device = "auto";
  int threads = 0;
  std::string objective = "replaced_token_detection";
  ModelConfig model;
  VocabularyConfig vocabulary;
  InitializeConfig initialize;
  DataConfig data;
  MaskingConfig masking;
  SamplingConfig sampling;
  LossConfig loss;
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
    visit("threads", threads, "of the device cpu; 0: all processors");
    visit("objective", objective, "what is learned");
    visit("model", model, "the two networks");
    visit("vocabulary", vocabulary, "text to ids");
    visit("initialize", initialize, "weights to continue from");
    visit("data", data, "the corpus and its packing");
    visit("masking", masking, "which tokens are masked");
    visit("sampling", sampling, "how replacements are drawn");
    visit("loss", loss, "weights of the two losses");
    visit("optimizer", optimizer, "AdamW");
    visit("schedule", schedule, "the learning rate");
    visit("train", train, "steps and batches");
    visit("evaluate", evaluate, "on held-out documents");
    visit("checkpoint", checkpoint, "what a run can be resumed from");
    visit("log", log, "train.jsonl, TensorBoard and progress");
    visit("ranks", ranks, "of several processes");
  }
};

/// Throws ConfigError that names the path, what was expected and found, if values are out of range
/// or do not fit together.
void check(const RunConfig& config);

}  // namespace electra
