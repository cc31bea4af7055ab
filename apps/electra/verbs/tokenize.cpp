#include "verbs/tokenize.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/infer/text_span.h"
#include "electra/pretrain/prepared_data.h"
#include "input_lines.h"
#include "model_options.h"
#include "output.h"
#include "text_config.h"
#include "token_output.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR",
     .help = "directory of a model, or a vocabulary alone: vocab.txt",
     .required = true},
    {.name = "FILE", .help = "a text a line (default, or -: the lines of standard input)"},
    {"--ids", Kind::flag, "", "ids instead of pieces"},
    plain_option,
    {"--set", Kind::texts, "PATH=VALUE",
     "of a vocabulary alone: vocabulary.lower_case, vocabulary.strip_accents, "
     "vocabulary.cut_long_words or vocabulary.compat; may be repeated"},
    json_option,
});

constexpr std::string_view forms =
    "Output is a line for each: its pieces between blanks (## before one that goes on with a\n"
    "word), or their ids, without [CLS] and [SEP]; or an object each with --json: text, ids,\n"
    "tokens, spans in code points and byte_spans in bytes of the text. A line of a pipe is\n"
    "answered as soon as it has come. A directory says how its texts are read; with a vocabulary\n"
    "alone they are read as pretraining does, in lower case, and have no special tokens.";

constexpr std::string_view example_lines =
    "  echo \"What a lovely day.\" | electra tokenize out/pretrain_small/discriminator\n"
    "  electra tokenize out/pretrain_small/discriminator/vocab.txt share/labelled/sentences.txt "
    "--ids";

StoredTokenizer tokenizer_of(const Arguments& arguments) {
  const std::filesystem::path path = arguments.text("DIR");
  if (!std::filesystem::is_directory(path))
    return {.vocabulary = load_vocabulary(path),
            .options = wordpiece_options(configured<WordConfig>(arguments).vocabulary),
            .added = {}};
  if (arguments.has("--set"))
    throw ConfigError("--set: expected a vocabulary alone, found the directory " + path.string() +
                      ", which says how its texts are read");
  StoredTokenizer tokenizer = load_tokenizer(path);
  if (arguments.has("--plain")) tokenizer.added.clear();
  return tokenizer;
}

void print_object(const Wordpiece& wordpiece, const std::string& text) {
  const std::vector<Index> starts = character_starts(text);
  const auto byte = [&](Index character) { return starts[static_cast<std::size_t>(character)]; };
  Json object{{"text", well_formed(text)},
              {"ids", Json::array()},
              {"tokens", Json::array()},
              {"spans", Json::array()},
              {"byte_spans", Json::array()}};
  for (const Token& token : wordpiece.tokenize(text)) {
    object["ids"].push_back(token.id);
    object["tokens"].push_back(wordpiece.token(token.id));
    object["spans"].push_back(json_of(TextSpan{token.begin, token.end}));
    object["byte_spans"].push_back(json_of(TextSpan{byte(token.begin), byte(token.end)}));
  }
  print_json(object);
}

void print_cells(const Wordpiece& wordpiece, const std::string& text, bool ids) {
  std::string line;
  for (const std::int32_t id : wordpiece.encode(text))
    line += (line.empty() ? "" : " ") + (ids ? std::to_string(id) : wordpiece.token(id));
  print_line(line);
}

int tokenize(const Arguments& arguments) {
  const StoredTokenizer tokenizer = tokenizer_of(arguments);
  const Wordpiece wordpiece(tokenizer.vocabulary, tokenizer.options,
                            {tokenizer.added, tokenizer.options});
  const bool json = arguments.has("--json"), ids = arguments.has("--ids");
  for_input_lines(arguments.text("FILE", "-"), [&](std::span<const std::string> lines) {
    for (const std::string& text : lines)
      json ? print_object(wordpiece, text) : print_cells(wordpiece, text, ids);
    flush_results();
  });
  return 0;
}

}  // namespace

Verb tokenize_verb() {
  return {"tokenize", "texts to pieces or ids, with their places", options, forms, example_lines,
          tokenize};
}

}  // namespace electra
