#pragma once

#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "electra/data/token_file.h"
#include "electra/data/token_file_writer.h"
#include "electra/data/vocabulary.h"

namespace electra::test {

/// The lengths of the sentences of each document.
using DocumentLengths = std::vector<std::vector<std::uint32_t>>;

/// Five special tokens ([PAD] 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4), then words w5, w6, …
inline Vocabulary vocabulary_of(Index size) {
  std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (Index id = 5; id < size; ++id) tokens.push_back("w" + std::to_string(id));
  return Vocabulary::from_tokens(std::move(tokens));
}

/// The id of the token that stands at this place in the files below.
inline std::int32_t id_at(Index place, Index vocabulary_size) {
  return static_cast<std::int32_t>(5 + place % (vocabulary_size - 5));
}

/// Tokens count up from 5 through all documents, so that an id tells its place.
inline TokenFile counting_file(const std::filesystem::path& path, const DocumentLengths& documents,
                               Index vocabulary_size = 60000) {
  TokenFileWriter writer(path, vocabulary_of(vocabulary_size));
  Index place = 0;
  for (const auto& document : documents) {
    writer.begin_document();
    for (const std::uint32_t length : document) {
      std::vector<std::int32_t> ids;
      for (std::uint32_t i = 0; i < length; ++i) ids.push_back(id_at(place++, vocabulary_size));
      writer.add_sentence(ids);
    }
  }
  writer.commit();
  return TokenFile::open(path);
}

inline std::vector<Index> all_documents(const TokenFile& file) {
  std::vector<Index> numbers(static_cast<std::size_t>(file.counts().documents));
  std::iota(numbers.begin(), numbers.end(), Index{0});
  return numbers;
}

}  // namespace electra::test
