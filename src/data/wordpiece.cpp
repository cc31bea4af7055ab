#include "electra/data/wordpiece.h"

#include <algorithm>
#include <optional>
#include <string>

#include "data/each_word.h"
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

  /// Whether the word can be cut to its end, into `pieces`.
  [[nodiscard]] bool cut(std::string_view word) {
    pieces_.clear();
    stopped_at_ = 0;
    if (const auto first = vocabulary_.longest_prefix(word, 1)) {
      pieces_.push_back({first->id, 0, static_cast<std::size_t>(first->bytes)});
      while (!pieces_.empty() && pieces_.back().end < word.size()) cut_next(word);
    }
    return !pieces_.empty();
  }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }
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
  void word(Index) {}
  void too_long() {}
  void stopped(std::string_view, std::size_t) {}
  void stripped(Index) {}
};

struct UnknownCounter {
  UnknownTokens& unknown;

  void word(Index characters) { unknown.count_word(characters); }
  void too_long() { ++unknown.unknown; }
  void stopped(std::string_view word, std::size_t at) {
    ++unknown.missing[decode_first(word.substr(at)).code];
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

/// Tokens with their places, which `place` turns from those in this text into those of the whole.
template <class Place>
void append_tokens(std::string_view text, const Vocabulary& vocabulary,
                   const WordpieceOptions& options, std::int32_t unknown, Place&& place,
                   std::vector<Token>& tokens) {
  Cutter cutter(vocabulary);
  WordReader words(text, options);
  while (const auto word = words.next()) {
    const bool cut = word->characters <= options.longest_word() && cutter.cut(word->text);
    const auto append = [&](std::int32_t id, std::size_t begin, std::size_t end) {
      tokens.push_back({id, place(word->origins[begin]), place(word->origins[end - 1]) + 1});
    };
    if (!cut)
      append(unknown, 0, word->text.size());
    else
      for (const auto [id, begin, end] : cutter.pieces()) append(id, begin, end);
  }
}

template <class Count>
void append_ids(std::string_view text, const Vocabulary& vocabulary,
                const WordpieceOptions& options, std::int32_t unknown,
                std::vector<std::int32_t>& ids, Count&& count) {
  const Index longest = options.longest_word();
  Cutter cutter(vocabulary);
  const Index stripped = each_word(text, options, [&](std::string_view word, Index characters) {
    count.word(characters);
    if (characters > longest) {
      ids.push_back(unknown);
      count.too_long();
    } else if (const auto whole = vocabulary.find(word)) {
      ids.push_back(*whole);
    } else if (cutter.cut(word)) {
      for (const Piece& piece : cutter.pieces()) ids.push_back(piece.id);
    } else {
      ids.push_back(unknown);
      count.stopped(word, cutter.stopped_at());
    }
  });
  count.stripped(stripped);
}

/// Places for about as many tokens as prose has, so that most texts are appended without a copy.
void make_room(std::vector<std::int32_t>& ids, std::string_view text) {
  constexpr std::size_t bytes_of_a_token = 4;
  const std::size_t wanted = ids.size() + text.size() / bytes_of_a_token + 1;
  if (wanted > ids.capacity()) ids.reserve(std::max(wanted, 2 * ids.capacity()));
}

}  // namespace

Wordpiece::Wordpiece(const Vocabulary& vocabulary, WordpieceOptions options, AddedTokens added)
    : vocabulary_(&vocabulary),
      options_(options),
      added_(std::move(added)),
      unknown_(vocabulary.unknown()) {}

template <class Count>
void Wordpiece::append_counted(std::string_view text, std::vector<std::int32_t>& ids,
                               Count&& count) const {
  make_room(ids, text);
  const auto cut = [&](std::string_view part, const WordpieceOptions& options) {
    append_ids(part, *vocabulary_, options, unknown_, ids, count);
  };
  if (added_.empty()) return cut(text, options_);
  added_.each_part(text, [&](const TextPart& part) {
    if (part.token != nullptr)
      ids.push_back(part.token->id);
    else
      cut(part.text, part.normalised ? split_alone(options_) : options_);
  });
}

std::vector<std::int32_t> Wordpiece::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  append_counted(text, ids, NobodyCounts{});
  return ids;
}

std::vector<std::int32_t> Wordpiece::encode(std::string_view text, UnknownTokens& unknown) const {
  std::vector<std::int32_t> ids;
  append(text, ids, unknown);
  return ids;
}

void Wordpiece::append(std::string_view text, std::vector<std::int32_t>& ids,
                       UnknownTokens& unknown) const {
  const std::size_t before = ids.size();
  unknown.longest_word = options_.longest_word();
  append_counted(text, ids, UnknownCounter{unknown});
  unknown.tokens += static_cast<Index>(ids.size() - before);
}

std::vector<Token> Wordpiece::tokenize(std::string_view text) const {
  std::vector<Token> tokens;
  const auto cut = [&](std::string_view part, const WordpieceOptions& options, auto&& place) {
    append_tokens(part, *vocabulary_, options, unknown_, place, tokens);
  };
  if (added_.empty()) {
    cut(text, options_, [](Index place) { return place; });
    return tokens;
  }
  added_.each_part(text, [&](const TextPart& part) {
    if (part.token != nullptr)
      tokens.push_back({part.token->id, part.begin, part.end});
    else if (part.normalised)
      cut(part.text, split_alone(options_),
          [&](Index place) { return part.origins[static_cast<std::size_t>(place)]; });
    else
      cut(part.text, options_, [&](Index place) { return part.begin + place; });
  });
  return tokens;
}

const std::string& Wordpiece::token(std::int32_t id) const {
  const bool known = id >= 0 && id < vocabulary_->size() && !vocabulary_->token(id).empty();
  const std::string* added = known ? nullptr : added_.name_of(id);
  return added != nullptr ? *added : vocabulary_->token(id);
}

}  // namespace electra
