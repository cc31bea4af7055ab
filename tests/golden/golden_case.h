#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/file.h"
#include "electra/formats/hugging_face.h"
#include "electra/io/safetensors.h"
#include "electra/parallel/communicator.h"
#include "electra/pretrain/objectives/masking.h"
#include "electra/pretrain/objectives/replaced_token_detection.h"
#include "electra/train/optimizer.h"
#include "formats/hugging_face_names.h"
#include "support/host_copy.h"

namespace electra::test {

/// Values of one tensor by name.
using Values = std::map<std::string, std::vector<double>>;

inline std::vector<double> read_values(const SafetensorsFile& file, const std::string& name) {
  const StoredTensor* tensor = file.find(name);
  if (tensor == nullptr) throw Error(file.path().string() + ": " + name + ": not there");
  std::vector<float> values(static_cast<std::size_t>(tensor->size()));
  file.read_f32(*tensor, values);
  return {values.begin(), values.end()};
}

/// All tensors of a file whose names begin with `prefix`, without it.
inline Values read_all(const std::filesystem::path& path, const std::string& prefix = "") {
  const SafetensorsFile file = SafetensorsFile::open(path);
  Values all;
  for (const std::string_view name : file.names())
    if (name.starts_with(prefix))
      all[std::string(name.substr(prefix.size()))] = read_values(file, std::string(name));
  return all;
}

inline double norm_of(const Values& values) {
  double sum = 0;
  for (const auto& [name, tensor] : values)
    for (const double value : tensor) sum += value * value;
  return std::sqrt(sum);
}

/// The configuration that a case's case.json and directories state.
inline PretrainConfig golden_config(const std::filesystem::path& folder,
                                    const nlohmann::json& facts) {
  PretrainConfig config;
  config.model = pair_of(read_network_config(folder / "generator"),
                         read_network_config(folder / "discriminator"), Sharing::embeddings);
  config.model.dropout = config.model.attention_dropout = 0;
  config.vocabulary.size = config.model.vocabulary;
  const auto& o = facts.at("optimizer");
  config.optimizer = {.beta1 = o.at("beta1"),
                      .beta2 = o.at("beta2"),
                      .epsilon = o.at("epsilon"),
                      .weight_decay = o.at("decay"),
                      .clip_norm = o.at("clip")};
  config.schedule.peak = o.at("peak");
  config.schedule.warmup = o.at("warmup");
  config.train.steps = o.at("total");
  config.loss.generator = facts.at("losses").at("mlm");
  config.loss.discriminator = facts.at("losses").at("replaced");
  return config;
}

/// One case: the pair with the case's first weights, and its three batches.
class GoldenCase {
 public:
  GoldenCase(const std::filesystem::path& folder, Precision precision, Device device)
      : folder_(folder),
        facts_(nlohmann::json::parse(read_file(folder / "case.json"))),
        config_(golden_config(folder, facts_)),
        context_(Context::create(device, {.threads = 2})),
        batches_(SafetensorsFile::open(folder / "batches.safetensors")),
        objective_(store_, config_, SpecialIds{}),
        arena_(*context_, 0,
               device.type == DeviceType::cpu ? Arena::Debug::poison : Arena::Debug::off),
        state_(*context_, precision == Precision::f64 ? DType::f64 : DType::f32,
               objective_.sums()) {
    store_.allocate(*context_, precision);
    store_.with_gradients();
    load_pair(folder / "generator", folder / "discriminator", config_.model, store_);
    optimizer_.emplace(store_, config_);
  }

  [[nodiscard]] const nlohmann::json& facts() const { return facts_; }

  /// What step 0's forward gives, by the names of forward.safetensors.
  [[nodiscard]] Values forward() {
    Step step = upload_step(0);
    Pass generator_pass = step.pass.of(Network::generator);
    Encoder::Saved encoder;
    MlmHead::Saved head;
    const TensorView g = objective_.pair().generator().forward(generator_pass, step.masked.ids,
                                                               step.batch.types, encoder);
    const TensorView mlm =
        objective_.pair().generator_head().forward(generator_pass, g, step.masked.where, head);
    Pass discriminator_pass = step.pass.of(Network::discriminator);
    Encoder::Saved encoder_d;
    ReplacedTokenHead::Saved head_d;
    const TensorView d = objective_.pair().discriminator().forward(
        discriminator_pass, step.corrupted, step.batch.types, encoder_d);
    const TensorView rtd =
        objective_.pair().discriminator_head().forward(discriminator_pass, d, head_d);

    Values found;
    found["mlm_logits"] = without_padding(mlm);
    found["rtd_logits"] = real_rows(rtd, 1);
    found["generator_hidden"] = real_rows(g, g.width());
    found["discriminator_hidden"] = real_rows(d, d.width());
    const FigureValues metrics = learn(0);
    found["mlm_loss"] = {*metrics["mlm_loss"]};
    found["rtd_loss"] = {*metrics["disc_loss"]};
    found["total_loss"] = {*metrics["loss"]};
    return found;
  }

  /// The gradients of step `number`, in the store; the losses are returned.
  FigureValues learn(int number) {
    Step step = upload_step(number);
    store_.zero_gradients();
    state_.of_step.clear();
    Scalars scalars;
    objective_.prepare(step.masks, step.real, 1, scalars);
    state_.upload(scalars);
    objective_.accumulate(step.pass, step.batch, step.masked, step.samples, state_);
    const auto alone = Communicator::single_process();
    return objective_.values(state_.of_step.read(*alone));
  }

  void optimize() {
    optimizer_->step(state_);
    state_.end_step();
  }
  [[nodiscard]] double rate() const { return state_.read(state_.rate); }
  [[nodiscard]] double gradient_norm() const { return state_.read(state_.norm); }

  /// A flat buffer by the names of the golden files: "shared/…", "generator/…", "discriminator/…".
  [[nodiscard]] Values named(TensorView flat) const {
    const HostTensor host = host_copy(*context_, flat);
    Values found;
    for (const auto& [network, prefix] : {std::pair{Network::generator, "generator/"},
                                          std::pair{Network::discriminator, "discriminator/"}})
      for (const NamedPiece& piece :
           hugging_face_pieces(parts_of(config_.model, network, config_.vocabulary.size))) {
        const bool shared = piece.name.starts_with("electra.embeddings.");
        const Parameter& parameter = *store_.find(piece.parameter);
        const TensorView all = store_.piece(parameter, host.view());
        std::vector<double> values;
        for (Index i = 0; i < piece.size(parameter.shape); ++i)
          values.push_back(at(all, piece.first(parameter.shape) + i));
        found[(shared ? "shared/" : prefix) + piece.name] = std::move(values);
      }
    return found;
  }
  [[nodiscard]] const ParameterStore& store() const { return store_; }
  [[nodiscard]] const Optimizer& optimizer() const { return *optimizer_; }

 private:
  struct Step {
    Pass pass;
    MicroBatch batch;
    ReplacedTokenDetection::Masked masked;
    TensorView samples, corrupted;
    Index masks = 0, real = 0;
  };

  [[nodiscard]] std::vector<std::int32_t> integers(int step, const std::string& name) const {
    const std::string key = "step_" + std::to_string(step) + "/" + name;
    const StoredTensor* tensor = batches_.find(key);
    if (tensor == nullptr) throw Error(batches_.path().string() + ": " + key + ": not there");
    std::vector<std::int32_t> values(static_cast<std::size_t>(tensor->size()));
    batches_.read_i32(*tensor, values);
    return values;
  }

  [[nodiscard]] TensorView upload(const std::vector<std::int32_t>& values, const Shape& shape) {
    const TensorView view = arena_.allocate(shape, DType::i32);
    context_->upload(std::as_bytes(std::span(values)), view);
    return view;
  }

  [[nodiscard]] Step upload_step(int number) {
    arena_.reset();
    lengths_ = integers(number, "lengths");
    const auto batch = static_cast<Index>(lengths_.size());
    const auto ids = integers(number, "input_ids");
    const Index length = static_cast<Index>(ids.size()) / batch;
    const auto corrupted = integers(number, "corrupted_ids");
    const auto rows = integers(number, "masked_rows");
    const auto columns = integers(number, "masked_columns");
    std::vector<std::int32_t> positions, originals, samples, counts(lengths_.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto at = static_cast<std::size_t>(rows[i] * length + columns[i]);
      positions.push_back(static_cast<std::int32_t>(at));
      originals.push_back(ids[at]);
      samples.push_back(corrupted[at]);
      ++counts[static_cast<std::size_t>(rows[i])];
    }
    const auto masks = static_cast<Index>(rows.size());
    const Shape text{batch * length};
    const MicroBatch micro{
        .ids = upload(ids, text),
        .types = upload(integers(number, "token_type_ids"), text),
        .rows = {.batch = batch, .length = length, .lengths = upload(lengths_, {batch})},
        .columns = {{masks_column, upload(counts, {batch})}}};
    Step step{.pass = pass_over(micro, *context_, arena_, {.seed = 1, .step = state_.step}),
              .batch = micro,
              .masked = {.ids = upload(integers(number, "masked_ids"), text),
                         .where = {.positions = upload(positions, {masks}),
                                   .count = upload({static_cast<std::int32_t>(masks)}, {1})},
                         .originals = upload(originals, {masks})},
              .samples = upload(samples, {masks}),
              .corrupted = upload(corrupted, text),
              .masks = masks};
    for (const std::int32_t real : lengths_) step.real += real;
    return step;
  }

  /// Rows of the padded vocabulary to the vocabulary.
  [[nodiscard]] std::vector<double> without_padding(const TensorView& padded) const {
    const HostTensor logits = host_copy(*context_, padded);
    const Index width = padded.width();
    std::vector<double> values;
    for (Index row = 0; row < padded.rows(); ++row)
      for (Index v = 0; v < config_.vocabulary.size; ++v) values.push_back(logits[row * width + v]);
    return values;
  }

  /// Zero at padding, as the golden files have it.
  [[nodiscard]] std::vector<double> real_rows(const TensorView& on_device, Index width) const {
    const HostTensor rows = host_copy(*context_, on_device);
    std::vector<double> values;
    const Index length = rows.size() / width / static_cast<Index>(lengths_.size());
    for (Index i = 0; i < rows.size(); ++i) {
      const Index row = i / width;
      const bool real = row % length < lengths_[static_cast<std::size_t>(row / length)];
      values.push_back(real ? rows[i] : 0);
    }
    return values;
  }

  std::filesystem::path folder_;
  nlohmann::json facts_;
  PretrainConfig config_;
  std::unique_ptr<Context> context_;
  ParameterStore store_;
  SafetensorsFile batches_;
  ReplacedTokenDetection objective_;
  Arena arena_;
  StepState state_;
  std::optional<Optimizer> optimizer_;
  std::vector<std::int32_t> lengths_;
};

}  // namespace electra::test
