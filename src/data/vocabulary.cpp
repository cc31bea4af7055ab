#include "electra/data/vocabulary.h"

#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

namespace {

std::string_view stripped(std::string_view line) {
  constexpr std::string_view blank = " \t\r\n\f\v";
  const auto begin = line.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(blank) - begin + 1);
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> tokens, const std::string& origin)
    : tokens_(std::move(tokens)) {
  for (std::size_t id = 0; id < tokens_.size(); ++id)
    ids_[tokens_[id]] = static_cast<std::int32_t>(id);
  const auto special = [&](const char* name) {
    const auto found = find(name);
    if (!found)
      throw IoError(origin + ": expected the token " + name + ", found none among " +
                    std::to_string(tokens_.size()) + " tokens");
    return *found;
  };
  pad_ = special("[PAD]");
  unknown_ = special("[UNK]");
  cls_ = special("[CLS]");
  sep_ = special("[SEP]");
  mask_ = special("[MASK]");
}

Vocabulary Vocabulary::load(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  std::string_view rest = text;
  std::vector<std::string> tokens;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    tokens.emplace_back(stripped(rest.substr(0, end)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (tokens.empty()) throw IoError(file.string() + ": expected a token a line, found nothing");
  return {std::move(tokens), file.string()};
}

Vocabulary Vocabulary::from_tokens(std::vector<std::string> tokens) {
  return {std::move(tokens), "vocabulary"};
}

std::optional<std::int32_t> Vocabulary::find(std::string_view token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

const std::string& Vocabulary::token(std::int32_t id) const {
  if (id < 0 || id >= size())
    throw Error("vocabulary: expected an id below " + std::to_string(size()) + ", found " +
                std::to_string(id));
  return tokens_[static_cast<std::size_t>(id)];
}

std::uint64_t Vocabulary::hash() const {
  std::uint64_t value = 14695981039346656037U;
  const auto add = [&](char c) {
    value = (value ^ static_cast<unsigned char>(c)) * 1099511628211U;
  };
  for (const std::string& token : tokens_) {
    for (const char c : token) add(c);
    add('\n');
  }
  return value;
}

void Vocabulary::save(const std::filesystem::path& file) const {
  std::string text;
  for (const std::string& token : tokens_) text += token + "\n";
  write_file(file, text);
}

}  // namespace electra
