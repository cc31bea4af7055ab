#include "electra/infer/masked_language_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "infer/head_check.h"
#include "infer/text_call.h"
#include "infer/token_probabilities.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 1> opened{"masked_token"};

/// The masks of a text, without candidates, and the place of each among its tokens.
struct Masks {
  FilledText filled;
  std::vector<Index> tokens;
};

/// A window that answers for some of its text's masks.
struct MaskedWindow {
  std::size_t text = 0;
  std::size_t first_mask = 0;  // of the text's
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> rows;  // of the masks, in order
};

Masks masks_of(const CallText& text, std::int32_t mask) {
  Masks found{{std::string(text.text), {}, text.left_out}, {}};
  const ByteSpans bytes(text.text);
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (token.id != mask) continue;
    const TextSpan span{token.begin, token.end};
    found.filled.masks.push_back({span, bytes(span), {}});
    found.tokens.push_back(static_cast<Index>(i));
  }
  return found;
}

std::vector<MaskedWindow> masked_windows(const TextCall& call, const std::vector<Masks>& masks) {
  std::vector<MaskedWindow> found;
  for (const CallWindow& window : call.windows()) {
    const Window& of = window.window;
    const std::vector<Index>& tokens = masks[window.text].tokens;
    const auto first = std::ranges::lower_bound(tokens, of.answers_from);
    const auto last = std::ranges::lower_bound(tokens, of.answers_to);
    if (first == last) continue;
    MaskedWindow& masked = found.emplace_back(
        window.text, static_cast<std::size_t>(first - tokens.begin()), call.ids_of(window));
    for (auto token = first; token != last; ++token)
      masked.rows.push_back(static_cast<std::int32_t>(*token + 1 - of.begin));  // after [CLS]
  }
  return found;
}

std::vector<FilledText> fill_all(const TextCall& call, Index most) {
  check_range("candidates", most, from(0));
  const Engine& engine = call.engine();
  std::vector<Masks> masks;
  for (const CallText& text : call.texts())
    masks.push_back(masks_of(text, engine.vocabulary().mask()));
  const std::vector<MaskedWindow> windows = masked_windows(call, masks);
  std::vector<Engine::Sequence> sequences;
  for (const MaskedWindow& window : windows)
    sequences.push_back({.ids = window.ids, .rows = window.rows});
  engine.run(sequences, [&](std::size_t number, std::span<const float> answer) {
    const MaskedWindow& window = windows[number];
    for (std::size_t i = 0; i < window.rows.size(); ++i) {
      const auto logits = row_of(answer, static_cast<Index>(i), engine.config().vocabulary);
      if (!all_finite(logits)) refuse_answer(call.texts()[window.text].name, logits);
      masks[window.text].filled.masks[window.first_mask + i].candidates =
          candidates_of(logits, engine.vocabulary(), most);
    }
  });
  std::vector<FilledText> filled;
  for (Masks& each : masks) filled.push_back(std::move(each.filled));
  return filled;
}

}  // namespace

MaskedLanguageModel::MaskedLanguageModel(const std::filesystem::path& directory)
    : MaskedLanguageModel(directory, Options{}) {}
MaskedLanguageModel::MaskedLanguageModel(const std::filesystem::path& directory,
                                         const Options& options)
    : length_(options.length) {
  if (!options.match_added_tokens)
    throw ConfigError("match_added_tokens: expected true, or no [MASK] is found, found false");
  static_cast<void>(head_for(directory, "MaskedLanguageModel", opened));
  engine_ = masked_token_engine(directory, options);
}
MaskedLanguageModel::~MaskedLanguageModel() = default;
MaskedLanguageModel::MaskedLanguageModel(MaskedLanguageModel&&) noexcept = default;
MaskedLanguageModel& MaskedLanguageModel::operator=(MaskedLanguageModel&&) noexcept = default;

FilledText MaskedLanguageModel::fill(std::string_view text, Index most) const {
  const TextCall call({*engine_, length_, engine_->limit()}, text);
  return std::move(fill_all(call, most).front());
}

std::vector<FilledText> MaskedLanguageModel::fill(std::span<const std::string> texts,
                                                  Index most) const {
  return fill_all(TextCall({*engine_, length_, engine_->limit()}, texts), most);
}

std::vector<FilledText> MaskedLanguageModel::fill(std::initializer_list<std::string> texts,
                                                  Index most) const {
  return fill(std::span(texts.begin(), texts.size()), most);
}

}  // namespace electra
