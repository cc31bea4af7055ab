#include "data/alphabet.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "electra/data/unicode.h"

namespace electra {

std::string_view take_character(std::string_view& text) {
  const auto bytes = static_cast<std::size_t>(decode_first(text).bytes);
  const std::string_view character = text.substr(0, bytes);
  text.remove_prefix(bytes);
  return character;
}

std::vector<CharacterUsage> usage_of_characters(const WordCounts& words) {
  std::vector<CharacterUsage> usages;  // by code point, which is the order of their bytes
  for (const auto& [word, count] : words.entries()) {
    for (std::string_view rest = word; !rest.empty();) {
      const bool begins = rest.size() == word.size();
      const auto code = static_cast<std::size_t>(decode_first(rest).code);
      const std::string_view character = take_character(rest);
      if (code >= usages.size()) usages.resize(code + 1);
      CharacterUsage& usage = usages[code];
      if (usage.count == 0) usage.character = character;
      usage.count += count;
      usage.begins |= begins;
      usage.continues |= !begins;
    }
  }
  std::erase_if(usages, [](const CharacterUsage& usage) { return usage.count == 0; });
  std::stable_sort(usages.begin(), usages.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return usages;
}

Index entries_of(std::span<const CharacterUsage> characters) {
  return std::accumulate(
      characters.begin(), characters.end(), Index{0},
      [](Index sum, const CharacterUsage& usage) { return sum + usage.entries(); });
}

std::size_t required_characters(std::span<const CharacterUsage> characters, double coverage,
                                Index limit) {
  const auto all = std::accumulate(
      characters.begin(), characters.end(), std::int64_t{0},
      [](std::int64_t sum, const CharacterUsage& usage) { return sum + usage.count; });
  const std::size_t most =
      limit == 0 ? characters.size() : std::min(characters.size(), static_cast<std::size_t>(limit));
  std::int64_t covered = 0;
  std::size_t taken = 0;
  while (taken < most && static_cast<double>(covered) < coverage * static_cast<double>(all))
    covered += characters[taken++].count;
  return taken;
}

std::size_t take_more(std::span<const CharacterUsage> characters, std::size_t taken, Index room) {
  Index entries = entries_of(characters.first(taken));
  while (taken < characters.size() && entries + characters[taken].entries() <= room)
    entries += characters[taken++].entries();
  return taken;
}

std::vector<std::string> spelled(std::span<const CharacterUsage> characters) {
  std::vector<std::string> beginnings;
  std::vector<std::string> continuations;
  for (const CharacterUsage& usage : characters) {
    if (usage.begins) beginnings.push_back(usage.character);
    if (usage.continues) continuations.push_back("##" + usage.character);
  }
  std::sort(beginnings.begin(), beginnings.end());
  std::sort(continuations.begin(), continuations.end());
  beginnings.insert(beginnings.end(), continuations.begin(), continuations.end());
  return beginnings;
}

}  // namespace electra
