#pragma once

#include <string>

#include "arguments.h"
#include "electra/core/range.h"
#include "electra/data/corpus_options.h"
#include "electra/data/word_reader.h"
#include "electra/io/config.h"
#include "electra/pretrain/config.h"

namespace electra {

/// How words are made of texts: values of pretraining's configuration, under its names.
struct WordConfig {
  VocabularyConfig vocabulary = {};

  void fields(auto&& visit) {
    visit("vocabulary.lower_case", vocabulary.lower_case, "lower-case the text");
    visit("vocabulary.strip_accents", vocabulary.strip_accents,
          "strip accents; null: as lower_case");
    visit("vocabulary.cut_long_words", vocabulary.cut_long_words,
          "cut words that are too long into pieces of 100 characters");
    visit("vocabulary.compat", vocabulary.compat, "google or hf: whose tokenizer");
  }
};

/// The same, and what else decides which vocabulary is made of a corpus.
struct CorpusConfig : WordConfig {
  CorpusOptions data = {};

  void fields(auto&& visit) {
    WordConfig::fields(visit);
    visit("vocabulary.grow", vocabulary.grow,
          "a size too small for the text's alphabet becomes the alphabet's and 2,000");
    visit("vocabulary.character_coverage", vocabulary.character_coverage,
          "share of the text's characters that the alphabet must cover", from(0).to(1));
    visit("vocabulary.limit_alphabet", vocabulary.limit_alphabet,
          "distinct characters at most, the most frequent; 0: no limit", from(0));
    visit("data.text_key", data.text_key, "what the text is called in JSON lines");
    visit("data.encoding", data.encoding, "auto, or a name of iconv's");
    visit("data.bad_lines", data.bad_lines,
          "share of the JSON lines that may be bad, and be left out", from(0).to(1));
  }
};

/// A configuration as --set has it. Throws ConfigError.
template <Config C>
[[nodiscard]] C configured(const Arguments& arguments) {
  C config;
  for (const std::string& assignment : arguments.texts("--set"))
    config = with_assignment(std::move(config), assignment);
  check_ranges(config);
  return config;
}

}  // namespace electra
