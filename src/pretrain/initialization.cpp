#include "pretrain/initialization.h"

#include <filesystem>
#include <utility>

#include "electra/core/error.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"

namespace electra {

namespace {

void take_tokenizer(VocabularyConfig& config, const std::filesystem::path& directory) {
  const StoredTokenizer tokenizer = load_tokenizer(directory);
  const WordpieceOptions& text = tokenizer.options;
  const auto refuse = [&](const std::string& what) {
    throw ConfigError("initialize.discriminator: " + directory.string() + ": " + what +
                      ": no corpus is read so; name vocabulary.file to read it with the "
                      "vocabulary's settings");
  };
  if (!text.handle_chinese_chars) refuse("tokenize_chinese_chars (handle_chinese_chars) is false");
  if (!text.clean_text) refuse("clean_text is false");
  if (text.max_word_characters)
    refuse("max_input_chars_per_word is " + std::to_string(*text.max_word_characters));
  const std::filesystem::path plain = directory / "vocab.txt";
  const bool same = std::filesystem::exists(plain) &&
                    load_vocabulary(plain).tokens() == tokenizer.vocabulary.tokens();
  config.file = (same ? plain : vocabulary_file(directory)).string();
  config.lower_case = text.lower_case;
  config.strip_accents = text.strip_accents;
  config.compat = text.compat;
  config.cut_long_words |= text.cut_long_words;
}

/// What both networks have comes from the discriminator's directory last.
void load_released(const PretrainConfig& config, ParameterStore& store) {
  const InitializeConfig& from = config.initialize;
  load_pair(from.generator, from.discriminator, config.model, store);
  const auto bad = store.first_non_finite_weight();
  if (!bad) return;
  const bool generator = bad->parameter->group.network == Network::generator;
  throw TrainingError((generator ? from.generator : from.discriminator) + ": " + to_string(*bad) +
                      ": nothing can be learned from such weights");
}

}  // namespace

PretrainConfig with_released_sizes(PretrainConfig config) {
  const InitializeConfig& from = config.initialize;
  if (from.generator.empty() && from.discriminator.empty()) return config;
  if (from.generator.empty() || from.discriminator.empty())
    throw ConfigError(
        "initialize: expected both generator and discriminator, or neither; found only " +
        (from.generator.empty() ? from.discriminator : from.generator));
  const ModelConfig pair = pair_of(read_network_config(from.generator),
                                   read_network_config(from.discriminator), config.model.sharing);
  const ModelConfig wanted = std::exchange(config.model, pair);
  config.model.dropout = wanted.dropout;
  config.model.attention_dropout = wanted.attention_dropout;
  if (config.vocabulary.file.empty()) take_tokenizer(config.vocabulary, from.discriminator);
  config.vocabulary.size = pair.vocabulary;
  return config;
}

void initialise(const PretrainConfig& config, ParameterStore& store) {
  if (config.initialize.generator.empty())
    store.initialise(config.seed, config.model.initializer_range);
  else
    load_released(config, store);
}

}  // namespace electra
