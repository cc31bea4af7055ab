#include "electra/data/vocabulary.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "data/text_hash.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

/// FNV-1a (Fowler, Noll, Vo). Multiplication by an odd number can be undone, so that the hashes of
/// all prefixes are reached from the longest one backwards.
constexpr std::uint64_t hash_start = 0xcbf29ce484222325;
constexpr std::uint64_t hash_prime = 0x100000001b3;
constexpr std::uint64_t hash_prime_inverse = 0xce965057aff6957b;
static_assert(hash_prime * hash_prime_inverse == 1);

constexpr std::uint64_t extend(std::uint64_t hash, char byte) {
  return (hash ^ static_cast<unsigned char>(byte)) * hash_prime;
}

constexpr std::uint64_t shorten(std::uint64_t hash, char byte) {
  return (hash * hash_prime_inverse) ^ static_cast<unsigned char>(byte);
}

constexpr std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = hash_start;
  for (const char byte : text) hash = extend(hash, byte);
  return hash;
}

constexpr std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> tokens, std::string source)
    : tokens_(std::move(tokens)), source_(std::move(source)) {
  if (tokens_.size() > std::numeric_limits<std::int32_t>::max())
    throw IoError(source_ + ": " + std::to_string(tokens_.size()) + " tokens are too many");
  slots_.resize(std::bit_ceil(2 * tokens_.size() + 1));
  for (std::size_t id = 0; id < tokens_.size(); ++id) {
    const std::uint64_t hash = hash_of(tokens_[id]);
    slots_[slot_of(tokens_[id], hash)] = {tag_of(hash), static_cast<std::int32_t>(id)};
    longest_ = std::max(longest_, tokens_[id].size());
  }
}

Vocabulary Vocabulary::load(const std::filesystem::path& file) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  const std::string text = read_file(file);
  if (text.empty()) throw IoError(file.string() + ": the vocabulary is empty");
  std::vector<std::string> tokens;
  for (std::size_t begin = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
       begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    if (!is_utf8(line))
      throw IoError(file.string() + ":" + std::to_string(tokens.size() + 1) +
                    ": the line is not UTF-8");
    tokens.emplace_back(strip(line));
    begin = end + 1;
  }
  while (!tokens.empty() && tokens.back().empty()) tokens.pop_back();
  Vocabulary vocabulary(std::move(tokens), file.string());
  vocabulary.check_special_tokens();
  return vocabulary;
}

Vocabulary Vocabulary::from_tokens(std::vector<std::string> tokens, std::string source) {
  return {std::move(tokens), std::move(source)};
}

void Vocabulary::check_special_tokens() const {
  for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) (void)special(token);
}

std::size_t Vocabulary::slot_of(std::string_view token, std::uint64_t hash) const {
  const std::size_t last = slots_.size() - 1;
  std::size_t i = (hash ^ (hash >> 32U)) & last;
  for (; slots_[i].id >= 0; i = (i + 1) & last)
    if (slots_[i].tag == tag_of(hash) &&
        is_same_text(tokens_[static_cast<std::size_t>(slots_[i].id)], token))
      break;
  return i;
}

std::optional<std::int32_t> Vocabulary::find(std::string_view token) const {
  const Slot& slot = slots_[slot_of(token, hash_of(token))];
  return slot.id >= 0 ? std::optional(slot.id) : std::nullopt;
}

std::optional<Vocabulary::Prefix> Vocabulary::longest_prefix(std::string_view text,
                                                             Index shortest) const {
  text = text.substr(0, longest_);
  std::uint64_t hash = hash_of(text);
  while (static_cast<Index>(text.size()) >= shortest) {
    if (const Slot& slot = slots_[slot_of(text, hash)]; slot.id >= 0)
      return Prefix{slot.id, static_cast<Index>(text.size())};
    if (text.empty()) break;
    hash = shorten(hash, text.back());
    text.remove_suffix(1);
  }
  return std::nullopt;
}

const std::string& Vocabulary::token(std::int32_t id) const {
  if (id < 0 || id >= size())
    throw Error(source_ + ": there is no token " + std::to_string(id) + " among " +
                std::to_string(size()));
  return tokens_[static_cast<std::size_t>(id)];
}

std::int32_t Vocabulary::special(std::string_view token) const {
  if (const auto id = find(token)) return *id;
  throw IoError(source_ + ": the special token " + std::string(token) + " is missing among " +
                std::to_string(size()) + " tokens");
}

std::uint64_t Vocabulary::hash() const {
  std::uint64_t hash = hash_start;
  for (const std::string& token : tokens_) {
    for (const char byte : token) hash = extend(hash, byte);
    hash = extend(hash, '\n');
  }
  return hash;
}

void Vocabulary::save(const std::filesystem::path& file) const {
  std::string text;
  for (std::size_t id = 0; id < tokens_.size(); ++id) {
    const std::string& token = tokens_[id];
    if (!is_utf8(token) || strip(token) != token || token.find('\n') != std::string::npos)
      throw IoError(file.string() + ": token " + std::to_string(id) +
                    " would not be read back: it has white space or is not UTF-8");
    text += token;
    text += '\n';
  }
  write_file(file, text);
}

}  // namespace electra
