#include "electra/infer/tagger.h"

#include <algorithm>
#include <array>

#include "electra/tasks/prediction.h"
#include "infer/head_check.h"
#include "infer/task_model.h"
#include "infer/words.h"
#include "tasks/scores/span_f1.h"
#include "tasks/span_tags.h"

namespace electra {

namespace {

constexpr std::array<std::string_view, 1> opened{"tag"};

std::string slice(const std::string& text, TextSpan bytes) {
  return text.substr(static_cast<std::size_t>(bytes.begin),
                     static_cast<std::size_t>(bytes.end - bytes.begin));
}

TaggedText untagged(const WordTokens& words) {
  TaggedText found;
  found.text = words.text;
  const ByteSpans bytes(found.text);
  for (const TextSpan& span : words.words)
    found.words.push_back({.word = slice(found.text, bytes(span)),
                           .tag = {},
                           .span = span,
                           .byte_span = bytes(span)});
  return found;
}

void add_spans(TaggedText& text) {
  std::vector<std::string> tags;
  for (const TaggedWord& word : text.words) tags.push_back(word.tag.empty() ? "O" : word.tag);
  for (const TagSpan& span : spans_of(tags)) {
    const TaggedWord &first = text.words[span.begin], &last = text.words[span.end - 1];
    const TextSpan bytes{first.byte_span.begin, last.byte_span.end};
    text.spans.push_back({.kind = span.kind,
                          .text = slice(text.text, bytes),
                          .words = {static_cast<Index>(span.begin), static_cast<Index>(span.end)},
                          .span = {first.span.begin, last.span.end},
                          .byte_span = bytes});
  }
}

}  // namespace

struct Tagger::Parts {
  TaskModel model;
  bool marks_spans;

  /// Tags the words whose first token this window answers for.
  void take(const CallWindow& window, std::span<const float> logits, const WordTokens& words,
            TaggedText& found) const {
    const std::vector<std::string>& labels = model.labels().names();
    const Window& of = window.window;
    auto first =
        std::ranges::lower_bound(words.firsts, of.answers_from, {}, &WordTokens::First::token);
    for (; first != words.firsts.end() && first->token < of.answers_to; ++first) {
      const auto row = static_cast<std::size_t>(first->token + 1 - of.begin);
      const std::vector<double> outputs =
          predict_class(logits.subspan(row * labels.size(), labels.size())).outputs;
      const auto best =
          static_cast<std::size_t>(std::ranges::max_element(outputs) - outputs.begin());
      found.words[first->word].tag = labels[best];
      found.words[first->word].probability = outputs[best];
    }
  }

  [[nodiscard]] std::vector<TaggedText> tag(std::span<const WordTokens> texts,
                                            const TaskModel::NameOf& name_of) const {
    TextCall call(model.reading());
    std::vector<TaggedText> found;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      call.add(texts[i].text, name_of(i), texts[i].tokens);
      found.push_back(untagged(texts[i]));
      found.back().left_out = call.texts().back().left_out;
    }
    call.run([&](const CallWindow& window, std::span<const float> logits) {
      if (!all_finite(logits)) refuse_answer(call.texts()[window.text].name, logits);
      take(window, logits, texts[window.text], found[window.text]);
    });
    if (marks_spans)
      for (TaggedText& text : found) add_spans(text);
    return found;
  }

  template <class Texts>
  [[nodiscard]] std::vector<TaggedText> tag_all(const Texts& texts) const {
    std::vector<WordTokens> words;
    for (const auto& text : texts) words.push_back(words_of(text, model.engine().wordpiece()));
    return tag(words, [](std::size_t i) { return "text " + std::to_string(i); });
  }

  [[nodiscard]] TaggedText tag_one(const WordTokens& words) const {
    return std::move(tag({&words, 1}, [](std::size_t) { return "the text"; }).front());
  }
};

Tagger::Tagger(const std::filesystem::path& directory) : Tagger(directory, Options{}) {}
Tagger::Tagger(const std::filesystem::path& directory, const Options& options) {
  const StoredHead head = head_for(directory, "Tagger", opened);
  parts_.reset(new Parts{TaskModel(directory, head, options), mark_spans(head.labels)});
}
Tagger::~Tagger() = default;
Tagger::Tagger(Tagger&&) noexcept = default;
Tagger& Tagger::operator=(Tagger&&) noexcept = default;

const std::vector<std::string>& Tagger::labels() const { return parts_->model.labels().names(); }

TaggedText Tagger::tag(std::string_view text) const {
  return parts_->tag_one(words_of(text, parts_->model.engine().wordpiece()));
}

std::vector<TaggedText> Tagger::tag(std::span<const std::string> texts) const {
  return parts_->tag_all(texts);
}

std::vector<TaggedText> Tagger::tag(std::initializer_list<std::string> texts) const {
  return tag(std::span(texts.begin(), texts.size()));
}

TaggedText Tagger::tag_words(std::span<const std::string> words) const {
  return parts_->tag_one(words_of(words, parts_->model.engine().wordpiece()));
}

TaggedText Tagger::tag_words(std::initializer_list<std::string> words) const {
  return tag_words(std::span(words.begin(), words.size()));
}

std::vector<TaggedText> Tagger::tag_words(std::span<const std::vector<std::string>> texts) const {
  return parts_->tag_all(texts);
}

}  // namespace electra
