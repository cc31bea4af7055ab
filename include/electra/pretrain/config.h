#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/range.h"
#include "electra/data/wordpiece.h"
#include "electra/models/pair_config.h"
#include "electra/train/run_config.h"

namespace electra {

struct VocabularyConfig {
  std::string file;
  Index size = 30522;
  std::optional<bool> grow = false;  // null: unless `size` is given; what presets have
  double character_coverage = 0.9995;
  Index limit_alphabet = 0;
  bool lower_case = true;
  std::optional<bool> strip_accents;
  bool cut_long_words = false;
  Compat compat = Compat::google;

  void fields(auto&& visit) {
    visit("file", file, "vocab.txt to use; empty: one is trained on the corpus");
    visit("size", size, "entries of a vocabulary that is trained; then the size reached", from(6));
    visit("grow", grow,
          "a size too small for the text's alphabet becomes the alphabet's and 2,000; false: it is "
          "refused; null: grows unless a size is given");
    visit("character_coverage", character_coverage,
          "share of the text's characters that the alphabet must cover", from(0).to(1));
    visit("limit_alphabet", limit_alphabet,
          "distinct characters at most, the most frequent; 0: no limit", from(0));
    visit("lower_case", lower_case, "lower-case the text");
    visit("strip_accents", strip_accents, "strip accents; null: as lower_case");
    visit("cut_long_words", cut_long_words,
          "cut words that are too long (texts without spaces) into pieces of 100 characters");
    visit("compat", compat, "google: the reference's tokenizer; hf: Hugging Face's fast one");
  }

  /// Whoever gives a size means it.
  void given(std::span<const std::string> names) {
    const auto has = [&](std::string_view name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    if (has("size") && !has("grow") && !grow) grow = false;
  }
};

struct InitializeConfig {
  std::string generator;
  std::string discriminator;

  void fields(auto&& visit) {
    visit("generator", generator,
          "Hugging Face directory to continue from; empty: a generator of its own");
    visit("discriminator", discriminator,
          "Hugging Face directory of an ELECTRA or a BERT to continue from; empty: none");
  }
};

struct DataConfig {
  std::string corpus;
  std::string prepared;
  std::string text_key = "text";
  std::string encoding = "auto";
  double bad_lines = 0.01;
  Index length = 128;
  double held_out = 0.02;
  bool carry_overflow = true;
  bool blank_line_ends_document = true;
  bool repack = true;

  /// Of a sequence that is trained on: what the numbers of attention's dropout have room for.
  static constexpr Index longest = 512;

  void fields(auto&& visit) {
    visit("corpus", corpus, "a file, or a folder of *.txt, *.jsonl, *.json, also .gz and .zst");
    visit("prepared", prepared,
          "instead of a corpus: a folder that electra prepare made of one, with its vocabulary");
    visit("text_key", text_key, "what the text is called in JSON lines");
    visit("encoding", encoding, "auto: UTF-8, or UTF-16 seen to be that; else a name of iconv's");
    visit("bad_lines", bad_lines, "share of the JSON lines that may be bad, and be left out",
          from(0).to(1));
    visit("length", length, "tokens of a sequence, [CLS] and [SEP] included", from(5));
    visit("held_out", held_out, "share of the documents that is kept for evaluation",
          between(0, 1));
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
    visit("share", share, "of the real tokens that is masked", between(0, 1));
    visit("keep", keep, "of the masked tokens that keeps its token", from(0).below(1));
    visit("random_share", random_share, "of the masked tokens that becomes a random token",
          from(0).below(1));
    visit("with_replacement", with_replacement, "draw positions as the reference does");
  }
};

struct SamplingConfig {
  double temperature = 1;
  double first_temperature = 1;
  Index temperature_steps = 0;
  bool disallow_correct = false;

  void fields(auto&& visit) {
    visit("temperature", temperature, "divides the generator's logits for sampling", above(0));
    visit("first_temperature", first_temperature, "at step 0, falling linearly to temperature",
          above(0));
    visit("temperature_steps", temperature_steps, "over this many steps", from(0));
    visit("disallow_correct", disallow_correct, "never sample the original token");
  }
};

struct LossConfig {
  double generator = 1;
  double discriminator = 50;

  void fields(auto&& visit) {
    visit("generator", generator, "weight of the masked-language-model loss", from(0));
    visit("discriminator", discriminator, "weight of the replaced-token loss", from(0));
  }
};

/// Everything that decides what a pretraining run computes. The defaults are those of
/// ELECTRA-Small. In JSON and assignments, "preset" (in older files "model.preset") names one that
/// is applied first.
struct PretrainConfig : RunConfig {
  [[nodiscard]] static PretrainConfig preset(std::string_view name);
  static constexpr std::array<std::string_view, 2> preset_keys{"preset", "model.preset"};

  std::string objective = "replaced_token_detection";
  ModelConfig model;
  VocabularyConfig vocabulary;
  InitializeConfig initialize;
  DataConfig data;
  MaskingConfig masking;
  SamplingConfig sampling;
  LossConfig loss;

  void fields(auto&& visit) {
    RunConfig::fields(visit);
    visit("objective", objective, "what is learned");
    visit("model", model, "the two networks");
    visit("vocabulary", vocabulary, "text to ids");
    visit("initialize", initialize, "weights to continue from");
    visit("data", data, "the corpus and its packing");
    visit("masking", masking, "which tokens are masked");
    visit("sampling", sampling, "how replacements are drawn");
    visit("loss", loss, "weights of the two losses");
  }
};

/// Throws ConfigError that names the path, what was expected and found, if values are out of range
/// or do not fit together.
void check(const PretrainConfig& config);

/// What can be trained with and yet is hardly meant, in sentences: a temperature or an interval
/// that is longer than the run.
[[nodiscard]] std::vector<std::string> remarks_on(const PretrainConfig& config);

}  // namespace electra
