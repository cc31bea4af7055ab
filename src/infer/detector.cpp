#include "electra/infer/detector.h"

#include <cmath>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "electra/models/heads.h"

namespace electra {

namespace {

/// The texts of a call as sequences for the engine, and where their answers belong.
class Call {
 public:
  Call(const Engine& engine, LongText length)
      : engine_(engine), length_(length), room_(engine.limit().tokens - 2) {}

  /// `name` is what messages call the text.
  void add(std::string_view text, const std::string& name) {
    std::vector<Token> tokens = engine_.wordpiece().tokenize(text);
    const auto count = static_cast<Index>(tokens.size());
    if (count > room_ && length_ == LongText::fail) refuse(name, count);
    names_.push_back(name);
    Detection& found = found_.emplace_back();
    found.text = text;
    if (count > room_ && length_ == LongText::truncate) {
      found.left_out = count - room_;
      tokens.resize(static_cast<std::size_t>(room_));
    }
    describe(tokens, found);
    for (const Window& window : windows_over(static_cast<Index>(tokens.size()), room_))
      add(tokens, window);
  }

  [[nodiscard]] std::vector<Detection> detect() && {
    engine_.run(ids_, [&](std::size_t sequence, std::span<const float> logits) {
      take(places_[sequence], logits);
    });
    return std::move(found_);
  }

 private:
  struct Place {
    std::size_t text;
    Window window;
  };

  [[noreturn]] void refuse(const std::string& name, Index tokens) const {
    throw InputError(name + " has " + std::to_string(tokens + 2) +
                     " tokens with [CLS] and [SEP]; expected at most " + std::to_string(room_ + 2) +
                     ", " + engine_.limit().source);
  }

  void describe(const std::vector<Token>& tokens, Detection& found) const {
    const Vocabulary& vocabulary = engine_.vocabulary();
    const auto add_token = [&](std::int32_t id, Detection::Span span) {
      found.ids.push_back(id);
      found.tokens.push_back(engine_.wordpiece().token(id));
      found.spans.push_back(span);
    };
    add_token(vocabulary.cls(), {});
    for (const Token& token : tokens) add_token(token.id, {token.begin, token.end});
    add_token(vocabulary.sep(), {});
    const std::vector<Index> starts = character_starts(found.text);
    const auto byte = [&](Index character) { return starts[static_cast<std::size_t>(character)]; };
    for (const Detection::Span& span : found.spans)
      found.byte_spans.push_back({byte(span.begin), byte(span.end)});
    found.probabilities.resize(found.ids.size());
  }

  void add(const std::vector<Token>& tokens, const Window& window) {
    std::vector<std::int32_t>& ids = ids_.emplace_back();
    ids.push_back(engine_.vocabulary().cls());
    for (Index i = window.begin; i < window.end; ++i)
      ids.push_back(tokens[static_cast<std::size_t>(i)].id);
    ids.push_back(engine_.vocabulary().sep());
    places_.push_back({found_.size() - 1, window});
  }

  /// A window's logits stand for [CLS], its tokens and [SEP]; the first window answers for the
  /// text's [CLS], the last for its [SEP].
  void take(const Place& place, std::span<const float> logits) {
    std::vector<double>& all = found_[place.text].probabilities;
    const Window& window = place.window;
    const auto last = static_cast<Index>(all.size()) - 2;  // tokens of the text
    const Index from = window.begin == 0 ? 0 : window.answers_from + 1;
    const Index to = window.end == last ? last + 2 : window.answers_to + 1;
    for (Index i = from; i < to; ++i) {
      const double logit = logits[static_cast<std::size_t>(i - window.begin)];
      if (!std::isfinite(logit)) refuse_answer(place.text, i, logit);
      all[static_cast<std::size_t>(i)] = 1 / (1 + std::exp(-logit));
    }
  }

  [[noreturn]] void refuse_answer(std::size_t text, Index token, double logit) const {
    throw InputError(names_[text] + " has no answer: the model says of token " +
                     std::to_string(token) + " (\"" +
                     found_[text].tokens[static_cast<std::size_t>(token)] + "\") " +
                     number_text(logit) + ", expected a finite number");
  }

  const Engine& engine_;
  LongText length_;
  Index room_;
  std::vector<std::string> names_;  // of the texts
  std::vector<Detection> found_;
  std::vector<std::vector<std::int32_t>> ids_;
  std::vector<Place> places_;
};

}  // namespace

Detector::Detector(const std::filesystem::path& directory) : Detector(directory, Options{}) {}
Detector::Detector(const std::filesystem::path& directory, const Options& options)
    : engine_(std::make_unique<const Engine>(
          directory, head_kind("replaced_token"),
          Engine::Options{.device = options.device,
                          .threads = options.threads,
                          .workers = options.workers,
                          .positions = options.positions,
                          .match_added_tokens = options.match_added_tokens})),
      length_(options.length) {}
Detector::~Detector() = default;
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;

Detection Detector::detect(std::string_view text) const {
  Call call(*engine_, length_);
  call.add(text, "the text");
  std::vector<Detection> found = std::move(call).detect();
  return std::move(found.front());
}

std::vector<Detection> Detector::detect(std::span<const std::string> texts) const {
  Call call(*engine_, length_);
  for (std::size_t i = 0; i < texts.size(); ++i) call.add(texts[i], "text " + std::to_string(i));
  return std::move(call).detect();
}

std::vector<Detection> Detector::detect(std::initializer_list<std::string> texts) const {
  return detect(std::span(texts.begin(), texts.size()));
}

}  // namespace electra
