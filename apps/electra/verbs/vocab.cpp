#include "verbs/vocab.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <future>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/corpus.h"
#include "electra/data/vocabulary_trainer.h"
#include "electra/data/wordpiece.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/pretrain/prepared_data.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"
#include "text_config.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {"--corpus", Kind::text, "PATH",
     "a file, or a folder of *.txt, *.jsonl and *.json, also .gz and .zst", true},
    {"--out", Kind::text, "FILE", "the vocabulary that is made: vocab.txt", true},
    {"--size", Kind::integer, "N", "tokens at most, special ones included (default: 30522)"},
    {"--extend", Kind::text, "OLD",
     "a vocabulary whose tokens keep their ids; what the corpus needs beside them follows"},
    {"--threads", Kind::integer, "N", "that count words (default: all processors)"},
    {"--set", Kind::texts, "PATH=VALUE",
     "vocabulary.lower_case, vocabulary.strip_accents and others of pretraining's configuration; "
     "may be repeated"},
    {"--json", Kind::flag, "", "the result as one JSON object"},
});

constexpr std::string_view forms =
    "Learns WordPieces by frequency, as pretraining does: the same file for any number of "
    "threads.\n"
    "With --extend those that OLD has not are appended, in the order in which they were learned,\n"
    "until there are N tokens. The result is read back with the corpus. Output is a line for OLD,\n"
    "if there is one, and one for the new vocabulary: file, tokens, share of [UNK] in percent,\n"
    "pieces a word, between tabs; or one object with --json: out, and size, words, tokens, "
    "unknown,\n"
    "unknown_share and pieces_per_word, those of OLD under before. A file that is there is not\n"
    "overwritten.";

constexpr std::string_view example_lines =
    "  electra vocab --corpus share/sample/prose.txt --size 2048 --out out/vocab.txt\n"
    "  electra vocab --corpus share/labelled/sentences.txt --extend out/vocab.txt --size 2100 "
    "--out out/longer.txt";

/// What is asked for.
struct Request {
  CorpusConfig config;
  std::string corpus, out, old;
  Index size = 0;
  int threads = 1;
};

int threads_of(const Arguments& arguments) {
  const int asked = small_integer(arguments, "--threads").value_or(0);
  if (asked > 0) return asked;
  return static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
}

Request request_of(const Arguments& arguments) {
  Request request{.config = configured<CorpusConfig>(arguments),
                  .corpus = arguments.text("--corpus"),
                  .out = arguments.text("--out"),
                  .old = arguments.text("--extend"),
                  .size = arguments.integer("--size").value_or(VocabularyConfig{}.size),
                  .threads = threads_of(arguments)};
  check_range("--size", request.size, from(6));
  if (!is_corpus_encoding(request.config.data.encoding))
    refuse_value("data.encoding", "auto, or an encoding that iconv knows here",
                 request.config.data.encoding);
  if (fs::exists(request.out))
    throw ConfigError(request.out + ": there is a file already; choose another name");
  check_corpus(request.corpus, request.config.data);
  return request;
}

TrainedVocabulary trained_on(const Request& request) {
  const VocabularyConfig& wanted = request.config.vocabulary;
  VocabularyTrainer trainer({.size = request.size,
                             .character_coverage = wanted.character_coverage,
                             .limit_alphabet = wanted.limit_alphabet,
                             .grow = wanted.grow.value_or(true),
                             .threads = request.threads,
                             .text = wordpiece_options(wanted)});
  CorpusReader corpus(request.corpus, request.config.data);
  trainer.add(corpus);
  for (const std::string& line : describe(corpus.findings())) say(line);
  TrainedVocabulary trained = trainer.train();
  for (const std::string& line : describe(trained)) say(line);
  return trained;
}

/// The old tokens, and of the new ones those that are not among them, `size` at most.
Vocabulary extended(const Vocabulary& old, const Vocabulary& trained, Index size) {
  std::vector<std::string> tokens = old.tokens();
  for (const std::string& token : trained.tokens())
    if (std::ssize(tokens) < size && !old.find(token)) tokens.push_back(token);
  return Vocabulary::from_tokens(std::move(tokens));
}

/// Throws ConfigError if there is no room for a new one.
std::optional<Vocabulary> old_vocabulary(const Request& request) {
  if (request.old.empty()) return std::nullopt;
  Vocabulary old = load_vocabulary(request.old);
  if (request.size <= old.size())
    refuse_value("--size",
                 "more than the " + std::to_string(old.size()) + " tokens of " + request.old,
                 std::to_string(request.size));
  return old;
}

/// What a vocabulary makes of lines, by several threads.
UnknownTokens pieces_of(const Wordpiece& wordpiece, std::span<const std::string> lines,
                        int threads) {
  const auto of_part = [&](std::span<const std::string> part) {
    UnknownTokens found;
    for (const std::string& line : part) (void)wordpiece.encode(line, found);
    return found;
  };
  const auto parts = static_cast<std::size_t>(threads);
  std::vector<std::future<UnknownTokens>> others;
  for (std::size_t t = 1; t < parts; ++t) {
    const std::size_t begin = lines.size() * t / parts, end = lines.size() * (t + 1) / parts;
    others.push_back(std::async(std::launch::async, of_part, lines.subspan(begin, end - begin)));
  }
  UnknownTokens found = of_part(lines.first(lines.size() / parts));
  for (auto& other : others) found += other.get();
  return found;
}

/// What a vocabulary makes of the corpus.
UnknownTokens pieces_of(const Request& request, const Vocabulary& vocabulary) {
  constexpr std::size_t bytes_at_once = std::size_t{4} << 20U;
  const Wordpiece wordpiece(vocabulary, wordpiece_options(request.config.vocabulary));
  CorpusReader corpus(request.corpus, request.config.data);
  UnknownTokens found;
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  const auto count = [&] {
    found += pieces_of(wordpiece, lines, request.threads);
    lines.clear();
    bytes = 0;
  };
  while (const auto line = corpus.next()) {
    lines.emplace_back(line->text);
    bytes += line->text.size();
    if (bytes >= bytes_at_once) count();
  }
  count();
  return found;
}

double pieces_per_word(const UnknownTokens& found) {
  return found.words == 0 ? 0
                          : static_cast<double>(found.tokens) / static_cast<double>(found.words);
}

Json json_of(const Vocabulary& vocabulary, const UnknownTokens& found) {
  return {{"size", vocabulary.size()},      {"words", found.words},
          {"tokens", found.tokens},         {"unknown", found.unknown},
          {"unknown_share", found.share()}, {"pieces_per_word", pieces_per_word(found)}};
}

void print_row(const std::string& file, const Vocabulary& vocabulary, const UnknownTokens& found) {
  print_line(file + "\t" + std::to_string(vocabulary.size()) + "\t" +
             decimal_text(100 * found.share(), 4) + "\t" + decimal_text(pieces_per_word(found), 4));
}

void save(const Vocabulary& vocabulary, const fs::path& file) {
  if (file.has_parent_path()) make_folders(file.parent_path());
  vocabulary.save(file);
}

int vocab(const Arguments& arguments) {
  const Request request = request_of(arguments);
  const std::optional<Vocabulary> old = old_vocabulary(request);
  const TrainedVocabulary trained = trained_on(request);
  const Vocabulary made =
      old ? extended(*old, trained.vocabulary, trained.size_allowed) : trained.vocabulary;
  const UnknownTokens found = pieces_of(request, made);
  for (const std::string& line : describe(found)) say(line);
  save(made, request.out);
  Json object{{"out", request.out}};
  object.update(json_of(made, found));
  if (old) {
    const UnknownTokens before = pieces_of(request, *old);
    object["before"] = json_of(*old, before);
    if (!arguments.has("--json")) print_row(request.old, *old, before);
  }
  if (arguments.has("--json"))
    print_json(object);
  else
    print_row(request.out, made, found);
  flush_results();
  return 0;
}

}  // namespace

Verb vocab_verb() {
  return {"vocab",       "a vocabulary of a corpus, or more tokens for one",
          options,       forms,
          example_lines, vocab};
}

}  // namespace electra
