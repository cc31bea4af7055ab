#include "electra/data/wordpiece.h"

#include <optional>
#include <string>

#include "electra/data/unicode.h"

namespace electra {

namespace {

struct Piece {
  std::int32_t id;
  std::size_t begin, end;  // bytes of the word
};

constexpr std::string_view continuation = "##";

/// Cuts one word after another, keeping its buffers.
class Cutter {
 public:
  explicit Cutter(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {}

  /// The pieces of a word; none where it cannot be cut.
  [[nodiscard]] const std::vector<Piece>& cut(std::string_view word) {
    pieces_.clear();
    stopped_at_ = 0;
    if (const auto first = vocabulary_.longest_prefix(word, 1)) {
      pieces_.push_back({first->id, 0, static_cast<std::size_t>(first->bytes)});
      while (!pieces_.empty() && pieces_.back().end < word.size()) cut_next(word);
    }
    return pieces_;
  }
  /// Up to which byte the last word could be cut, where it had no pieces.
  [[nodiscard]] std::size_t stopped_at() const { return stopped_at_; }

 private:
  void cut_next(std::string_view word) {
    const std::size_t begin = pieces_.back().end;
    rest_.assign(continuation).append(word.substr(begin));
    const auto next = vocabulary_.longest_prefix(rest_, Index{continuation.size()} + 1);
    if (next)
      pieces_.push_back(
          {next->id, begin, begin + static_cast<std::size_t>(next->bytes) - continuation.size()});
    else {
      stopped_at_ = begin;
      pieces_.clear();
    }
  }

  const Vocabulary& vocabulary_;
  std::vector<Piece> pieces_;
  std::size_t stopped_at_ = 0;
  std::string rest_;
};

struct NobodyCounts {
  void word(const Word&) {}
  void too_long() {}
  void stopped(const Word&, std::size_t) {}
  void stripped(Index) {}
};

struct UnknownCounter {
  UnknownTokens& unknown;

  void word(const Word& word) { unknown.count_word(word.characters); }
  void too_long() { ++unknown.unknown; }
  void stopped(const Word& word, std::size_t at) {
    ++unknown.missing[decode_first(word.text.substr(at)).code];
    ++unknown.unknown;
  }
  void stripped(Index marks) { unknown.stripped += marks; }
};

/// Words are only split off from a text that was normalised before.
constexpr WordpieceOptions split_alone(WordpieceOptions options) {
  options.lower_case = false;
  options.strip_accents = false;
  options.handle_chinese_chars = false;
  options.clean_text = false;
  return options;
}

/// `place` turns places in this text into places of the whole.
template <class Place, class Emit, class Count>
void each_piece(std::string_view text, const Vocabulary& vocabulary,
                const WordpieceOptions& options, std::int32_t unknown, Place&& place, Emit&& emit,
                Count&& count) {
  Cutter cutter(vocabulary);
  const std::vector<Piece> none;
  WordReader words(text, options);
  while (const auto word = words.next()) {
    const bool fits = word->characters <= options.longest_word();
    const std::vector<Piece>& pieces = fits ? cutter.cut(word->text) : none;
    count.word(*word);
    for (const auto [id, begin, end] : pieces)
      emit(Token{id, place(word->origins[begin]), place(word->origins[end - 1]) + 1});
    if (!pieces.empty()) continue;
    emit(Token{unknown, place(word->origins.front()), place(word->origins.back()) + 1});
    if (fits)
      count.stopped(*word, cutter.stopped_at());
    else
      count.too_long();
  }
  count.stripped(words.stripped());
}

}  // namespace

Wordpiece::Wordpiece(const Vocabulary& vocabulary, WordpieceOptions options, AddedTokens added)
    : vocabulary_(&vocabulary),
      options_(options),
      added_(std::move(added)),
      unknown_(vocabulary.unknown()) {}

template <class Emit, class Count>
void Wordpiece::each_token(std::string_view text, Emit&& emit, Count&& count) const {
  const auto cut = [&](std::string_view part, const WordpieceOptions& options, auto&& place) {
    each_piece(part, *vocabulary_, options, unknown_, place, emit, count);
  };
  if (added_.empty()) return cut(text, options_, [](Index place) { return place; });
  added_.each_part(text, [&](const TextPart& part) {
    if (part.token != nullptr)
      emit(Token{part.token->id, part.begin, part.end});
    else if (part.normalised)
      cut(part.text, split_alone(options_),
          [&](Index place) { return part.origins[static_cast<std::size_t>(place)]; });
    else
      cut(part.text, options_, [&](Index place) { return part.begin + place; });
  });
}

std::vector<std::int32_t> Wordpiece::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  each_token(
      text, [&](const Token& token) { ids.push_back(token.id); }, NobodyCounts{});
  return ids;
}

std::vector<std::int32_t> Wordpiece::encode(std::string_view text, UnknownTokens& unknown) const {
  unknown.longest_word = options_.longest_word();
  std::vector<std::int32_t> ids;
  each_token(
      text, [&](const Token& token) { ids.push_back(token.id); }, UnknownCounter{unknown});
  unknown.tokens += static_cast<Index>(ids.size());
  return ids;
}

std::vector<Token> Wordpiece::tokenize(std::string_view text) const {
  std::vector<Token> tokens;
  each_token(
      text, [&](const Token& token) { tokens.push_back(token); }, NobodyCounts{});
  return tokens;
}

const std::string& Wordpiece::token(std::int32_t id) const {
  const bool known = id >= 0 && id < vocabulary_->size() && !vocabulary_->token(id).empty();
  const std::string* added = known ? nullptr : added_.name_of(id);
  return added != nullptr ? *added : vocabulary_->token(id);
}

}  // namespace electra
