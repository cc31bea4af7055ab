#include "electra/pretrain/prepared_data.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/quantity_text.h"
#include "electra/data/corpus.h"
#include "electra/data/corpus_record.h"
#include "electra/data/token_file_writer.h"
#include "electra/data/vocabulary_trainer.h"
#include "electra/data/wordpiece.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/io/safetensors.h"
#include "electra/pretrain/objectives/masking.h"
#include "electra/pretrain/prepared_text.h"
#include "pretrain/kept_tokens.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

int threads_of(const PretrainConfig& config) {
  if (config.threads > 0) return config.threads;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
}

CorpusOptions corpus_options(const PretrainConfig& config) {
  return {.blank_line_ends_document = config.data.blank_line_ends_document,
          .text_key = config.data.text_key,
          .encoding = config.data.encoding,
          .bad_lines = config.data.bad_lines};
}

/// A corpus that is named besides, as where a run's pair is evaluated on another text, is read.
bool takes_prepared_text(const DataConfig& config) {
  return config.corpus.empty() && !config.prepared.empty();
}

fs::path record_beside(const fs::path& token_file) {
  return token_file.parent_path() / "corpus.json";
}

/// The corpus is recorded before anything is made of it.
TrainedVocabulary train_vocabulary(const PretrainConfig& config, const fs::path& record,
                                   const StopRequest& stop) {
  const VocabularyConfig& wanted = config.vocabulary;
  VocabularyTrainer trainer({.size = wanted.size,
                             .character_coverage = wanted.character_coverage,
                             .limit_alphabet = wanted.limit_alphabet,
                             .grow = wanted.grow.value_or(true),
                             .threads = threads_of(config),
                             .text = wordpiece_options(wanted),
                             .stop = stop});
  CorpusReader corpus(config.data.corpus, corpus_options(config));
  trainer.add(corpus);
  TrainedVocabulary trained = trainer.train();
  make_folders(record.parent_path());
  save_corpus_record(corpus.record(), record);
  return trained;
}

fs::path tokenizer_config_in(const fs::path& folder) { return folder / "tokenizer_config.json"; }

/// That of a file; the added tokens that the run keeps with it are written into the folder first.
Vocabulary take_vocabulary(const PretrainConfig& config, const fs::path& folder) {
  Vocabulary vocabulary = load_vocabulary(config.vocabulary.file);
  KeptTokens kept = kept_tokens(config);
  if (kept.added.empty()) return vocabulary;
  vocabulary = Vocabulary::from_tokens(std::move(kept.vocabulary), vocabulary.source());
  make_folders(folder);
  save_tokenizer_config(folder, vocabulary, wordpiece_options(config.vocabulary),
                        config.model.positions, kept.added);
  return vocabulary;
}

/// What `take_vocabulary` has written there.
std::vector<AddedToken> added_tokens_in(const fs::path& folder) {
  if (!fs::exists(tokenizer_config_in(folder))) return {};
  return load_tokenizer(folder).added;
}

Vocabulary find_vocabulary(const PretrainConfig& config, const fs::path& file,
                           const fs::path& record,
                           const std::function<void(const std::string&)>& say,
                           const StopRequest& stop) {
  if (fs::exists(file)) return Vocabulary::load(file);
  if (!config.vocabulary.file.empty()) {
    Vocabulary vocabulary = take_vocabulary(config, file.parent_path());
    vocabulary.save(file);
    return vocabulary;
  }
  say("training a vocabulary of " + std::to_string(config.vocabulary.size) + " entries on " +
      config.data.corpus);
  TrainedVocabulary trained = train_vocabulary(config, record, stop);
  for (const std::string& line : describe(trained)) say(line);
  trained.vocabulary.save(file);
  return std::move(trained.vocabulary);
}

/// Released weights may have more rows than their vocabulary has entries, never fewer.
Index fitting_rows(const PretrainConfig& config, const Vocabulary& vocabulary,
                   const fs::path& file) {
  if (config.initialize.discriminator.empty()) return vocabulary.size();
  if (config.vocabulary.size < vocabulary.size())
    throw ConfigError(file.string() + ": expected at most " +
                      std::to_string(config.vocabulary.size) + " tokens, those of " +
                      config.initialize.discriminator + ", found " +
                      std::to_string(vocabulary.size()));
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

std::vector<Index> all_of(Index documents) {
  std::vector<Index> all(static_cast<std::size_t>(documents));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
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
  const std::string& file = config.vocabulary.file;
  if (!file.empty()) (void)fitting_rows(config, load_vocabulary(file), file);
  if (takes_prepared_text(config.data))
    (void)TokenFile::open(PreparedText{config.data.prepared}.tokens(), load_vocabulary(file));
  else
    check_corpus(config.data.corpus, corpus_options(config));
}

void check_same_corpus(const PretrainConfig& config, const std::string& path_before,
                       const fs::path& record, const std::function<void(const std::string&)>& say,
                       const StopRequest& stop) {
  const std::string& path = config.data.corpus;
  if (takes_prepared_text(config.data)) return;  // the run has its own of it
  if (!fs::exists(record)) {
    if (path == path_before) return;
    throw ConfigError("data.corpus: the run was made from " + path_before + ", found " + path +
                      "; begin a new run in another folder");
  }
  const CorpusRecord before = load_corpus_record(record);
  const CorpusComparison found = compare(before, path, corpus_options(config), stop);
  if (found.outcome == CorpusComparison::Outcome::different)
    throw ConfigError("data.corpus: the run was made from " + before.corpus +
                      ", and this is another text: " + found.difference +
                      ". Give it the text of then, or begin a new run in another folder");
  if (found.outcome == CorpusComparison::Outcome::gone)
    say("the corpus cannot be compared with that of then (" + found.difference + "): " +
        (fs::exists(record.parent_path() / "corpus.etok")
             ? "going on with the tokens in " + record.parent_path().string()
             : "only the vocabulary was made of it, its tokens were not"));
}

PreparedData::PreparedData(const PretrainConfig& config, const fs::path& vocabulary_file,
                           const fs::path& token_file,
                           const std::function<void(const std::string&)>& say,
                           const StopRequest& stop, Use use)
    : vocabulary_(std::make_unique<Vocabulary>(
          find_vocabulary(config, vocabulary_file, record_beside(token_file), say, stop))),
      added_tokens_(added_tokens_in(vocabulary_file.parent_path())),
      vocabulary_rows_(fitting_rows(config, *vocabulary_, vocabulary_file)) {
  if (fs::exists(token_file)) {
    recall(record_beside(token_file));
  } else if (takes_prepared_text(config.data)) {
    take_prepared_text({config.data.prepared}, vocabulary_file, token_file);
    recall(record_beside(token_file));
  } else {
    say("tokenising " + config.data.corpus);
    tokenise(config, token_file, stop);
  }
  tokens_ = std::make_unique<TokenFile>(TokenFile::open(token_file, *vocabulary_));
  const Index documents = tokens_->counts().documents;
  if (use == Use::training)
    split_ = split_documents(documents, config.data.held_out, config.seed);
  else
    split_.held_out = all_of(documents);
}

void PreparedData::recall(const fs::path& record_file) {
  if (!fs::exists(record_file)) return;
  const CorpusRecord record = load_corpus_record(record_file);
  findings_ = record.findings;
  unknown_ = {.tokens = record.tokens, .unknown = record.unknown_tokens};
}

void PreparedData::tokenise(const PretrainConfig& config, const fs::path& token_file,
                            const StopRequest& stop) {
  make_folders(token_file.parent_path());
  const Wordpiece wordpiece(*vocabulary_, wordpiece_options(config.vocabulary));
  CorpusReader corpus(config.data.corpus, corpus_options(config));
  TokenizedCorpus made =
      write_token_file(token_file, corpus, wordpiece, *vocabulary_, threads_of(config), stop);
  CorpusRecord record = corpus.record();
  record.tokens = made.unknown.tokens;
  record.unknown_tokens = made.unknown.unknown;
  save_corpus_record(record, record_beside(token_file));
  findings_ = std::move(record.findings);
  unknown_ = std::move(made.unknown);
}

std::vector<std::string> PreparedData::description() const {
  const TokenCounts& counts = tokens_->counts();
  std::vector<std::string> lines{
      count_text(counts.documents) + " documents, " + count_text(counts.tokens) + " tokens, " +
      count_text(held_out_documents()) + " documents held out, vocabulary " +
      count_text(vocabulary_->size())};
  const auto append = [&](const std::vector<std::string>& more) {
    lines.insert(lines.end(), more.begin(), more.end());
  };
  append(describe(findings_));
  if (unknown_.tokens > 0) append(describe(unknown_));
  return lines;
}

LogRecord PreparedData::facts() const {
  LogRecord record;
  record.add("documents", tokens_->counts().documents)
      .add("held_out_documents", held_out_documents())
      .add("files", findings_.files)
      .add("bytes", findings_.bytes)
      .add("bad_lines", findings_.bad_lines)
      .add("left_out_files", findings_.left_out_files + findings_.hidden_files)
      .add("invalid_bytes", findings_.invalid_bytes)
      .add("unknown_tokens", unknown_.unknown)
      .add("unknown_share", unknown_.share())
      .add("remarks", describe(findings_));
  return record;
}

Index PreparedData::tokens_of(const std::vector<Index>& documents) const {
  Index tokens = 0;
  for (const Index document : documents) {
    const auto lengths = tokens_->document(document).lengths;
    tokens = std::accumulate(lengths.begin(), lengths.end(), tokens);
  }
  return tokens;
}

Loader PreparedData::training_loader(const PretrainConfig& config, int rank, int ranks,
                                     const StopRequest& stop) const {
  LoaderOptions options = loader_options(config, vocabulary_->special_ids());
  options.rank = rank;
  options.ranks = ranks;
  options.stop = stop;
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
