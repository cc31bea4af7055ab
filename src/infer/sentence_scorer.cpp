#include "electra/infer/sentence_scorer.h"

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "electra/models/heads.h"
#include "infer/engine_options.h"
#include "infer/head_check.h"
#include "infer/text_call.h"
#include "infer/token_probabilities.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 2> opened{"masked_token", "replaced_token"};

using Method = SentenceScorer::Method;

std::unique_ptr<const Engine> engine_of(const std::filesystem::path& directory, Method method,
                                        const InferenceOptions& options) {
  if (method == Method::generator) return masked_token_engine(directory, options);
  return std::make_unique<const Engine>(directory, head_kind("replaced_token"),
                                        engine_options(options));
}

/// A text's tokens, without scores.
SentenceScore unscored(const CallText& text) {
  SentenceScore found;
  found.left_out = text.left_out;
  found.token_scores.resize(text.tokens.size());
  const ByteSpans bytes(text.text);
  for (const Token& token : text.tokens) {
    found.ids.push_back(token.id);
    found.spans.push_back({token.begin, token.end});
    found.byte_spans.push_back(bytes(found.spans.back()));
  }
  return found;
}

/// log(1 - sigmoid(x)).
double log_kept(double x) {
  return x > 0 ? -x - std::log1p(std::exp(-x)) : -std::log1p(std::exp(x));
}

void score_by_discriminator(const TextCall& call, std::vector<SentenceScore>& found) {
  call.run([&](const CallWindow& window, std::span<const float> logits) {
    if (!all_finite(logits)) refuse_answer(call.texts()[window.text].name, logits);
    const Window& of = window.window;
    for (Index i = of.answers_from; i < of.answers_to; ++i)  // after [CLS]
      found[window.text].token_scores[static_cast<std::size_t>(i)] =
          log_kept(logits[static_cast<std::size_t>(i - of.begin + 1)]);
  });
}

/// Windows of a call in each of which one token is masked.
class MaskedTokens {
 public:
  MaskedTokens(const TextCall& call, std::vector<SentenceScore>& found)
      : call_(call), found_(found) {}

  void add(const CallWindow& window) {
    for (Index i = window.window.answers_from; i < window.window.answers_to; ++i) {
      std::vector<std::int32_t>& ids = ids_.emplace_back(call_.ids_of(window));
      const auto row = static_cast<std::int32_t>(i - window.window.begin + 1);  // after [CLS]
      places_.push_back({window.text, i, row});
      ids[static_cast<std::size_t>(row)] = call_.engine().vocabulary().mask();
      tokens_ += ids.size();
      if (tokens_ >= tokens_at_once) run();
    }
  }

  void run() {
    std::vector<Engine::Sequence> sequences;
    for (std::size_t i = 0; i < ids_.size(); ++i)
      sequences.push_back({.ids = ids_[i], .rows = std::span(&places_[i].row, 1)});
    call_.engine().run(sequences, [&](std::size_t number, std::span<const float> logits) {
      const Place& place = places_[number];
      const auto token = static_cast<std::size_t>(place.token);
      if (!all_finite(logits)) refuse_answer(call_.texts()[place.text].name, logits);
      SentenceScore& found = found_[place.text];
      found.token_scores[token] =
          logits[static_cast<std::size_t>(found.ids[token])] - log_sum_exp(logits);
    });
    ids_.clear();
    places_.clear();
    tokens_ = 0;
  }

 private:
  static constexpr std::size_t tokens_at_once = 1 << 16;  // what a long list may take of memory

  struct Place {
    std::size_t text;
    Index token;       // of the text
    std::int32_t row;  // of the window: that of the mask
  };

  const TextCall& call_;
  std::vector<SentenceScore>& found_;
  std::vector<std::vector<std::int32_t>> ids_;
  std::vector<Place> places_;
  std::size_t tokens_ = 0;
};

void score_by_generator(const TextCall& call, std::vector<SentenceScore>& found) {
  MaskedTokens masked(call, found);
  for (const CallWindow& window : call.windows()) masked.add(window);
  masked.run();
}

}  // namespace

struct SentenceScorer::Parts {
  Method method;
  LongText length;
  std::unique_ptr<const Engine> engine;

  [[nodiscard]] TextReading reading() const { return {*engine, length, engine->limit()}; }

  [[nodiscard]] std::vector<SentenceScore> scores_of(const TextCall& call) const {
    std::vector<SentenceScore> found;
    for (const CallText& text : call.texts()) found.push_back(unscored(text));
    (method == Method::generator ? score_by_generator : score_by_discriminator)(call, found);
    for (SentenceScore& each : found)
      each.score = std::accumulate(each.token_scores.begin(), each.token_scores.end(), 0.0);
    return found;
  }
};

SentenceScorer::SentenceScorer(const std::filesystem::path& directory)
    : SentenceScorer(directory, Options{}) {}
SentenceScorer::SentenceScorer(const std::filesystem::path& directory, const Options& options) {
  const StoredHead head = head_for(directory, "SentenceScorer", opened);
  const Method method = head.kind == "masked_token" ? Method::generator : Method::discriminator;
  parts_.reset(new Parts{method, options.length, engine_of(directory, method, options)});
}
SentenceScorer::~SentenceScorer() = default;
SentenceScorer::SentenceScorer(SentenceScorer&&) noexcept = default;
SentenceScorer& SentenceScorer::operator=(SentenceScorer&&) noexcept = default;

SentenceScorer::Method SentenceScorer::method() const { return parts_->method; }

const Engine& SentenceScorer::engine() const { return *parts_->engine; }

SentenceScore SentenceScorer::score(std::string_view text) const {
  return std::move(parts_->scores_of(TextCall(parts_->reading(), text)).front());
}

std::vector<SentenceScore> SentenceScorer::score(std::span<const std::string> texts) const {
  return parts_->scores_of(TextCall(parts_->reading(), texts));
}

std::vector<SentenceScore> SentenceScorer::score(std::initializer_list<std::string> texts) const {
  return score(std::span(texts.begin(), texts.size()));
}

}  // namespace electra
