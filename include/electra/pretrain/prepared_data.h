#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "electra/data/document_split.h"
#include "electra/data/loader.h"
#include "electra/data/token_file.h"
#include "electra/data/unknown_tokens.h"
#include "electra/data/vocabulary.h"
#include "electra/pretrain/config.h"
#include "electra/train/run.h"

namespace electra {

[[nodiscard]] WordpieceOptions wordpiece_options(const VocabularyConfig& config);

/// Opens what a run will read, a corpus and perhaps a vocabulary, and reads the first text of it.
/// Throws IoError.
void check_inputs(const PretrainConfig& config);

/// A run's vocabulary, its tokenised corpus, and which documents are held out.
class PreparedData {
 public:
  /// Opens what `vocabulary_file` and `token_file` hold if they are there (a run that is resumed);
  /// else loads or trains the vocabulary and tokenises the corpus, and writes both. `say` is told
  /// what is done. Throws Error.
  PreparedData(const PretrainConfig& config, const std::filesystem::path& vocabulary_file,
               const std::filesystem::path& token_file,
               const std::function<void(const std::string&)>& say);

  [[nodiscard]] const Vocabulary& vocabulary() const { return *vocabulary_; }
  /// Rows of the word table: the vocabulary's, or those of released weights, which may have more.
  [[nodiscard]] Index vocabulary_rows() const { return vocabulary_rows_; }
  /// What of the text became [UNK]; nothing where the corpus was tokenised before.
  [[nodiscard]] const std::optional<UnknownTokens>& unknown() const { return unknown_; }
  [[nodiscard]] Index training_tokens() const { return tokens_of(split_.training); }
  [[nodiscard]] Index held_out_tokens() const { return tokens_of(split_.held_out); }

  /// One rank's steps.
  [[nodiscard]] Loader training_loader(const PretrainConfig& config, int rank = 0,
                                       int ranks = 1) const;
  /// The held-out documents, once, in order; whole batches on every rank.
  [[nodiscard]] Loader held_out_loader(const PretrainConfig& config) const;
  /// What every evaluation of the run sees: the first evaluate.batches of them, all for 0.
  [[nodiscard]] HeldOut held_out(const PretrainConfig& config) const;
  /// Writes every packed example of epoch 0 as safetensors: i32 `train_ids`, `train_types`,
  /// `held_out_ids`, `held_out_types` [examples, length].
  void dump(const PretrainConfig& config, const std::filesystem::path& file) const;

 private:
  [[nodiscard]] Index tokens_of(const std::vector<Index>& documents) const;

  std::unique_ptr<Vocabulary> vocabulary_;
  Index vocabulary_rows_;
  std::optional<UnknownTokens> unknown_;
  std::unique_ptr<TokenFile> tokens_;
  DocumentSplit split_;
};

}  // namespace electra
