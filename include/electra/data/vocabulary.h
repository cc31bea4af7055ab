#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"
#include "electra/core/special_ids.h"

namespace electra {

/// The pieces that a text is made of: a list of tokens whose places are their ids, as vocab.txt
/// has one on each line. Where a token occurs twice, its later id is the one found.
class Vocabulary {
 public:
  /// Reads one token a line, without white space at its ends, a byte order mark at its beginning
  /// and empty lines at its end. Throws IoError for a file that is missing, empty, lacks a special
  /// token or (naming the line) is not UTF-8.
  [[nodiscard]] static Vocabulary load(const std::filesystem::path& file);
  /// `source` is what messages call it.
  [[nodiscard]] static Vocabulary from_tokens(std::vector<std::string> tokens,
                                              std::string source = "vocabulary");

  [[nodiscard]] Index size() const { return static_cast<Index>(tokens_.size()); }
  [[nodiscard]] std::optional<std::int32_t> find(std::string_view token) const;
  [[nodiscard]] const std::string& token(std::int32_t id) const;
  [[nodiscard]] const std::vector<std::string>& tokens() const { return tokens_; }
  /// What messages call this vocabulary: its file, if it has one.
  [[nodiscard]] const std::string& source() const { return source_; }

  /// A token and how many bytes of a text it covers.
  struct Prefix {
    std::int32_t id;
    Index bytes;
  };

  /// Throws IoError where it lacks one of its five special tokens.
  void check_special_tokens() const;

  /// The longest token that a text begins with, if any has at least `shortest` bytes.
  [[nodiscard]] std::optional<Prefix> longest_prefix(std::string_view text, Index shortest) const;

  /// The ids of [PAD] [UNK] [CLS] [SEP] [MASK]; IoError where the vocabulary lacks one.
  [[nodiscard]] std::int32_t pad() const { return special("[PAD]"); }
  [[nodiscard]] std::int32_t unknown() const { return special("[UNK]"); }
  [[nodiscard]] std::int32_t cls() const { return special("[CLS]"); }
  [[nodiscard]] std::int32_t sep() const { return special("[SEP]"); }
  [[nodiscard]] std::int32_t mask() const { return special("[MASK]"); }
  [[nodiscard]] SpecialIds special_ids() const {
    return {.pad = pad(), .cls = cls(), .sep = sep(), .mask = mask()};
  }

  /// FNV-1a (64 bits) of the tokens in order, each followed by a line feed: the same everywhere.
  [[nodiscard]] std::uint64_t hash() const;

  /// Writes one token a line under a temporary name, flushes, renames. Throws IoError for a token
  /// that would not come back from its line.
  void save(const std::filesystem::path& file) const;

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::int32_t id = -1;
  };

  Vocabulary(std::vector<std::string> tokens, std::string source);
  [[nodiscard]] std::size_t slot_of(std::string_view token, std::uint64_t hash) const;
  [[nodiscard]] std::int32_t special(std::string_view token) const;

  std::vector<std::string> tokens_;
  std::string source_;       // what messages call this vocabulary
  std::vector<Slot> slots_;  // open addressing; a power of two, at most half full
  std::size_t longest_ = 0;  // bytes
};

}  // namespace electra
