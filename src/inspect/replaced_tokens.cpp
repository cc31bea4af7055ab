#include "electra/inspect/replaced_tokens.h"

#include <cmath>
#include <memory>
#include <set>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/pretrain/objectives/masking.h"
#include "electra/pretrain/objectives/replaced_token_detection.h"
#include "electra/pretrain/pretraining.h"
#include "electra/train/device_batch.h"
#include "pretrain/initialization.h"

namespace electra {

namespace {

/// The special tokens and the sentence's own words.
Vocabulary vocabulary_of(const std::string& sentence) {
  std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  std::set<std::string> words;
  WordReader reader(sentence, {});
  while (const auto word = reader.next()) words.emplace(word->text);
  if (words.empty()) throw InputError("the sentence has no token");
  tokens.insert(tokens.end(), words.begin(), words.end());
  return Vocabulary::from_tokens(std::move(tokens));
}

/// The vocabulary and the configuration of an inspection; what its weights are is in `initialize`.
struct Source {
  StoredTokenizer tokenizer;
  PretrainConfig config;
};

Source source_of(const std::string& sentence, const InspectionOptions& options) {
  PretrainConfig config;
  config.seed = options.seed;
  if (options.run.empty()) {
    config.model = model_preset("tiny");
    Vocabulary vocabulary = vocabulary_of(sentence);
    config.vocabulary.size = vocabulary.size();
    return {{.vocabulary = std::move(vocabulary), .options = {}, .added = {}}, config};
  }
  const PretrainFolder folder(options.run);
  config.initialize.generator = folder.generator().string();
  config.initialize.discriminator = folder.discriminator().string();
  config = with_released_sizes(config);
  return {load_tokenizer(folder.discriminator(), config.vocabulary.size), config};
}

/// The pair, and what it takes to compute with it.
class Inspector {
 public:
  explicit Inspector(Source source)
      : config_(std::move(source.config)),
        vocabulary_(std::move(source.tokenizer.vocabulary)),
        added_(std::move(source.tokenizer.added), source.tokenizer.options),
        wordpiece_(vocabulary_, source.tokenizer.options, added_),
        context_(Context::create({})),
        objective_(store_, config_, vocabulary_.special_ids()),
        arena_(*context_),
        state_(*context_, DType::f32, objective_.sums()) {
    store_.allocate(*context_, Precision::f32);
    initialise(config_, store_);
  }

  [[nodiscard]] Inspection inspect(const std::string& sentence) {
    const HostBatch examples = batch_of(sentence);
    Scalars scalars;
    objective_.prepare(1, 1, 1, scalars);
    state_.upload(scalars);
    DeviceBatch device(*context_, examples);
    device.upload(examples);
    const MicroBatch batch = device.micro_batch(0, 1);
    Pass pass = pass_over(batch, *context_, arena_,
                          {.seed = config_.seed,
                           .step = state_.step,
                           .mode = Mode::inference,
                           .draws = Draws::evaluation});
    const ReplacedTokenDetection::Masked masked = objective_.mask(pass, batch);
    Inspection found =
        inspection_of(examples, masked, objective_.forward(pass, batch, masked, state_));
    if (!std::isfinite(found.mlm_loss) || !std::isfinite(found.disc_loss))
      throw InputError("the pair's answer to the sentence is not finite: losses " +
                       number_text(found.mlm_loss) + " and " + number_text(found.disc_loss));
    return found;
  }

 private:
  [[nodiscard]] HostBatch batch_of(const std::string& sentence) const {
    std::vector<std::int32_t> ids = wordpiece_.encode(sentence);
    if (ids.empty()) throw InputError("the sentence has no token");
    for (const std::int32_t id : ids)
      if (id >= config_.vocabulary.size)
        throw InputError("the sentence's token " + token(id) + " has the id " + std::to_string(id) +
                         "; expected less than the word table's rows, " +
                         std::to_string(config_.vocabulary.size));
    ids.insert(ids.begin(), vocabulary_.cls());
    ids.push_back(vocabulary_.sep());
    const auto length = static_cast<Index>(ids.size());
    if (length > config_.model.positions)
      throw InputError("the sentence has " + std::to_string(length) +
                       " tokens with [CLS] and [SEP]; expected at most " +
                       std::to_string(config_.model.positions));
    HostBatch batch;
    batch.length = length;
    batch.types.assign(ids.size(), 0);
    batch.ids = std::move(ids);
    batch.lengths = {static_cast<std::int32_t>(length)};
    add_mask_counts(batch, config_.masking.share, vocabulary_.special_ids());
    return batch;
  }

  /// A word table may have more rows than there are tokens, and any of them can be drawn.
  [[nodiscard]] std::string token(std::int32_t id) const {
    if (const std::string* name = added_.name_of(id)) return *name;
    return id < vocabulary_.size() ? vocabulary_.token(id) : "[row " + std::to_string(id) + "]";
  }

  [[nodiscard]] Inspection inspection_of(const HostBatch& examples,
                                         const ReplacedTokenDetection::Masked& masked,
                                         const ReplacedTokenDetection::Trace& trace) {
    Inspection inspection;
    const auto masked_ids = to_host<std::int32_t>(*context_, masked.ids);
    const auto corrupted = to_host<std::int32_t>(*context_, trace.ids);
    const auto labels = to_host<std::int32_t>(*context_, trace.labels);
    const auto logits = to_host<float>(*context_, trace.logits);
    const auto losses = to_host<float>(*context_, trace.disc_losses);
    for (std::size_t i = 0; i < examples.ids.size(); ++i) {
      inspection.tokens.push_back({.original = token(examples.ids[i]),
                                   .masked = token(masked_ids[i]),
                                   .corrupted = token(corrupted[i]),
                                   .replaced = labels[i] != 0,
                                   .probability = 1 / (1 + std::exp(-double{logits[i]})),
                                   .loss = losses[i]});
      inspection.disc_loss += losses[i] / static_cast<double>(examples.ids.size());
    }
    add_guesses(masked, trace, inspection);
    return inspection;
  }

  void add_guesses(const ReplacedTokenDetection::Masked& masked,
                   const ReplacedTokenDetection::Trace& trace, Inspection& inspection) {
    const auto count =
        static_cast<std::size_t>(to_host<std::int32_t>(*context_, masked.where.count).front());
    const auto positions = to_host<std::int32_t>(*context_, masked.where.positions);
    const auto samples = to_host<std::int32_t>(*context_, trace.samples);
    const auto losses = to_host<float>(*context_, trace.mlm_losses);
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(positions[i]);
      inspection.guesses.push_back({.position = positions[i],
                                    .original = inspection.tokens[at].original,
                                    .sample = token(samples[i]),
                                    .loss = losses[i]});
      inspection.mlm_loss += losses[i] / static_cast<double>(count);
    }
  }

  PretrainConfig config_;
  Vocabulary vocabulary_;
  AddedTokens added_;
  Wordpiece wordpiece_;
  std::unique_ptr<Context> context_;
  ParameterStore store_;
  ReplacedTokenDetection objective_;
  Arena arena_;
  StepState state_;
};

}  // namespace

Inspection inspect_replaced_tokens(const std::string& sentence, const InspectionOptions& options) {
  return Inspector(source_of(sentence, options)).inspect(sentence);
}

}  // namespace electra
