#include "electra/finetune/config.h"

#include <catch2/catch.hpp>
#include <functional>

#include "electra/core/error.h"
#include "electra/io/config.h"
#include "support/temporary_folder.h"

using namespace electra;
using electra::test::message_of;

namespace {

NetworkConfig encoder(Index hidden, Index layers, Index positions = 512) {
  NetworkConfig config;
  config.hidden = hidden;
  config.layers = layers;
  config.positions = positions;
  return config;
}

double rate(const std::string& task, Index hidden, Index layers) {
  return finetune_defaults(task, encoder(hidden, layers), 10000).schedule.peak;
}

double decay(Index hidden, Index layers) {
  return finetune_defaults("classify", encoder(hidden, layers), 10000).layer_decay;
}

FinetuneConfig usual(const std::string& task) {
  FinetuneConfig config = finetune_defaults(task, encoder(256, 12), 10000);
  config.model = "model";
  config.files.train = "train.tsv";
  config.files.evaluate = "eval.tsv";
  return config;
}

std::string refusal(const std::string& task, const std::function<void(FinetuneConfig&)>& change) {
  FinetuneConfig config = usual(task);
  change(config);
  return message_of<ConfigError>([&] { check(config); });
}

std::string refused(const std::string& assignment, const std::string& task = "classify") {
  return message_of<ConfigError>([&] { check(with_assignment(usual(task), assignment)); });
}

}  // namespace

TEST_CASE("the usual rate is that of the encoder's size, and of a small one that tags",
          "[finetune_config]") {
  CHECK(rate("classify", 128, 2) == 5e-4);   // tiny
  CHECK(rate("classify", 256, 4) == 5e-4);   // mini
  CHECK(rate("classify", 256, 12) == 3e-4);  // small
  CHECK(rate("classify", 384, 6) == 1e-4);   // MiniLM
  CHECK(rate("tag", 384, 6) == 3e-4);
  CHECK(rate("tag", 384, 12) == 1e-4);
  CHECK(rate("classify", 768, 12) == 1e-4);  // base
  CHECK(rate("tag", 768, 12) == 1e-4);
  CHECK(rate("classify", 1024, 24) == 5e-5);  // large
  CHECK(rate("tag", 1024, 24) == 5e-5);
}

TEST_CASE("the usual decay of rates by layer is 0.8, 0.9 of a large encoder, none of a flat one",
          "[finetune_config]") {
  CHECK(decay(128, 2) == 1);
  CHECK(decay(256, 3) == 1);
  CHECK(decay(256, 4) == 0.8);
  CHECK(decay(256, 12) == 0.8);
  CHECK(decay(768, 12) == 0.8);
  CHECK(decay(1024, 24) == 0.9);
}

TEST_CASE("epochs are 3, 2 of answers, and 10 of few examples", "[finetune_config]") {
  const auto epochs = [](const std::string& task, Index examples) {
    return finetune_defaults(task, encoder(256, 12), examples).epochs;
  };
  for (const char* task : {"classify", "multilabel", "regress", "tag", "embed"}) {
    CHECK(epochs(task, 3000) == 3);
    CHECK(epochs(task, 2999) == 10);
  }
  CHECK(epochs("answer", 100000) == 2);
  CHECK(epochs("answer", 100) == 2);
}

TEST_CASE("AdamW as usual: corrected, without decay, clipped, batches of 32, a trapezoid",
          "[finetune_config]") {
  const FinetuneConfig config = finetune_defaults("classify", encoder(256, 12), 10000);
  CHECK(config.task == "classify");
  CHECK(config.optimizer.bias_correction);
  CHECK(config.optimizer.weight_decay == 0);
  CHECK(config.optimizer.epsilon == 1e-6);
  CHECK(config.optimizer.clip_norm == 1);
  CHECK(config.schedule.form == LearningRate::Schedule::trapezoid);
  CHECK(config.warmup_share == 0.1);
  CHECK(config.train.batch == 32);
  CHECK(config.dropout == 0.1F);
  CHECK(config.keep == Keep::last);
  CHECK(config.restarts == 2);
}

TEST_CASE("texts are as long as the task has them and the encoder has room for",
          "[finetune_config]") {
  const auto features = [](const std::string& task, Index positions) {
    return finetune_defaults(task, encoder(256, 12, positions), 10).features;
  };
  CHECK(features("classify", 512).length == 128);
  CHECK(features("classify", 64).length == 64);
  CHECK(features("answer", 512).length == 384);
  CHECK(features("answer", 512).stride == 128);
  for (const Index positions : {128, 130, 20}) {  // whose windows share a third, too
    CHECK(features("answer", positions).length == positions);
    CHECK(features("answer", positions).stride == positions / 3);
  }
}

TEST_CASE("what is usual of every task and size is in order", "[finetune_config][law]") {
  for (const char* task : {"classify", "multilabel", "regress", "tag", "answer", "embed"})
    for (const Index positions : {32, 128, 512}) {
      FinetuneConfig config = finetune_defaults(task, encoder(128, 2, positions), 10);
      config.model = config.files.train = config.files.evaluate = "given";
      CHECK_NOTHROW(check(config));
      const std::string text = config_to_json(config);
      CHECK(config_to_json(config_from_json<FinetuneConfig>(text, "finetune.json")) == text);
    }
}

TEST_CASE("what cannot be is refused by its path", "[finetune_config]") {
  CHECK(refusal("classify", [](auto& c) { c.files.train = ""; }) ==
        "files.train: expected a file of examples, found none");
  CHECK(refusal("classify", [](auto& c) { c.files.evaluate = ""; }) ==
        "files.evaluate: expected a file of examples, found none");
  CHECK(refusal("classify", [](auto& c) { c.model = ""; }) ==
        "model: expected the directory of an encoder, found none");
  CHECK(refusal("classify", [](auto& c) { c.task = "guess"; }) ==
        "task: expected one of classify, multilabel, regress, tag, answer, embed, found \"guess\"");
  for (const char* task : {"multilabel", "regress", "answer", "embed"})
    CHECK(refused("head.class_weights=balanced", task) ==
          "head.class_weights: expected none for the task " + std::string(task) +
              ", found balanced");
  for (const char* task : {"classify", "tag"})
    CHECK_NOTHROW(check(with_assignment(usual(task), "head.class_weights=balanced")));
  CHECK(refused("features.stride=384", "answer") ==
        "features.stride: expected less than features.length = 384, found 384");
  CHECK_NOTHROW(check(with_assignment(usual("answer"), "features.stride=383")));
  CHECK_NOTHROW(check(with_assignment(usual("classify"), "features.stride=1000")));
  CHECK(refused("train.micro_batch=8", "embed")
            .starts_with("train.micro_batch: expected 0 for the task embed"));
  CHECK_NOTHROW(check(with_assignment(usual("classify"), "train.micro_batch=8")));
}

TEST_CASE("what follows from epochs and examples is refused, not overridden", "[finetune_config]") {
  for (const char* path : {"train.steps", "schedule.warmup", "evaluate.every", "evaluate.batches"})
    CHECK(
        refused(path + std::string("=5"))
            .starts_with(path + std::string(": expected 0, found 5: in fine-tuning it follows ")));
  for (const char* assignment : {"log.every=5", "checkpoint.every=5", "checkpoint.keep=2"})
    CHECK_NOTHROW(check(with_assignment(usual("classify"), assignment)));
}

TEST_CASE("numbers out of their ranges are refused by their path", "[finetune_config]") {
  for (const char* assignment :
       {"features.length=2", "features.stride=-1", "features.sort_window=0", "answers.longest=0",
        "epochs=0", "warmup_share=-0.1", "warmup_share=1", "dropout=-0.1", "dropout=1",
        "layer_decay=0", "layer_decay=1.01", "restarts=-1", "train.batch=0", "schedule.peak=-1",
        "threads=-1"}) {
    const std::string path(assignment, std::string(assignment).find('='));
    CHECK(refused(assignment).starts_with(path + ": expected "));
  }
  for (const char* assignment : {"head.form=other", "head.pooling=sum", "keep=none",
                                 "head.class_weights=some", "layer_decay_form=other"})
    CHECK_THROWS_AS(with_assignment(usual("classify"), assignment), ConfigError);
}
