#include "verbs/prepare.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/pretrain/prepared_text.h"
#include "electra/pretrain/request.h"
#include "new_folder.h"
#include "output.h"
#include "support/progress_line.h"
#include "support/stop_signals.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {"--corpus", Kind::text, "PATH",
     "a file, or a folder of *.txt, *.jsonl and *.json, also .gz and .zst", true},
    {"--out", Kind::text, "DIR", "the folder that is made; not one that holds something", true},
    {"--vocab", Kind::text, "FILE",
     "vocabulary to use (default: one is trained on the corpus, as pretrain does)"},
    {"--size", Kind::integer, "N",
     "tokens of a vocabulary that is trained (default: the preset's)"},
    {"--preset", Kind::text, "NAME",
     "tiny (default), mini, small, small_plus_plus, base or large: size of the vocabulary and "
     "share held out"},
    {"--seed", Kind::integer, "S", "of the choice of what is held out (default: 1)"},
    {"--threads", Kind::integer, "N", "that count words and tokenise (default: all processors)"},
    {"--set", Kind::texts, "PATH=VALUE",
     "data.held_out, vocabulary.lower_case and others of pretraining's configuration; may be "
     "repeated"},
    {"--json", Kind::flag, "", "the result as one JSON object"},
});

constexpr std::string_view forms =
    "Makes a corpus ready for any number of runs: DIR gets vocab.txt, the tokens (corpus.etok),\n"
    "how text is read (tokenizer_config.json) and what was found in the corpus (corpus.json).\n"
    "pretrain --set data.prepared=DIR trains on it as it would on the corpus, without reading\n"
    "that. Which documents are held out is chosen by the seed when a run begins; here are the\n"
    "numbers. Output is a line for each fact, its name and value between a tab, or one object\n"
    "with --json: out, vocabulary, files, bytes, documents, sentences, words, tokens, unknown,\n"
    "unknown_share, pieces_per_word, bad_lines, left_out_files, invalid_bytes, seed, training and\n"
    "held_out (documents, tokens).";

constexpr std::string_view example_lines =
    "  electra prepare --corpus share/sample/prose.txt --out out/prepared\n"
    "  electra prepare --corpus share/sample --out out/cased --size 4000 "
    "--set vocabulary.lower_case=false --json";

PretrainConfig configuration_of(const Arguments& arguments) {
  PretrainRequest request{.preset = arguments.text("--preset"),
                          .corpus = arguments.text("--corpus")};
  for (const auto& [option, path] :
       {std::pair("--vocab", "vocabulary.file"), std::pair("--size", "vocabulary.size"),
        std::pair("--seed", "seed"), std::pair("--threads", "threads")})
    if (const auto value = arguments.given(option))
      request.assignments.push_back(std::string(path) + "=" + *value);
  for (const std::string& one : arguments.texts("--set")) request.assignments.push_back(one);
  return configuration_of(request);
}

Json part_of(const std::vector<Index>& documents, Index tokens) {
  return {{"documents", documents.size()}, {"tokens", tokens}};
}

Json facts_of(const std::string& out, const PreparedData& data, const PretrainConfig& config) {
  const TokenCounts& counts = data.counts();
  const CorpusFindings& found = data.findings();
  const UnknownTokens& unknown = data.unknown();
  const auto words = static_cast<double>(unknown.words);
  return {{"out", out},
          {"vocabulary", data.vocabulary().size()},
          {"files", found.files},
          {"bytes", found.bytes},
          {"documents", counts.documents},
          {"sentences", counts.sentences},
          {"words", unknown.words},
          {"tokens", counts.tokens},
          {"unknown", unknown.unknown},
          {"unknown_share", unknown.share()},
          {"pieces_per_word", words > 0 ? static_cast<double>(counts.tokens) / words : 0},
          {"bad_lines", found.bad_lines},
          {"left_out_files", found.left_out_files + found.hidden_files},
          {"invalid_bytes", found.invalid_bytes},
          {"seed", config.seed},
          {"training", part_of(data.split().training, data.training_tokens())},
          {"held_out", part_of(data.split().held_out, data.held_out_tokens())}};
}

void print_facts(const Json& facts, const std::string& before = "") {
  for (const auto& [name, value] : facts.items())
    if (value.is_object())
      print_facts(value, name + " ");
    else
      print_line(before + name + "\t" +
                 (value.is_string()         ? text_cell(value.get<std::string>())
                  : value.is_number_float() ? decimal_text(value.get<double>(), 4)
                                            : value.dump()));
}

int prepare(const Arguments& arguments) {
  const PretrainConfig config = configuration_of(arguments);
  const std::string out = arguments.text("--out");
  catch_stop_signals();
  NewFolder folder(out);
  try {
    const PreparedData data =
        prepare_text(config, folder.making(), say, [] { return signal_received != 0; });
    folder.commit();
    for (const std::string& line : data.description()) say(line);
    const Json facts = facts_of(out, data, config);
    if (arguments.has("--json"))
      print_json(facts);
    else
      print_facts(facts);
  } catch (const Interrupted&) {
    say("interrupted: nothing is left of it");
    return code_when_stopped();
  }
  flush_results();
  return 0;
}

}  // namespace

Verb prepare_verb() {
  return {"prepare", "a corpus as tokens, ready for pretraining", options, forms, example_lines,
          prepare};
}

}  // namespace electra
