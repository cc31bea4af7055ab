#include "electra/train/prepared_data.h"

#include <algorithm>
#include <thread>

#include "electra/core/error.h"
#include "electra/data/vocabulary_trainer.h"
#include "electra/data/wordpiece.h"
#include "electra/io/safetensors.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

int threads_of(const RunConfig& config) {
  if (config.threads > 0) return config.threads;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
}

CorpusOptions corpus_options(const RunConfig& config) {
  return {.blank_line = config.data.blank_line_ends_document
                            ? CorpusOptions::BlankLine::ends_document
                            : CorpusOptions::BlankLine::is_skipped};
}

Vocabulary train_vocabulary(const RunConfig& config) {
  VocabularyTrainer trainer({.size = config.vocabulary.size,
                             .threads = threads_of(config),
                             .text = wordpiece_options(config.vocabulary)});
  read_corpus(config.data.corpus, corpus_options(config), [&](const Document& document) {
    for (const std::string& line : document) trainer.add(line);
  });
  return trainer.train();
}

Vocabulary find_vocabulary(const RunConfig& config, const fs::path& file,
                           const std::function<void(const std::string&)>& say) {
  if (fs::exists(file)) return Vocabulary::load(file);
  if (!config.vocabulary.file.empty()) {
    Vocabulary vocabulary = Vocabulary::load(config.vocabulary.file);
    vocabulary.save(file);
    return vocabulary;
  }
  say("training a vocabulary of " + std::to_string(config.vocabulary.size) + " entries on " +
      config.data.corpus);
  Vocabulary vocabulary = train_vocabulary(config);
  vocabulary.save(file);
  return vocabulary;
}

LoaderOptions loader_options(const RunConfig& config) {
  return {.length = config.data.length,
          .batch = config.train.batch,
          .seed = config.seed,
          .repack =
              config.data.repack ? LoaderOptions::Repack::each_epoch : LoaderOptions::Repack::once,
          .overflow = config.data.carry_overflow ? Overflow::carry : Overflow::drop,
          .mask_share = config.masking.share};
}

/// Ids and types of batches, one after the other.
struct Arrays {
  explicit Arrays(const std::vector<StepExamples>& batches) {
    for (const StepExamples& batch : batches) {
      const Examples& e = batch.examples;
      ids.insert(ids.end(), e.ids.begin(), e.ids.end());
      types.insert(types.end(), e.types.begin(), e.types.end());
      count += e.count();
    }
  }
  void add(SafetensorsWriter& writer, const std::string& name, Index length) {
    writer.add(name + "_ids", TensorView{ids.data(), {count, length}, DType::i32});
    writer.add(name + "_types", TensorView{types.data(), {count, length}, DType::i32});
  }
  std::vector<std::int32_t> ids, types;
  Index count = 0;
};

}  // namespace

SpecialIds special_ids(const Vocabulary& v) {
  return {.pad = v.pad(), .cls = v.cls(), .sep = v.sep(), .mask = v.mask()};
}

WordpieceOptions wordpiece_options(const VocabularyConfig& config) {
  return {.compat = config.compat,
          .lower_case = config.lower_case,
          .strip_accents = config.strip_accents};
}

PreparedData::PreparedData(RunConfig& config, const fs::path& vocabulary_file,
                           const fs::path& token_file,
                           const std::function<void(const std::string&)>& say)
    : vocabulary_(std::make_unique<Vocabulary>(find_vocabulary(config, vocabulary_file, say))) {
  config.vocabulary.size = vocabulary_->size();
  if (!fs::exists(token_file)) {
    say("tokenising " + config.data.corpus);
    make_folders(token_file.parent_path());
    const Wordpiece wordpiece(*vocabulary_, wordpiece_options(config.vocabulary));
    TokenFile::build(
        config.data.corpus, corpus_options(config), *vocabulary_,
        [&](std::string_view line) { return wordpiece.encode(line); }, threads_of(config),
        token_file);
  }
  tokens_ = std::make_unique<TokenFile>(token_file, *vocabulary_);
  split_ = split_documents(tokens_->documents(), config.data.held_out, config.seed);
  say(std::to_string(tokens_->documents()) + " documents, " + std::to_string(tokens_->tokens()) +
      " tokens, " + std::to_string(split_.held_out.size()) + " documents held out, vocabulary " +
      std::to_string(vocabulary_->size()));
}

Index PreparedData::tokens_of(const std::vector<Index>& documents) const {
  Index tokens = 0;
  for (const Index document : documents) tokens += tokens_->tokens_of_document(document);
  return tokens;
}

Loader PreparedData::training_loader(const RunConfig& config, int rank, int ranks) const {
  LoaderOptions options = loader_options(config);
  options.rank = rank;
  options.ranks = ranks;
  return {*tokens_, *vocabulary_, split_.training, options};
}

std::vector<StepExamples> PreparedData::held_out_batches(const RunConfig& config) const {
  return Loader(*tokens_, *vocabulary_, split_.held_out, loader_options(config))
      .in_order(config.evaluate.batches);
}

void PreparedData::dump(const RunConfig& config, const fs::path& file) const {
  Arrays training(training_loader(config).in_order(0));
  Arrays held_out(
      Loader(*tokens_, *vocabulary_, split_.held_out, loader_options(config)).in_order(0));
  SafetensorsWriter writer;
  training.add(writer, "train", config.data.length);
  held_out.add(writer, "held_out", config.data.length);
  writer.write(file);
}

}  // namespace electra
