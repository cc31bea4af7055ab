#include "electra/infer/detector.h"

#include <cmath>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/models/heads.h"
#include "infer/engine_options.h"
#include "infer/text_call.h"

namespace electra {

namespace {

/// The answer to a text, but for its probabilities.
Detection described(const TextCall& call, const CallText& text) {
  Detection found;
  found.text = text.text;
  found.left_out = text.left_out;
  found.ids = call.ids_of(text);
  found.spans.assign(found.ids.size(), {});
  for (std::size_t i = 0; i < text.tokens.size(); ++i)
    found.spans[i + 1] = {text.tokens[i].begin, text.tokens[i].end};
  const ByteSpans bytes(text.text);
  for (std::size_t i = 0; i < found.ids.size(); ++i) {
    found.tokens.push_back(call.engine().wordpiece().token(found.ids[i]));
    found.byte_spans.push_back(bytes(found.spans[i]));
  }
  found.probabilities.resize(found.ids.size());
  return found;
}

[[noreturn]] void refuse_answer(const CallText& text, Index token, const Detection& found,
                                double logit) {
  throw InputError(text.name + " has no answer: the model says of token " + std::to_string(token) +
                   " (\"" + found.tokens[static_cast<std::size_t>(token)] + "\") " +
                   number_text(logit) + ", expected a finite number");
}

/// A window's logits stand for [CLS], its tokens and [SEP].
void take(const CallWindow& window, const CallText& text, std::span<const float> logits,
          Detection& found) {
  const auto [from, to] = window.answered_rows();
  for (Index i = from; i < to; ++i) {
    const double logit = logits[static_cast<std::size_t>(i - window.window.begin)];
    if (!std::isfinite(logit)) refuse_answer(text, i, found, logit);
    found.probabilities[static_cast<std::size_t>(i)] = 1 / (1 + std::exp(-logit));
  }
}

std::vector<Detection> detect_all(const TextCall& call) {
  std::vector<Detection> found;
  for (const CallText& text : call.texts()) found.push_back(described(call, text));
  call.run([&](const CallWindow& window, std::span<const float> logits) {
    take(window, call.texts()[window.text], logits, found[window.text]);
  });
  return found;
}

}  // namespace

Detector::Detector(const std::filesystem::path& directory) : Detector(directory, Options{}) {}
Detector::Detector(const std::filesystem::path& directory, const Options& options)
    : engine_(std::make_unique<const Engine>(directory, head_kind("replaced_token"),
                                             engine_options(options))),
      length_(options.length) {}
Detector::~Detector() = default;
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;

Detection Detector::detect(std::string_view text) const {
  const TextCall call({*engine_, length_, engine_->limit()}, text);
  return std::move(detect_all(call).front());
}

std::vector<Detection> Detector::detect(std::span<const std::string> texts) const {
  return detect_all(TextCall({*engine_, length_, engine_->limit()}, texts));
}

std::vector<Detection> Detector::detect(std::initializer_list<std::string> texts) const {
  return detect(std::span(texts.begin(), texts.size()));
}

}  // namespace electra
