#include "electra/tasks/features.h"

#include <algorithm>
#include <span>
#include <string>

#include "data/characters.h"
#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

using Ids = std::vector<std::int32_t>;

constexpr Index specials = 2;       // [CLS] … [SEP]
constexpr Index pair_specials = 3;  // [CLS] … [SEP] … [SEP]

struct Lengths {
  Index first = 0, second = 0;
};

/// What is left of two texts in `room` tokens, as Hugging Face's fast tokenizers have it.
Lengths longest_first(Lengths texts, Index room) {
  const Index shorter = std::min(texts.first, texts.second);
  const Index half = room / 2;
  if (texts.first + texts.second <= room) return texts;
  if (shorter <= half) {
    return texts.first <= texts.second ? Lengths{shorter, room - shorter}
                                       : Lengths{room - shorter, shorter};
  }
  return texts.first > texts.second ? Lengths{room - half, half} : Lengths{half, room - half};
}

std::string name_of(const Example& example) {
  if (!example.id.empty()) return "question " + shown(example.id);
  return example.line > 0 ? "line " + std::to_string(example.line) : "an example";
}

/// Writes what a model reads, part by part.
class FeatureWriter {
 public:
  FeatureWriter(const SpecialIds& special, std::size_t example) : special_(special) {
    feature_.example = example;
    add(special.cls, 0);
  }

  void add(std::int32_t id, std::int32_t type) {
    feature_.ids.push_back(id);
    feature_.types.push_back(type);
  }
  void add_text(std::span<const std::int32_t> ids, Index kept, std::int32_t type) {
    for (const std::int32_t id : ids.first(static_cast<std::size_t>(kept))) add(id, type);
    add(special_.sep, type);
    feature_.cut += std::ssize(ids) - kept;
  }
  [[nodiscard]] Index size() const { return std::ssize(feature_.ids); }
  [[nodiscard]] Feature& feature() { return feature_; }

 private:
  SpecialIds special_;
  Feature feature_;
};

/// A passage's tokens and where each is, in bytes.
struct Passage {
  Ids ids;
  std::vector<Feature::Bytes> bytes;
};

/// Marks that the tokenizer stripped belong to the letter before them: a slice of the passage that
/// ended before them would be another word.
Index end_with_marks(std::string_view text, Index end, Index next, Compat compat) {
  while (end < next) {
    const Decoded mark = decode_first(text.substr(static_cast<std::size_t>(end)));
    if (!mark.valid() || !is_nonspacing_mark(mark.code, compat)) break;
    end += mark.bytes;
  }
  return end;
}

Passage passage_of(const std::string& text, const Wordpiece& tokenizer) {
  const std::vector<Token> tokens = tokenizer.tokenize(text);
  const std::vector<Index> starts = character_starts(text);
  const auto byte = [&](Index place) { return starts[static_cast<std::size_t>(place)]; };
  Passage passage;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Index next = i + 1 < tokens.size() ? byte(tokens[i + 1].begin) : std::ssize(text);
    passage.ids.push_back(tokens[i].id);
    passage.bytes.push_back({byte(tokens[i].begin), end_with_marks(text, byte(tokens[i].end), next,
                                                                   tokenizer.options().compat)});
  }
  return passage;
}

/// The tokens that an answer touches, half-open; empty where it touches none.
struct TokenRange {
  Index begin = 0, end = 0;
};

TokenRange tokens_of(const Example& example, const Passage& passage) {
  if (example.answers.empty()) return {};
  const PassageAnswer& answer = example.answers.front();
  const auto first = std::ranges::find_if(
      passage.bytes, [&](Feature::Bytes token) { return token.end > answer.begin; });
  const auto behind = std::find_if(first, passage.bytes.end(), [&](Feature::Bytes token) {
    return token.begin >= answer.begin + std::ssize(answer.text);
  });
  return {first - passage.bytes.begin(), behind - passage.bytes.begin()};
}

Feature text_feature(const Ids& ids, std::size_t number, int part, const SpecialIds& special,
                     Index length) {
  FeatureWriter writer(special, number);
  writer.add_text(ids, std::min(std::ssize(ids), length - specials), 0);
  writer.feature().part = part;
  return std::move(writer.feature());
}

Feature pair_feature(const Ids& first, const Ids& second, std::size_t number,
                     const SpecialIds& special, Index length) {
  const Lengths kept =
      longest_first({std::ssize(first), std::ssize(second)}, length - pair_specials);
  FeatureWriter writer(special, number);
  writer.add_text(first, kept.first, 0);
  writer.add_text(second, kept.second, 1);
  return std::move(writer.feature());
}

Feature words_feature(const Example& example, std::size_t number, const Wordpiece& tokenizer,
                      const SpecialIds& special, Index length) {
  FeatureWriter writer(special, number);
  Ids ids;
  for (const std::string& word : example.words) {
    const Ids pieces = tokenizer.encode(word);
    const Index place = std::ssize(ids) + 1;
    const bool there = !pieces.empty() && place < length - 1;
    writer.feature().words.push_back(there ? static_cast<std::int32_t>(place) : -1);
    ids.insert(ids.end(), pieces.begin(), pieces.end());
  }
  writer.add_text(ids, std::min(std::ssize(ids), length - specials), 0);
  return std::move(writer.feature());
}

Feature window_feature(const Ids& question, const Passage& passage, TokenRange window,
                       TokenRange answer, FeatureWriter writer) {
  writer.add_text(question, std::ssize(question), 0);
  Feature& feature = writer.feature();
  feature.passage = writer.size();
  const auto part = [&](auto& all) {
    return std::span(all).subspan(static_cast<std::size_t>(window.begin),
                                  static_cast<std::size_t>(window.end - window.begin));
  };
  writer.add_text(part(passage.ids), window.end - window.begin, 1);
  const auto bytes = part(passage.bytes);
  feature.passage_bytes.assign(bytes.begin(), bytes.end());
  const bool inside =
      answer.begin < answer.end && answer.begin >= window.begin && answer.end <= window.end;
  if (inside) {
    const Index shift = feature.passage - window.begin;
    feature.start = static_cast<std::int32_t>(answer.begin + shift);
    feature.end = static_cast<std::int32_t>(answer.end - 1 + shift);
  }
  return std::move(feature);
}

std::vector<Feature> windows(const Example& example, std::size_t number, const Wordpiece& tokenizer,
                             const SpecialIds& special, const FeatureOptions& options) {
  const Ids question = tokenizer.encode(example.text_b);
  const Index room = options.length - pair_specials - std::ssize(question);
  if (room < 1 || room * 4 < options.length)
    throw InputError(name_of(example) + ": expected a question that leaves a quarter of " +
                     std::to_string(options.length) + " tokens for the passage, found one of " +
                     std::to_string(question.size()));
  const Passage passage = passage_of(example.text, tokenizer);
  const TokenRange answer = tokens_of(example, passage);
  const Index all = std::ssize(passage.ids);
  // A long question may leave less room than neighbours are to share: then they share half of it.
  const Index step = room - (options.stride < room ? options.stride : room / 2);
  std::vector<Feature> features;
  for (Index begin = 0;; begin += step) {
    const Index end = std::min(begin + room, all);
    features.push_back(
        window_feature(question, passage, {begin, end}, answer, FeatureWriter(special, number)));
    if (end == all) return features;
  }
}

std::vector<Feature> texts(const Example& example, std::size_t number, bool pairs,
                           const Wordpiece& tokenizer, const SpecialIds& special, Index length) {
  std::vector<Feature> features;
  const auto add = [&](const std::string& text, int part) {
    features.push_back(text_feature(tokenizer.encode(text), number, part, special, length));
  };
  add(example.text, 0);
  if (pairs || !example.text_b.empty()) add(example.text_b, 1);
  if (!example.negative.empty()) add(example.negative, 2);
  return features;
}

}  // namespace

FeatureMaker::FeatureMaker(const Wordpiece& tokenizer, const SpecialIds& special, TaskKind task,
                           FeatureOptions options)
    : tokenizer_(tokenizer), special_(special), task_(task), options_(options) {
  const Index least = task == TaskKind::answer ? 5 : 3;
  if (options.length < least)
    throw ConfigError("length: expected at least " + std::to_string(least) + ", found " +
                      std::to_string(options.length));
  if (options.stride < 0)
    throw ConfigError("stride: expected 0 or more, found " + std::to_string(options.stride));
}

std::vector<Feature> FeatureMaker::features(const Example& example, std::size_t number,
                                            bool pairs) const {
  const Index length = options_.length;
  if (task_ == TaskKind::answer) return windows(example, number, tokenizer_, special_, options_);
  if (task_ == TaskKind::embed) return texts(example, number, pairs, tokenizer_, special_, length);
  if (task_ == TaskKind::tag) return {words_feature(example, number, tokenizer_, special_, length)};
  const Ids first = tokenizer_.encode(example.text);
  if (!pairs) return {text_feature(first, number, 0, special_, length)};
  if (length < 5)
    throw ConfigError("length: expected at least 5 for pairs, found " + std::to_string(length));
  return {pair_feature(first, tokenizer_.encode(example.text_b), number, special_, length)};
}

}  // namespace electra
