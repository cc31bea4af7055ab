#include "infer/text_call.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/data/unicode.h"

namespace electra {

TextSpan CallWindow::answered_rows() const {
  return {window.begin == 0 ? 0 : window.answers_from + 1,
          window.end == tokens ? tokens + 2 : window.answers_to + 1};
}

TextCall::TextCall(TextReading reading, std::string_view text) : reading_(std::move(reading)) {
  add(text, "the text");
}

TextCall::TextCall(TextReading reading, std::span<const std::string> texts)
    : reading_(std::move(reading)) {
  for (std::size_t i = 0; i < texts.size(); ++i) add(texts[i], "text " + std::to_string(i));
}

void TextCall::add(std::string_view text, std::string name) {
  add(text, std::move(name), engine().wordpiece().tokenize(text));
}

void TextCall::add(std::string_view text, std::string name, std::vector<Token> tokens) {
  const Engine::Limit& limit = reading_.limit;
  const Index room = limit.tokens - 2, count = std::ssize(tokens);
  if (count > room && reading_.length == LongText::fail)
    throw InputError(name + " has " + std::to_string(count + 2) +
                     " tokens with [CLS] and [SEP]; expected at most " +
                     std::to_string(limit.tokens) + ", " + limit.source);
  CallText& added = texts_.emplace_back(text, std::move(name), std::move(tokens));
  if (count > room && reading_.length == LongText::truncate) {
    added.left_out = count - room;
    added.tokens.resize(static_cast<std::size_t>(room));
  }
  const Index kept = std::ssize(added.tokens);
  for (const Window& window : windows_over(kept, room))
    windows_.push_back({texts_.size() - 1, window, kept});
}

std::vector<std::int32_t> TextCall::ids_of(const CallWindow& window) const {
  const std::vector<Token>& tokens = texts_[window.text].tokens;
  std::vector<std::int32_t> ids{engine().vocabulary().cls()};
  for (Index i = window.window.begin; i < window.window.end; ++i)
    ids.push_back(tokens[static_cast<std::size_t>(i)].id);
  ids.push_back(engine().vocabulary().sep());
  return ids;
}

std::vector<std::int32_t> TextCall::ids_of(const CallText& text) const {
  std::vector<std::int32_t> ids{engine().vocabulary().cls()};
  for (const Token& token : text.tokens) ids.push_back(token.id);
  ids.push_back(engine().vocabulary().sep());
  return ids;
}

void TextCall::run(const Take& take) const {
  std::vector<std::vector<std::int32_t>> ids;
  for (const CallWindow& window : windows_) ids.push_back(ids_of(window));
  engine().run(ids, [&](std::size_t number, std::span<const float> answer) {
    take(windows_[number], answer);
  });
}

ByteSpans::ByteSpans(std::string_view text) : starts_(character_starts(text)) {}

TextSpan ByteSpans::operator()(TextSpan characters) const {
  return {starts_[static_cast<std::size_t>(characters.begin)],
          starts_[static_cast<std::size_t>(characters.end)]};
}

bool all_finite(std::span<const float> answer) {
  return std::ranges::all_of(answer, [](float x) { return std::isfinite(x); });
}

void refuse_answer(const std::string& name, std::span<const float> answer) {
  const auto bad = std::ranges::find_if(answer, [](float x) { return !std::isfinite(x); });
  throw InputError(name + " has no answer: the model says " + number_text(*bad) +
                   ", expected a finite number");
}

}  // namespace electra
