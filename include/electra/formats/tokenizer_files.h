#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"

namespace electra {

/// Writes vocab.txt, tokenizer.json and tokenizer_config.json into a model's directory, so that
/// Hugging Face's fast tokenizer gives the ids that ours gives, but for what
/// `differences_of_transformers` says. `positions`: the longest sequence. `added`: what texts are
/// searched for beside the special tokens, or a special token otherwise than usual; ids behind the
/// vocabulary must follow each other from its size on, as readers count them.
void save_tokenizer(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                    const WordpieceOptions& options, Index positions,
                    std::span<const AddedToken> added = {});
/// tokenizer_config.json alone, by which `load_tokenizer` reads a vocab.txt beside it.
void save_tokenizer_config(const std::filesystem::path& directory, const Vocabulary& vocabulary,
                           const WordpieceOptions& options, Index positions,
                           std::span<const AddedToken> added);

/// What transformers makes otherwise of these files than we do, as far as this vocabulary shows
/// that it matters; most tokenizers: nothing.
[[nodiscard]] std::vector<std::string> differences_of_transformers(const WordpieceOptions& options,
                                                                   const Vocabulary& vocabulary);

/// How long a text may be, and which key of which file says so.
struct StoredLength {
  Index tokens = 0;    ///< [CLS] and [SEP] included
  std::string source;  ///< "max_seq_length in DIR/sentence_bert_config.json"
};

/// A tokenizer as a model's directory describes it.
struct StoredTokenizer {
  Vocabulary vocabulary;
  WordpieceOptions options;
  std::vector<AddedToken> added;  ///< what transformers finds in texts before words
  std::optional<StoredLength> length = std::nullopt;  ///< none where no file says one
};

/// Reads a directory's tokenizer as transformers 5.24 does: tokenizer.json where it is, else
/// vocab.txt, with the settings of tokenizer_config.json or the components of tokenizer.json, as
/// the tokenizer's class has it (docs/tokenizer.md). One of ours has a key that says so, and is
/// read as it was trained. A text's length is `max_seq_length` of sentence_bert_config.json, else
/// `model_max_length`. Throws IoError that names file and key, for another tokenizer's class and
/// for components that are not BERT's too.
[[nodiscard]] StoredTokenizer load_tokenizer(const std::filesystem::path& directory);
/// The same of a model whose word table has so many rows; there may be fewer tokens, never more.
[[nodiscard]] StoredTokenizer load_tokenizer(const std::filesystem::path& directory, Index rows);

/// Reads a vocabulary alone: of a file whose name ends in .json its model.vocab, else a vocab.txt.
[[nodiscard]] Vocabulary load_vocabulary(const std::filesystem::path& file);
/// The file of a directory that holds its vocabulary: tokenizer.json, else vocab.txt.
[[nodiscard]] std::filesystem::path vocabulary_file(const std::filesystem::path& directory);

}  // namespace electra
