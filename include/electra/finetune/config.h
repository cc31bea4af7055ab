#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/range.h"
#include "electra/kernels/pooling.h"
#include "electra/layers/network_config.h"
#include "electra/train/rates.h"
#include "electra/train/run_config.h"

namespace electra {

/// The head of classify, multilabel and regress: as transformers has it (dropout, dense, GELU,
/// dropout, linear), so that it opens there; or as the reference has it (dropout, linear).
enum class HeadForm : std::uint8_t { hugging_face, reference };
[[nodiscard]] std::span<const std::string_view> enum_names(HeadForm);

/// Which epoch's weights are the result: the last, or the best by the task's first score.
enum class Keep : std::uint8_t { last, best };
[[nodiscard]] std::span<const std::string_view> enum_names(Keep);

/// What a class counts in the loss: as much as its examples, or all classes the same.
enum class ClassWeights : std::uint8_t { none, balanced };
[[nodiscard]] std::span<const std::string_view> enum_names(ClassWeights);

/// The files of a task, and their columns: by name, if the first line holds it, else by number
/// from 1; empty: the usual ones (docs/finetuning.md).
struct FilesConfig {
  std::string train;
  std::string evaluate;
  std::string text;
  std::string text_b;
  std::string negative;
  std::string label;
  bool comments = false;

  void fields(auto&& visit) {
    visit("train", train, "what is learned");
    visit("evaluate", evaluate, "what every epoch is judged by");
    visit("text", text, "column of the text");
    visit("text_b", text_b, "column of the second text of a pair");
    visit("negative", negative, "embed: column of a text that does not belong");
    visit("label", label, "column of the label, the labels or the number");
    visit("comments", comments, "tag: lines that begin with # are comments");
  }
};

/// How texts become features, and features batches.
struct FeaturesConfig {
  Index length = 128;
  Index stride = 128;
  Index sort_window = 50;

  void fields(auto&& visit) {
    visit("length", length, "tokens of a text at most, [CLS] and [SEP] included", from(3));
    visit("stride", stride, "answer: tokens of a passage that neighbouring windows share", from(0));
    visit("sort_window", sort_window,
          "batches that are made of texts of like length together; 1: in the order drawn", from(1));
  }
};

struct HeadOptions {
  HeadForm form = HeadForm::hugging_face;
  Pooling pooling = Pooling::mean;
  ClassWeights class_weights = ClassWeights::none;

  void fields(auto&& visit) {
    visit("form", form, "hugging_face: opens there; reference: one linear layer");
    visit("pooling", pooling, "embed: how tokens become one vector");
    visit("class_weights", class_weights,
          "none; balanced: every class counts the same, however many examples it has");
  }
};

/// Answers: what counts as one.
struct AnswersConfig {
  Index longest = 30;
  std::optional<double> null_threshold;

  void fields(auto&& visit) {
    visit("longest", longest, "tokens of an answer at most", from(1).to(1 << 20));
    visit("null_threshold", null_threshold,
          "there is no answer where [CLS] scores this much more than the best span; null: what is "
          "best on the evaluation file");
  }
};

/// Everything that decides what a fine-tuning run computes.
struct FinetuneConfig : RunConfig {
  std::string task;
  std::string model;
  FilesConfig files;
  FeaturesConfig features;
  HeadOptions head;
  AnswersConfig answers;
  Index epochs = 3;
  double warmup_share = 0.1;
  float dropout = 0.1F;
  double layer_decay = 1;
  LayerDecayForm layer_decay_form = LayerDecayForm::standard;
  Keep keep = Keep::last;
  Index restarts = 2;
  Index seeds = 1;

  void fields(auto&& visit) {
    RunConfig::fields(visit);
    visit("task", task, "classify, multilabel, regress, tag, answer or embed");
    visit("model", model, "directory of the encoder that is trained on");
    visit("files", files, "examples");
    visit("features", features, "texts to what the model reads");
    visit("head", head, "what stands on the encoder");
    visit("answers", answers, "answer: what counts as one");
    visit("epochs", epochs, "times that all examples are seen", from(1));
    visit("warmup_share", warmup_share, "of the steps over which the rate rises", from(0).below(1));
    visit("dropout", dropout, "rate in the encoder and before the head's linear layers",
          from(0).below(1));
    visit("layer_decay", layer_decay, "the rate of a layer as a share of that above it",
          above(0).to(1));
    visit("layer_decay_form", layer_decay_form,
          "standard; reference: one layer too many, as in the published code");
    visit("keep", keep, "last: the last epoch's weights; best: those of the best evaluation");
    visit("seeds", seeds, "runs in a row, of this seed and those after it", from(1));
    visit("restarts", restarts, "how often a run that has learned nothing begins again", from(0));
  }
};

/// What a task is usually trained with on such an encoder: rates by its size, length and epochs by
/// the task (no longer than the encoder has positions), AdamW with bias correction, no decay,
/// batches of 32. Epochs are those of a file of so many examples. Throws ConfigError for a task
/// that there is not.
[[nodiscard]] FinetuneConfig finetune_defaults(std::string_view task, const NetworkConfig& encoder,
                                               Index examples);

/// Throws ConfigError that names the path, what was expected and found.
void check(const FinetuneConfig& config);

}  // namespace electra
