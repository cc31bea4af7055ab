#include "electra/train/walk.h"

#include <cmath>
#include <memory>
#include <set>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/data/masking.h"
#include "electra/models/hugging_face.h"
#include "electra/models/tokenizer_files.h"
#include "electra/train/objectives/replaced_token_detection.h"
#include "electra/train/prepared_data.h"
#include "electra/train/pretraining.h"
#include "train/initialization.h"

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

/// The vocabulary and the configuration of a walk; what its weights are is in `initialize`.
struct Source {
  StoredTokenizer tokenizer;
  RunConfig config;
};

Source source_of(const std::string& sentence, const WalkOptions& options) {
  RunConfig config;
  config.seed = options.seed;
  if (options.run.empty()) {
    config.model = model_preset("tiny");
    Vocabulary vocabulary = vocabulary_of(sentence);
    config.vocabulary.size = vocabulary.size();
    return {{std::move(vocabulary), {}}, config};
  }
  const RunFolder folder{options.run};
  config.initialize.generator = folder.generator().string();
  config.initialize.discriminator = folder.discriminator().string();
  config = with_released_sizes(config);
  return {load_tokenizer(folder.discriminator()), config};
}

template <class T>
std::vector<T> fetch(Context& context, ConstTensorView view) {
  std::vector<T> values(static_cast<std::size_t>(view.size()));
  context.download(view, std::as_writable_bytes(std::span(values)));
  return values;
}

/// The pair, and what it takes to compute with it.
class Walker {
 public:
  explicit Walker(Source source)
      : config_(std::move(source.config)),
        vocabulary_(std::move(source.tokenizer.vocabulary)),
        wordpiece_(vocabulary_, source.tokenizer.options),
        context_(Context::create({})),
        model_(store_, config_.model, config_.vocabulary.size),
        objective_(model_, config_, special_ids(vocabulary_)),
        arena_(*context_),
        state_(*context_, DType::f32) {
    store_.allocate(*context_, Precision::f32);
    initialise(config_, store_);
  }

  [[nodiscard]] Walk walk(const std::string& sentence) {
    const Examples examples = examples_of(sentence);
    Pass pass{.context = *context_,
              .arena = arena_,
              .sequences = {},
              .random = {.seed = config_.seed, .step = state_.step},
              .mode = Mode::inference,
              .draws = Draws::evaluation};
    state_.set({.generator_scale = 1, .discriminator_scale = 1, .temperature = 1});
    const Batch batch = upload(pass, examples, examples.mask_counts.front());
    const ReplacedTokenDetection::Masked masked = objective_.mask(pass, batch);
    return told(examples, masked, objective_.follow(pass, batch, masked, state_));
  }

 private:
  [[nodiscard]] Examples examples_of(const std::string& sentence) const {
    std::vector<std::int32_t> ids = wordpiece_.encode(sentence);
    const auto candidates = static_cast<Index>(ids.size());
    if (candidates == 0) throw InputError("the sentence has no token");
    ids.insert(ids.begin(), vocabulary_.cls());
    ids.push_back(vocabulary_.sep());
    const auto length = static_cast<Index>(ids.size());
    if (length > config_.model.positions)
      throw InputError("the sentence has " + std::to_string(length) +
                       " tokens with [CLS] and [SEP]; expected at most " +
                       std::to_string(config_.model.positions));
    const double share = config_.masking.share;
    const Index count = mask_count(length, candidates, share, max_predictions(share, length));
    const std::vector<std::int32_t> types(ids.size(), 0);
    return {.length = length,
            .first = 0,
            .ids = std::move(ids),
            .types = types,
            .lengths = {static_cast<std::int32_t>(length)},
            .mask_counts = {static_cast<std::int32_t>(count)}};
  }

  [[nodiscard]] Walk told(const Examples& examples, const ReplacedTokenDetection::Masked& masked,
                          const ReplacedTokenDetection::Trace& trace) {
    Walk walk;
    const auto masked_ids = fetch<std::int32_t>(*context_, masked.ids);
    const auto corrupted = fetch<std::int32_t>(*context_, trace.ids);
    const auto labels = fetch<std::int32_t>(*context_, trace.labels);
    const auto logits = fetch<float>(*context_, trace.logits);
    const auto losses = fetch<float>(*context_, trace.disc_losses);
    for (std::size_t i = 0; i < examples.ids.size(); ++i) {
      walk.tokens.push_back({.original = vocabulary_.token(examples.ids[i]),
                             .masked = vocabulary_.token(masked_ids[i]),
                             .corrupted = vocabulary_.token(corrupted[i]),
                             .replaced = labels[i] != 0,
                             .probability = 1 / (1 + std::exp(-double{logits[i]})),
                             .loss = losses[i]});
      walk.disc_loss += losses[i] / static_cast<double>(examples.ids.size());
    }
    add_guesses(masked, trace, walk);
    return walk;
  }

  void add_guesses(const ReplacedTokenDetection::Masked& masked,
                   const ReplacedTokenDetection::Trace& trace, Walk& walk) {
    const auto count =
        static_cast<std::size_t>(fetch<std::int32_t>(*context_, masked.where.count).front());
    const auto positions = fetch<std::int32_t>(*context_, masked.where.positions);
    const auto samples = fetch<std::int32_t>(*context_, trace.samples);
    const auto losses = fetch<float>(*context_, trace.mlm_losses);
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = static_cast<std::size_t>(positions[i]);
      walk.guesses.push_back({.position = positions[i],
                              .original = walk.tokens[at].original,
                              .sample = vocabulary_.token(samples[i]),
                              .loss = losses[i]});
      walk.mlm_loss += losses[i] / static_cast<double>(count);
    }
  }

  RunConfig config_;
  Vocabulary vocabulary_;
  Wordpiece wordpiece_;
  std::unique_ptr<Context> context_;
  ParameterStore store_;
  Electra model_;
  ReplacedTokenDetection objective_;
  Arena arena_;
  StepState state_;
};

}  // namespace

Walk walk_through(const std::string& sentence, const WalkOptions& options) {
  return Walker(source_of(sentence, options)).walk(sentence);
}

}  // namespace electra
