#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/data/added_tokens.h"
#include "electra/data/corpus_findings.h"
#include "electra/data/document_split.h"
#include "electra/data/loader.h"
#include "electra/data/token_file.h"
#include "electra/data/unknown_tokens.h"
#include "electra/data/vocabulary.h"
#include "electra/pretrain/config.h"
#include "electra/train/run.h"

namespace electra {

[[nodiscard]] WordpieceOptions wordpiece_options(const VocabularyConfig& config);

/// Opens what a run will read, a corpus or a prepared one and perhaps a vocabulary, and reads the
/// first text of it.
/// Throws IoError.
void check_inputs(const PretrainConfig& config);

/// Whether the corpus is the one that a run prepared, as the record of it in the run's folder says.
/// Throws ConfigError that names what differs, and Interrupted; `say` is told if it is not there
/// any more. Where there is no record (an older run), the path must be `path_before`.
void check_same_corpus(const PretrainConfig& config, const std::string& path_before,
                       const std::filesystem::path& record,
                       const std::function<void(const std::string&)>& say,
                       const StopRequest& stop = {});

/// A run's vocabulary, its tokenised corpus, and which documents are held out.
class PreparedData {
 public:
  /// To train on, some documents being held out as `data.held_out` says; or to evaluate on all.
  enum class Use : std::uint8_t { training, evaluation };

  /// Opens what `vocabulary_file` and `token_file` hold if they are there (a run that is resumed);
  /// else loads or trains the vocabulary and tokenises the corpus, or takes the tokens of
  /// data.prepared (take_prepared_text), and writes both, and corpus.json beside the tokens, by
  /// which the corpus is known again (CorpusRecord). `say` is told what is
  /// done. Throws Error; Interrupted, and then what is not complete is not there.
  PreparedData(const PretrainConfig& config, const std::filesystem::path& vocabulary_file,
               const std::filesystem::path& token_file,
               const std::function<void(const std::string&)>& say, const StopRequest& stop = {},
               Use use = Use::training);

  [[nodiscard]] const Vocabulary& vocabulary() const { return *vocabulary_; }
  /// What is searched for in texts before words, but never in the corpus: tokens that a run keeps
  /// of the directory that it continues from. tokenizer_config.json beside the vocabulary has them.
  [[nodiscard]] const std::vector<AddedToken>& added_tokens() const { return added_tokens_; }
  /// Rows of the word table: the vocabulary's, or those of released weights, which may have more.
  [[nodiscard]] Index vocabulary_rows() const { return vocabulary_rows_; }
  /// What a user should know of the data before a step is taken: how much there is, what of the
  /// corpus was left out or cannot be read, what became [UNK].
  [[nodiscard]] std::vector<std::string> description() const;
  /// The same for a log.
  [[nodiscard]] LogRecord facts() const;
  /// What of the text became [UNK]; where it was tokenised before, only how many.
  [[nodiscard]] const UnknownTokens& unknown() const { return unknown_; }
  [[nodiscard]] const TokenCounts& counts() const { return tokens_->counts(); }
  /// What was found when the corpus was read.
  [[nodiscard]] const CorpusFindings& findings() const { return findings_; }
  [[nodiscard]] const DocumentSplit& split() const { return split_; }
  [[nodiscard]] Index training_tokens() const { return tokens_of(split_.training); }
  [[nodiscard]] Index held_out_tokens() const { return tokens_of(split_.held_out); }
  [[nodiscard]] Index held_out_documents() const { return std::ssize(split_.held_out); }

  /// One rank's steps.
  [[nodiscard]] Loader training_loader(const PretrainConfig& config, int rank = 0, int ranks = 1,
                                       const StopRequest& stop = {}) const;
  /// The held-out documents, once, in order; whole batches on every rank.
  [[nodiscard]] Loader held_out_loader(const PretrainConfig& config) const;
  /// What every evaluation of the run sees: the first evaluate.batches of them, all for 0.
  [[nodiscard]] HeldOut held_out(const PretrainConfig& config) const;
  /// Writes every packed example of epoch 0 as safetensors: i32 `train_ids`, `train_types`,
  /// `held_out_ids`, `held_out_types` [examples, length].
  void dump(const PretrainConfig& config, const std::filesystem::path& file) const;

 private:
  void tokenise(const PretrainConfig& config, const std::filesystem::path& token_file,
                const StopRequest& stop);
  void recall(const std::filesystem::path& record_file);
  [[nodiscard]] Index tokens_of(const std::vector<Index>& documents) const;

  std::unique_ptr<Vocabulary> vocabulary_;
  std::vector<AddedToken> added_tokens_;
  Index vocabulary_rows_;
  UnknownTokens unknown_;
  CorpusFindings findings_;
  std::unique_ptr<TokenFile> tokens_;
  DocumentSplit split_;
};

}  // namespace electra
