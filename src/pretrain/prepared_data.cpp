#include "electra/pretrain/prepared_data.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include "electra/core/error.h"
#include "electra/data/corpus.h"
#include "electra/data/token_file_writer.h"
#include "electra/data/vocabulary_trainer.h"
#include "electra/data/wordpiece.h"
#include "electra/io/safetensors.h"
#include "electra/pretrain/objectives/masking.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

int threads_of(const PretrainConfig& config) {
  if (config.threads > 0) return config.threads;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
}

CorpusOptions corpus_options(const PretrainConfig& config) {
  return {.blank_line_ends_document = config.data.blank_line_ends_document};
}

TrainedVocabulary train_vocabulary(const PretrainConfig& config) {
  const VocabularyConfig& wanted = config.vocabulary;
  VocabularyTrainer trainer({.size = wanted.size,
                             .character_coverage = wanted.character_coverage,
                             .limit_alphabet = wanted.limit_alphabet,
                             .grow = wanted.grow.value_or(true),
                             .threads = threads_of(config),
                             .text = wordpiece_options(wanted)});
  CorpusReader corpus(config.data.corpus, corpus_options(config));
  while (const auto line = corpus.next()) trainer.add(line->text);
  return trainer.train();
}

Vocabulary find_vocabulary(const PretrainConfig& config, const fs::path& file,
                           const std::function<void(const std::string&)>& say) {
  if (fs::exists(file)) return Vocabulary::load(file);
  if (!config.vocabulary.file.empty()) {
    Vocabulary vocabulary = Vocabulary::load(config.vocabulary.file);
    vocabulary.save(file);
    return vocabulary;
  }
  say("training a vocabulary of " + std::to_string(config.vocabulary.size) + " entries on " +
      config.data.corpus);
  TrainedVocabulary trained = train_vocabulary(config);
  for (const std::string& line : describe(trained)) say(line);
  trained.vocabulary.save(file);
  return std::move(trained.vocabulary);
}

/// Released weights may have more rows than their vocabulary has entries, never fewer.
Index fitting_rows(const PretrainConfig& config, const Vocabulary& vocabulary,
                   const fs::path& file) {
  if (config.initialize.generator.empty()) return vocabulary.size();
  if (config.vocabulary.size < vocabulary.size())
    throw ConfigError(file.string() + ": expected at most " +
                      std::to_string(config.vocabulary.size) + " tokens, those of " +
                      config.initialize.generator + ", found " + std::to_string(vocabulary.size()));
  return config.vocabulary.size;
}

LoaderOptions loader_options(const PretrainConfig& config, const SpecialIds& special) {
  return {.length = config.data.length,
          .batch = config.train.batch,
          .seed = config.seed,
          .repack = config.data.repack,
          .carry_overflow = config.data.carry_overflow,
          .add_columns = [share = config.masking.share, special](HostBatch& batch) {
            add_mask_counts(batch, share, special);
          }};
}

void add(SafetensorsWriter& writer, const std::string& name, const HostBatch& examples) {
  const Shape shape{examples.count(), examples.length};
  writer.add(name + "_ids", ConstTensorView{examples.ids.data(), shape, DType::i32});
  writer.add(name + "_types", ConstTensorView{examples.types.data(), shape, DType::i32});
}

}  // namespace

WordpieceOptions wordpiece_options(const VocabularyConfig& config) {
  return {.compat = config.compat,
          .lower_case = config.lower_case,
          .strip_accents = config.strip_accents,
          .cut_long_words = config.cut_long_words};
}

void check_inputs(const PretrainConfig& config) {
  if (!config.vocabulary.file.empty()) (void)Vocabulary::load(config.vocabulary.file);
  (void)CorpusReader(config.data.corpus, corpus_options(config)).next();
}

PreparedData::PreparedData(const PretrainConfig& config, const fs::path& vocabulary_file,
                           const fs::path& token_file,
                           const std::function<void(const std::string&)>& say)
    : vocabulary_(std::make_unique<Vocabulary>(find_vocabulary(config, vocabulary_file, say))),
      vocabulary_rows_(fitting_rows(config, *vocabulary_, vocabulary_file)) {
  if (!fs::exists(token_file)) {
    say("tokenising " + config.data.corpus);
    make_folders(token_file.parent_path());
    const Wordpiece wordpiece(*vocabulary_, wordpiece_options(config.vocabulary));
    CorpusReader corpus(config.data.corpus, corpus_options(config));
    unknown_ =
        write_token_file(token_file, corpus, wordpiece, *vocabulary_, threads_of(config)).unknown;
    for (const std::string& line : describe(*unknown_)) say(line);
  }
  tokens_ = std::make_unique<TokenFile>(TokenFile::open(token_file, *vocabulary_));
  const TokenCounts& counts = tokens_->counts();
  split_ = split_documents(counts.documents, config.data.held_out, config.seed);
  say(std::to_string(counts.documents) + " documents, " + std::to_string(counts.tokens) +
      " tokens, " + std::to_string(split_.held_out.size()) + " documents held out, vocabulary " +
      std::to_string(vocabulary_->size()));
}

Index PreparedData::tokens_of(const std::vector<Index>& documents) const {
  Index tokens = 0;
  for (const Index document : documents) {
    const auto lengths = tokens_->document(document).lengths;
    tokens = std::accumulate(lengths.begin(), lengths.end(), tokens);
  }
  return tokens;
}

Loader PreparedData::training_loader(const PretrainConfig& config, int rank, int ranks) const {
  LoaderOptions options = loader_options(config, vocabulary_->special_ids());
  options.rank = rank;
  options.ranks = ranks;
  return {*tokens_, split_.training, options};
}

Loader PreparedData::held_out_loader(const PretrainConfig& config) const {
  LoaderOptions options = loader_options(config, vocabulary_->special_ids());
  options.mode = LoaderOptions::Mode::evaluation;
  return {*tokens_, split_.held_out, options};
}

HeldOut PreparedData::held_out(const PretrainConfig& config) const {
  auto loader = std::make_unique<Loader>(held_out_loader(config));
  const Index all = loader->epoch_steps();
  const Index most = config.evaluate.batches;
  return {std::move(loader), most > 0 ? std::min(most, all) : all};
}

void PreparedData::dump(const PretrainConfig& config, const fs::path& file) const {
  const HostBatch training = training_loader(config).packed();
  const HostBatch held_out = held_out_loader(config).packed();
  SafetensorsWriter writer;
  add(writer, "train", training);
  add(writer, "held_out", held_out);
  writer.write(file);
}

}  // namespace electra
