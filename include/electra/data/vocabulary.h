#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Tokens and their ids: a WordPiece vocabulary with [PAD], [UNK], [CLS], [SEP] and [MASK].
class Vocabulary {
 public:
  /// Reads vocab.txt: a token a line, the line's number its id; blanks at its ends are stripped,
  /// and of equal tokens the last has the id, as in the reference. Throws IoError that names the
  /// file, and the special token that is missing.
  [[nodiscard]] static Vocabulary load(const std::filesystem::path& file);
  /// Throws IoError if a special token is missing.
  [[nodiscard]] static Vocabulary from_tokens(std::vector<std::string> tokens);

  [[nodiscard]] Index size() const { return static_cast<Index>(tokens_.size()); }
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view token) const;
  /// Throws Error for an id that is not in the vocabulary.
  [[nodiscard]] const std::string& token(std::int32_t id) const;
  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }

  [[nodiscard]] std::int32_t pad() const { return pad_; }
  [[nodiscard]] std::int32_t unknown() const { return unknown_; }
  [[nodiscard]] std::int32_t cls() const { return cls_; }
  [[nodiscard]] std::int32_t sep() const { return sep_; }
  [[nodiscard]] std::int32_t mask() const { return mask_; }

  /// FNV-1a, 64 bits, of the tokens in order, each followed by a line end.
  [[nodiscard]] std::uint64_t hash() const;
  /// Replaces the file at once. Throws IoError.
  void save(const std::filesystem::path& file) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  Vocabulary(std::vector<std::string> tokens, const std::string& origin);

  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t, Hash, std::equal_to<>> ids_;
  std::int32_t pad_ = 0, unknown_ = 0, cls_ = 0, sep_ = 0, mask_ = 0;
};

}  // namespace electra
