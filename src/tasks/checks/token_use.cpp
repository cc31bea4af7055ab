#include "tasks/checks/token_use.h"

#include <algorithm>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/quantity_text.h"
#include "electra/data/unicode.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

using Findings = std::vector<DataFinding>;

DataFinding finding(DataFault fault, const Examples& examples, std::size_t row, std::string what) {
  return {.fault = fault,
          .file = examples.file,
          .line = examples.rows[row].line,
          .what = std::move(what)};
}

/// A question that leaves its passage no room is refused by a training, too.
void check_length(const Examples& examples, std::size_t row, const FeatureMaker& features,
                  Findings& findings) {
  try {
    Index cut = 0;
    for (const Feature& feature : features.features(examples.rows[row], row, examples.pairs))
      cut += feature.cut;
    if (cut > 0)
      findings.push_back(finding(
          DataFault::too_long, examples, row,
          count_text(cut) + (cut == 1 ? " token is" : " tokens are") + " too many, and cut off"));
  } catch (const InputError& error) {
    findings.push_back(finding(DataFault::bad_row, examples, row, error.what()));
  }
}

/// The texts of an example, but for a passage that the one before has, too.
std::vector<std::string_view> texts_of(const Examples& examples, std::size_t row) {
  const Example& example = examples.rows[row];
  std::vector<std::string_view> texts(example.words.begin(), example.words.end());
  const bool again = !example.id.empty() && row > 0 && examples.rows[row - 1].text == example.text;
  if (!again) texts.push_back(example.text);
  texts.push_back(example.text_b);
  texts.push_back(example.negative);
  return texts;
}

/// The words of a text that became [UNK], in quotes.
std::string unknown_words(std::string_view text, const Wordpiece& tokenizer) {
  std::string all;
  for (const Token& token : tokenizer.tokenize(text))
    if (tokenizer.token(token.id) == "[UNK]")
      all += (all.empty() ? "" : ", ") + shown(slice_characters(text, token.begin, token.end));
  return all;
}

}  // namespace

void check_tokens(const Examples& examples, const DataCheckOptions& options, CheckedFile& file,
                  Findings& findings) {
  for (std::size_t row = 0; row < examples.rows.size(); ++row) {
    check_length(examples, row, *options.features, findings);
    UnknownTokens found;
    std::string words;
    for (const std::string_view text : texts_of(examples, row)) {
      const Index before = found.unknown;
      (void)options.tokenizer->encode(text, found);
      if (found.unknown > before)
        words += (words.empty() ? "" : ", ") + unknown_words(text, *options.tokenizer);
    }
    file.tokens += found.tokens;
    file.unknown += found.unknown;
    if (found.unknown > 0)
      findings.push_back(
          finding(DataFault::unknown_piece, examples, row, "the vocabulary cannot spell " + words));
  }
}

}  // namespace electra
