/// What a detector costs in an application: memory at rest, at its peak while it is opened, and for
/// the longest text; texts and tokens a second over a file. One JSON object a line.
///
///   inference_bench --write DIR --preset base        a discriminator with first weights
///   inference_bench DIR [--file FILE] [--threads N] [--repeat N] [--callers N]

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/peak_memory.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/infer/detector.h"
#include "electra/models/pair_config.h"
#include "electra/models/text_model.h"

namespace {

using namespace electra;
using Clock = std::chrono::steady_clock;

constexpr Index vocabulary_size = 30522;

/// Special tokens, then letters and made-up words: any text has ids.
Vocabulary some_vocabulary() {
  std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    tokens.emplace_back(1, letter);
    tokens.push_back(std::string("##") + letter);
  }
  while (static_cast<Index>(tokens.size()) < vocabulary_size)
    tokens.push_back("word" + std::to_string(tokens.size()));
  return Vocabulary::from_tokens(std::move(tokens));
}

void write_model(const std::filesystem::path& directory, const std::string& preset) {
  const auto context = Context::create({});
  ParameterStore store;
  const TextModel model(store,
                        network_of(model_preset(preset), Network::discriminator, vocabulary_size),
                        head_kind("replaced_token"));
  store.allocate(*context, Precision::f32);
  store.initialise(1, 0.02F);
  save_network(directory, model.parts(), store);
  save_tokenizer(directory, some_vocabulary(), {}, model.config().positions);
}

void show_memory(const std::filesystem::path& directory, const Detector& detector, Index before) {
  const auto file =
      static_cast<double>(std::filesystem::file_size(directory / "model.safetensors"));
  const Index rest = resident_memory_bytes();
  const Index peak = peak_memory_bytes();
  std::string longest = "a";
  for (int i = 1; i < 510; ++i) longest += " a";
  (void)detector.detect(longest);
  const Index after = std::max(peak_memory_bytes() - peak, resident_memory_bytes() - rest);
  std::printf(
      "{\"weights_bytes\":%.0f,\"before_bytes\":%lld,\"rest_bytes\":%lld,\"rest_ratio\":%.3f,"
      "\"peak_bytes\":%lld,\"peak_ratio\":%.3f,\"longest_text_bytes\":%lld}\n",
      file, static_cast<long long>(before), static_cast<long long>(rest),
      static_cast<double>(rest) / file, static_cast<long long>(peak),
      static_cast<double>(peak) / file, static_cast<long long>(after));
}

/// What some threads that call at once add to the memory: a context and an arena each.
void show_callers(const std::filesystem::path& directory, int callers) {
  const Detector detector(directory, {.device = {}, .threads = 1, .workers = callers});
  const Index rest = resident_memory_bytes();
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 20; ++turn) (void)detector.detect("a few letters and a word5000");
    });
  for (std::thread& thread : threads) thread.join();
  std::printf("{\"callers\":%d,\"rest_bytes\":%lld,\"with_callers_bytes\":%lld}\n", callers,
              static_cast<long long>(rest), static_cast<long long>(resident_memory_bytes()));
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

void show_speed(const Detector& detector, const std::vector<std::string>& texts, int repeat) {
  for (int i = 0; i < repeat; ++i) {
    const auto begin = Clock::now();
    std::size_t tokens = 0;
    for (const Detection& found : detector.detect(texts)) tokens += found.ids.size();
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::printf(
        "{\"texts\":%zu,\"tokens\":%zu,\"seconds\":%.4f,\"texts_per_second\":%.1f,"
        "\"tokens_per_second\":%.0f}\n",
        texts.size(), tokens, seconds, static_cast<double>(texts.size()) / seconds,
        static_cast<double>(tokens) / seconds);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string model, file, preset = "base", written;
  int threads = 0, repeat = 5, callers = 0;
  CLI::App app("What a detector costs: memory, and time over a file", "inference_bench");
  app.add_option("model", model, "Hugging Face directory of a discriminator");
  app.add_option("--write", written, "writes a discriminator with first weights here");
  app.add_option("--preset", preset, "its sizes")->capture_default_str();
  app.add_option("--file", file, "texts, one a line");
  app.add_option("--threads", threads, "0: all processors")->capture_default_str();
  app.add_option("--repeat", repeat, "passes over the file")->capture_default_str();
  app.add_option("--callers", callers, "threads that share one detector; 0: left out");
  try {
    app.parse(argc, argv);
    if (!written.empty()) write_model(written, preset);
    if (model.empty()) return 0;
    if (callers > 0) {
      show_callers(model, callers);
      return 0;
    }
    const Index before = resident_memory_bytes();
    const Detector detector(model,
                            {.device = {}, .threads = threads, .length = LongText::truncate});
    show_memory(model, detector, before);
    if (!file.empty()) show_speed(detector, lines_of(file), repeat);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "inference_bench: %s\n", error.what());
    return 1;
  }
}
