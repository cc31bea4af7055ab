#include "electra/tasks/prediction.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>

#include "electra/core/error.h"

namespace electra {

namespace {

void check_finite(std::span<const float> logits) {
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (!std::isfinite(logits[i]))
      throw Error("prediction: expected finite outputs of the model, found " +
                  std::to_string(logits[i]) + " at place " + std::to_string(i));
}

void check_count(std::span<const float> logits, std::size_t expected) {
  if (logits.size() != expected)
    throw ShapeError("prediction: expected " + std::to_string(expected) + " logits, found " +
                     std::to_string(logits.size()));
  check_finite(logits);
}

std::size_t best_of(std::span<const float> values) {
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

/// A span of one window.
struct Span {
  const Feature* window = nullptr;
  Index start = 0, end = 0;  // places in the window, both inside
  double score = 0;
};

/// [tokens, 2] logits of a window.
class Window {
 public:
  explicit Window(const WindowLogits& window) : feature_(*window.feature), logits_(window.logits) {
    check_count(logits_, feature_.ids.size() * 2);
  }

  [[nodiscard]] double start(Index token) const { return logit(token, 0); }
  [[nodiscard]] double end(Index token) const { return logit(token, 1); }
  [[nodiscard]] double null_score() const { return start(0) + end(0); }

  /// The spans of the best starts and ends, by start and end; of all starts and ends where none of
  /// these fit.
  [[nodiscard]] std::vector<Span> spans(const AnswerOptions& options) const {
    const Index all = std::ssize(feature_.ids);
    std::vector<Span> best = spans(best_places(0, options.candidates),
                                   best_places(1, options.candidates), options.longest);
    return best.empty() ? spans(best_places(0, all), best_places(1, all), options.longest) : best;
  }

 private:
  [[nodiscard]] double logit(Index token, int which) const {
    return logits_[static_cast<std::size_t>(2 * token + which)];
  }

  [[nodiscard]] std::vector<Index> best_places(int which, Index count) const {
    std::vector<Index> places(feature_.ids.size());
    std::iota(places.begin(), places.end(), Index{0});
    std::ranges::stable_sort(places, std::ranges::greater(),
                             [&](Index token) { return logit(token, which); });
    places.resize(static_cast<std::size_t>(std::min(count, std::ssize(places))));
    std::ranges::sort(places);
    return places;
  }

  [[nodiscard]] bool in_passage(Index token) const {
    return token >= feature_.passage &&
           token < feature_.passage + std::ssize(feature_.passage_bytes);
  }

  [[nodiscard]] std::vector<Span> spans(const std::vector<Index>& starts,
                                        const std::vector<Index>& ends, Index longest) const {
    std::vector<Span> found;
    for (const Index first : starts) {
      if (!in_passage(first)) continue;
      for (const Index last : ends)
        if (in_passage(last) && last >= first && last - first + 1 <= longest)
          found.push_back({&feature_, first, last, start(first) + end(last)});
    }
    return found;
  }

  const Feature& feature_;
  std::span<const float> logits_;
};

Feature::Bytes bytes_of(const Span& span) {
  const auto token = [&](Index place) {
    return span.window->passage_bytes[static_cast<std::size_t>(place - span.window->passage)];
  };
  return {token(span.start).begin, token(span.end).end};
}

}  // namespace

Prediction predict_class(std::span<const float> logits) {
  check_finite(logits);
  Prediction prediction;
  if (logits.empty()) return prediction;
  const double largest = logits[best_of(logits)];
  double sum = 0;
  for (const float logit : logits) {
    prediction.outputs.push_back(std::exp(logit - largest));
    sum += prediction.outputs.back();
  }
  for (double& output : prediction.outputs) output /= sum;
  return prediction;
}

Prediction predict_labels(std::span<const float> logits) {
  check_finite(logits);
  Prediction prediction;
  for (const float logit : logits)
    prediction.outputs.push_back(1 / (1 + std::exp(-static_cast<double>(logit))));
  return prediction;
}

Prediction predict_number(float output) {
  check_finite({&output, 1});
  Prediction prediction;
  prediction.outputs = {output};
  return prediction;
}

Prediction predict_tags(const Feature& feature, std::span<const float> logits, Index labels) {
  const auto width = static_cast<std::size_t>(labels);
  check_count(logits, feature.ids.size() * width);
  Prediction prediction;
  for (const std::int32_t word : feature.words)
    prediction.tags.push_back(word < 0 ? -1
                                       : static_cast<std::int32_t>(best_of(logits.subspan(
                                             static_cast<std::size_t>(word) * width, width))));
  return prediction;
}

Prediction predict_answer(std::string_view passage, std::span<const WindowLogits> windows,
                          const AnswerOptions& options) {
  if (windows.empty()) throw InputError("predict_answer: expected at least one window, found none");
  if (options.longest < 1 || options.candidates < 1)
    throw ConfigError(
        "predict_answer: expected answers of a token and a candidate or more, found " +
        std::to_string(options.longest) + " and " + std::to_string(options.candidates));
  Prediction prediction;
  std::optional<Span> best;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const Window window(windows[i]);
    const double none = window.null_score();
    if (i == 0 || none < prediction.null_score) prediction.null_score = none;
    const std::vector<Span> spans = window.spans(options);
    const auto span = std::ranges::max_element(spans, {}, &Span::score);
    if (span != spans.end() && (!best || span->score > best->score)) best = *span;
  }
  prediction.score = best ? best->score : prediction.null_score;
  const bool withheld =
      options.may_be_null && prediction.null_score - prediction.score > options.null_threshold;
  if (!best || withheld) return prediction;
  prediction.span = bytes_of(*best);
  prediction.answer =
      passage.substr(static_cast<std::size_t>(prediction.span.begin),
                     static_cast<std::size_t>(prediction.span.end - prediction.span.begin));
  return prediction;
}

std::vector<AnswerCandidate> best_answers(std::span<const WindowLogits> windows,
                                          const AnswerOptions& options, Index count) {
  std::vector<AnswerCandidate> all;
  for (const WindowLogits& window : windows)
    for (const Span& span : Window(window).spans(options))
      all.push_back({bytes_of(span), span.score});
  std::ranges::stable_sort(all, std::ranges::greater(), &AnswerCandidate::score);
  std::vector<AnswerCandidate> best;
  for (const AnswerCandidate& one : all) {
    if (std::ssize(best) >= count) break;
    if (std::ranges::find(best, one.span, &AnswerCandidate::span) == best.end())
      best.push_back(one);
  }
  return best;
}

}  // namespace electra
