#include "infer/head_check.h"

#include <algorithm>
#include <array>
#include <string>

#include "electra/core/error.h"
#include "electra/models/heads.h"

namespace electra {

namespace {

struct Opener {
  std::string_view head, classes;
};

constexpr auto openers = std::to_array<Opener>({
    {"replaced_token", "Detector, SentenceScorer or TextEmbedder"},
    {"masked_token", "MaskedLanguageModel, SentenceScorer or TextEmbedder"},
    {"classify", "Classifier"},
    {"multilabel", "Classifier"},
    {"regress", "Regressor"},
    {"tag", "Tagger"},
    {"answer", "QuestionAnswerer"},
    {"embed", "TextEmbedder"},
});

std::string_view name_of(const StoredHead& head) {
  return head.task.empty() ? head.kind : head.task;
}

std::string found_text(const StoredHead& head) {
  const auto opener = std::ranges::find(openers, name_of(head), &Opener::head);
  const std::string text =
      std::string(head_kind(head.kind).architecture) + " (" + std::string(name_of(head)) + ")";
  if (opener == openers.end()) return text;
  return text + ", which " + std::string(opener->classes) + " opens";
}

}  // namespace

StoredHead head_for(const std::filesystem::path& directory, std::string_view class_name,
                    std::span<const std::string_view> opens) {
  StoredHead head = read_head(directory);
  if (std::ranges::find(opens, name_of(head)) != opens.end()) return head;
  std::string names;
  for (const std::string_view name : opens)
    names += (names.empty() ? "" : " or ") + std::string(name);
  throw IoError((directory / "config.json").string() + ": architectures: expected a head of " +
                names + " for a " + std::string(class_name) + ", found " + found_text(head));
}

}  // namespace electra
