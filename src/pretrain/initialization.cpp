#include "pretrain/initialization.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "electra/core/error.h"
#include "electra/data/vocabulary.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/models/pair.h"
#include "formats/tokenizer_json.h"
#include "pretrain/kept_tokens.h"

namespace electra {

namespace {

constexpr std::string_view own_generator =
    "leave initialize.generator out for a generator of its own, whose sizes are model.generator.*";

struct Difference {
  std::size_t id;
  std::string first, second;  // tokens in quotes, or "missing"
};

std::optional<Difference> first_difference(const std::vector<std::string>& first,
                                           const std::vector<std::string>& second) {
  const auto token = [](const std::vector<std::string>& tokens, std::size_t id) {
    return id < tokens.size() ? '"' + tokens[id] + '"' : std::string("missing");
  };
  const std::size_t most = std::max(first.size(), second.size());
  for (std::size_t id = 0; id < most; ++id)
    if (token(first, id) != token(second, id))
      return Difference{id, token(first, id), token(second, id)};
  return std::nullopt;
}

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

/// The tokens of a vocab.txt, or of a tokenizer.json without those that were added.
std::vector<std::string> tokens_in(const std::filesystem::path& file) {
  return file.extension() == ".json" ? TokenizerJson(file).tokens()
                                     : Vocabulary::load(file).tokens();
}

/// What the files that hold a vocabulary say must be the same in both directories.
void expect_one_vocabulary(const InitializeConfig& from) {
  const std::filesystem::path g = vocabulary_file(from.generator);
  const std::filesystem::path d = vocabulary_file(from.discriminator);
  std::error_code unknown;  // then it is not there for us
  if (!std::filesystem::exists(g, unknown) || !std::filesystem::exists(d, unknown)) return;
  const auto difference = first_difference(tokens_in(g), tokens_in(d));
  if (!difference) return;
  const auto& [id, ours, theirs] = *difference;
  throw ConfigError(g.string() + " and " + d.string() + " are different vocabularies: id " +
                    std::to_string(id) + " is " + ours + " in the first and " + theirs +
                    " in the second; " + std::string(own_generator));
}

/// The generator's sizes are the directory's, or the run's own where there is none.
ModelConfig released_model(const PretrainConfig& config) {
  const InitializeConfig& from = config.initialize;
  const NetworkConfig discriminator = read_network_config(from.discriminator);
  if (from.generator.empty()) {
    ModelConfig model{discriminator, config.model.generator, config.model.sharing};
    return model;
  }
  const NetworkConfig generator = read_network_config(from.generator);
  try {
    return pair_of(generator, discriminator, config.model.sharing);
  } catch (const ConfigError& error) {
    throw ConfigError(from.generator + " and " + from.discriminator + ": " + error.what() + "; " +
                      std::string(own_generator));
  }
}

}  // namespace

PretrainConfig with_released_sizes(PretrainConfig config) {
  const InitializeConfig& from = config.initialize;
  if (from.generator.empty() && from.discriminator.empty()) return config;
  if (from.discriminator.empty())
    throw ConfigError(
        "initialize.discriminator: expected a directory beside initialize.generator=" +
        from.generator +
        ", found none; a discriminator may stand alone, a generator "
        "may not");
  const ModelConfig pair = released_model(config);
  const ModelConfig wanted = std::exchange(config.model, pair);
  config.model.dropout = wanted.dropout;
  config.model.attention_dropout = wanted.attention_dropout;
  if (config.vocabulary.file.empty()) take_tokenizer(config.vocabulary, from.discriminator);
  config.vocabulary.size = pair.vocabulary;
  return config;
}

std::vector<std::string> check_released(const PretrainConfig& config) {
  const InitializeConfig& from = config.initialize;
  if (from.discriminator.empty()) return {};
  check(config);
  ParameterStore shapes;
  const ElectraPair pair(shapes, config.model, config.vocabulary.size);
  std::vector<std::string> lines;
  if (std::string remark = kept_tokens(config).remark; !remark.empty())
    lines.push_back(std::move(remark));
  const auto say = [&](const StoredNetwork& network) {
    for (std::string& line : describe(network)) lines.push_back(std::move(line));
  };
  if (from.generator.empty()) {
    say(check_network(from.discriminator,
                      parts_of(config.model, Network::discriminator, config.vocabulary.size),
                      shapes, HeadWeights::if_stored));
    lines.push_back("the generator starts anew, with the sizes of model.generator.*");
    return lines;
  }
  expect_one_vocabulary(from);
  for (const StoredNetwork& network :
       check_pair(from.generator, from.discriminator, config.model, shapes, HeadWeights::if_stored))
    say(network);
  return lines;
}

void initialise(const PretrainConfig& config, ParameterStore& store, HeadWeights head) {
  const InitializeConfig& from = config.initialize;
  store.initialise(config.seed, config.model.initializer_range);
  if (from.discriminator.empty()) return;
  if (from.generator.empty())
    (void)load_network(from.discriminator,
                       parts_of(config.model, Network::discriminator, config.vocabulary.size),
                       store, head);
  else
    load_pair(from.generator, from.discriminator, config.model, store, head);
}

}  // namespace electra
