/// Tokens a second over the lines of a file, each encoded by itself, the file in memory. One JSON
/// object a pass.
///
///   tokenizer_bench VOCABULARY FILE [--threads N] [--repeat N] [--hf] [--cased]

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "electra/core/file.h"
#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"

namespace {

using namespace electra;
using Clock = std::chrono::steady_clock;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// How many tokens every `step`-th line has, from `first` on.
std::size_t count_tokens(const Wordpiece& wordpiece, const std::vector<std::string_view>& lines,
                         std::size_t first, std::size_t step) {
  std::size_t tokens = 0;
  for (std::size_t i = first; i < lines.size(); i += step)
    tokens += wordpiece.encode(lines[i]).size();
  return tokens;
}

std::size_t count_tokens(const Wordpiece& wordpiece, const std::vector<std::string_view>& lines,
                         std::size_t threads) {
  std::vector<std::size_t> tokens(threads);
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t)
      others.emplace_back([&, t] { tokens[t] = count_tokens(wordpiece, lines, t, threads); });
    tokens[0] = count_tokens(wordpiece, lines, 0, threads);
  }
  return std::accumulate(tokens.begin(), tokens.end(), std::size_t{0});
}

void show_pass(const Wordpiece& wordpiece, std::string_view text, std::size_t threads) {
  const std::vector<std::string_view> lines = lines_of(text);
  const auto begin = Clock::now();
  const std::size_t tokens = count_tokens(wordpiece, lines, threads);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::printf(
      "{\"threads\":%zu,\"lines\":%zu,\"bytes\":%zu,\"tokens\":%zu,\"seconds\":%.4f,"
      "\"tokens_per_second\":%.0f,\"megabytes_per_second\":%.1f}\n",
      threads, lines.size(), text.size(), tokens, seconds, static_cast<double>(tokens) / seconds,
      static_cast<double>(text.size()) / seconds * 1e-6);
}

}  // namespace

int main(int argc, char** argv) {
  std::string vocabulary_file, file;
  std::size_t threads = 1;
  int repeat = 5;
  WordpieceOptions options;
  CLI::App app("Tokens a second over a file", "tokenizer_bench");
  app.add_option("vocabulary", vocabulary_file, "vocab.txt")->required();
  app.add_option("file", file, "texts, one a line")->required();
  app.add_option("--threads", threads, "that share the lines out")->check(CLI::PositiveNumber);
  app.add_option("--repeat", repeat, "passes over the file")->capture_default_str();
  app.add_flag(
      "--hf", [&](auto) { options.compat = Compat::hf; }, "as Hugging Face reads texts");
  app.add_flag(
      "--cased", [&](auto) { options.lower_case = false; }, "no lower case");
  try {
    app.parse(argc, argv);
    const Vocabulary vocabulary = Vocabulary::load(vocabulary_file);
    const Wordpiece wordpiece(vocabulary, options);
    const std::string text = read_file(file);
    for (int i = 0; i < repeat; ++i) show_pass(wordpiece, text, threads);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tokenizer_bench: %s\n", error.what());
    return 1;
  }
}
