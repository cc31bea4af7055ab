#include "verbs/bench.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "electra/core/error.h"
#include "electra/core/instruction_set.h"
#include "electra/core/peak_memory.h"
#include "electra/core/range.h"
#include "electra/infer/engine.h"
#include "input_lines.h"
#include "model_options.h"
#include "output.h"

namespace electra {

namespace {

using Kind = OptionInfo::Kind;
using Clock = std::chrono::steady_clock;
using Ids = std::vector<std::int32_t>;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of any model", .required = true},
    {"--lengths", Kind::text, "N,N,…", "one text of so many tokens at a time (default: 16,64,128)"},
    {"--calls", Kind::integer, "N", "calls for each length, after ten to warm up (default: 200)"},
    {"--file", Kind::text, "FILE", "instead: all texts of a file, one a line"},
    {"--order", Kind::text, "ORDER", "of the texts: file (default), or sorted by length", false,
     "file sorted"},
    {"--batch", Kind::integer, "N", "texts that are given at once (default: 32)"},
    {"--passes", Kind::integer, "N", "times that the file is computed (default: 3)"},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Timed is everything from ids to answers; making ids of texts is timed apart. Output is a "
    "line\n"
    "for each length: tokens, the median and the 99th percentile in milliseconds; or one for the\n"
    "file: texts and tokens a second of the median pass. With --json they are objects that also\n"
    "name threads, precision, instruction set, memory, and how long opening the model took, the "
    "first\n"
    "answer included.";

constexpr std::string_view example_lines =
    "  electra bench out/pretrain_small/discriminator --lengths 16,64 --threads 1\n"
    "  electra bench out/pretrain_small/discriminator --file share/labelled/sentences.txt --json";

/// Seconds from ids to answers.
double seconds_of(const Engine& engine, std::span<const Ids> texts) {
  const auto begin = Clock::now();
  engine.run(texts, [](std::size_t, std::span<const float>) {});
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The value that this share of all does not exceed.
double quantile(std::vector<double> values, double share) {
  std::ranges::sort(values);
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::ceil(share * last))];
}

std::vector<Index> lengths_of(const std::string& text, const Engine& engine) {
  std::vector<Index> lengths;
  const auto most = static_cast<double>(engine.limit().tokens);
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string number = text.substr(begin, end - begin);
    std::size_t used = 0;
    const Index length = number.empty() ? 0 : std::stoll("0" + number, &used);
    if (number.empty() || used != number.size() + 1)
      throw ConfigError("--lengths: expected whole numbers between commas, found \"" + text + "\"");
    check_range("--lengths", length, from(3).to(most));
    lengths.push_back(length);
    begin = end + 1;
  }
  return lengths;
}

/// A text of so many tokens, others in each call: words of the vocabulary in a fixed order.
Ids some_text(const Engine& engine, Index length, Index call) {
  const Index words = engine.vocabulary().size();
  Ids ids{engine.vocabulary().cls()};
  for (Index i = 2; i < length; ++i)
    ids.push_back(static_cast<std::int32_t>((call * 977 + i * 7919) % words));
  ids.push_back(engine.vocabulary().sep());
  return ids;
}

/// An engine and how long it took, from nothing to the first answer.
struct Opened {
  explicit Opened(const Arguments& arguments)
      : begin(Clock::now()), engine(open_engine(arguments.text("DIR"), arguments)) {
    (void)seconds_of(engine,
                     std::array{some_text(engine, std::min<Index>(16, engine.limit().tokens), 0)});
    milliseconds = 1e3 * std::chrono::duration<double>(Clock::now() - begin).count();
  }

  Clock::time_point begin;
  Engine engine;
  double milliseconds = 0;
};

nlohmann::ordered_json conditions(const Opened& opened, const Arguments& arguments) {
  const Engine& engine = opened.engine;
  const auto precision =
      enum_names(engine.precision())[static_cast<std::size_t>(engine.precision())];
  return {{"open_ms", opened.milliseconds},
          {"threads", small_integer(arguments, "--threads").value_or(0)},
          {"precision", precision},
          {"isa", to_string(instruction_set())},
          {"memory_bytes", resident_memory_bytes()}};
}

void bench_length(const Opened& opened, Index length, const Arguments& arguments) {
  const Engine& engine = opened.engine;
  constexpr Index warm_up = 10;
  const Index calls = arguments.integer("--calls").value_or(200);
  check_range("--calls", calls, from(1));
  std::vector<double> milliseconds;
  for (Index call = 0; call < warm_up + calls; ++call) {
    const std::array text{some_text(engine, length, call)};
    const double seconds = seconds_of(engine, text);
    if (call >= warm_up) milliseconds.push_back(1e3 * seconds);
  }
  const double p50 = quantile(milliseconds, 0.5), p99 = quantile(milliseconds, 0.99);
  if (!arguments.has("--json"))
    return print_line(std::to_string(length) + " tokens\t" + decimal_text(p50, 3) + " ms\t" +
                      decimal_text(p99, 3) + " ms");
  nlohmann::ordered_json object{{"length", length}, {"p50_ms", p50}, {"p99_ms", p99}};
  object.update(conditions(opened, arguments));
  print_json(object);
}

struct FileTexts {
  std::vector<Ids> texts;
  Index tokens = 0;
  double tokenize_seconds = 0;
};

/// The ids of a file's texts, cut at what the model may read.
FileTexts texts_of(const Engine& engine, const std::string& path) {
  FileTexts found;
  const std::vector<std::string> lines = input_lines(path);
  const auto begin = Clock::now();
  for (const std::string& line : lines) {
    Ids ids{engine.vocabulary().cls()};
    for (const Token& token : engine.wordpiece().tokenize(line)) ids.push_back(token.id);
    ids.resize(
        std::min<std::size_t>(ids.size(), static_cast<std::size_t>(engine.limit().tokens - 1)));
    ids.push_back(engine.vocabulary().sep());
    found.tokens += std::ssize(ids);
    found.texts.push_back(std::move(ids));
  }
  found.tokenize_seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  if (lines.empty()) throw InputError(path + ": expected texts, one a line, found none");
  return found;
}

double seconds_of_pass(const Engine& engine, std::span<const Ids> texts, std::size_t batch) {
  double seconds = 0;
  for (std::size_t first = 0; first < texts.size(); first += batch)
    seconds += seconds_of(engine, texts.subspan(first, std::min(batch, texts.size() - first)));
  return seconds;
}

void bench_file(const Opened& opened, const std::string& path, const Arguments& arguments) {
  const Engine& engine = opened.engine;
  const std::string order = arguments.text("--order", "file");
  const Index batch = arguments.integer("--batch").value_or(32);
  const Index passes = arguments.integer("--passes").value_or(3);
  check_range("--batch", batch, from(1));
  check_range("--passes", passes, from(1));
  if (order != "file" && order != "sorted")
    throw ConfigError("--order: expected file or sorted, found \"" + order + "\"");
  FileTexts found = texts_of(engine, path);
  if (order == "sorted")
    std::ranges::stable_sort(found.texts, {}, [](const Ids& ids) { return ids.size(); });
  std::vector<double> seconds;
  for (Index pass = -1; pass < passes; ++pass) {
    const double took = seconds_of_pass(engine, found.texts, static_cast<std::size_t>(batch));
    if (pass >= 0) seconds.push_back(took);
  }
  const double median = quantile(seconds, 0.5);
  const double texts = static_cast<double>(found.texts.size()) / median;
  const double tokens = static_cast<double>(found.tokens) / median;
  if (!arguments.has("--json"))
    return print_line(decimal_text(texts, 1) + " texts/s\t" + decimal_text(tokens, 0) +
                      " tokens/s\t" + order);
  nlohmann::ordered_json object{
      {"texts_per_second", texts},
      {"tokens_per_second", tokens},
      {"order", order},
      {"batch", batch},
      {"texts", found.texts.size()},
      {"tokens", found.tokens},
      {"tokenize_tokens_per_second", static_cast<double>(found.tokens) / found.tokenize_seconds}};
  object.update(conditions(opened, arguments));
  print_json(object);
}

int bench(const Arguments& arguments) {
  const Opened opened(arguments);
  const Engine& engine = opened.engine;
  say_precision(engine);
  const std::string file = arguments.text("--file");
  if (!file.empty()) {
    bench_file(opened, file, arguments);
  } else {
    for (const Index length : lengths_of(arguments.text("--lengths", "16,64,128"), engine))
      bench_length(opened, length, arguments);
  }
  flush_results();
  return 0;
}

}  // namespace

Verb bench_verb() {
  return {"bench", "how fast a model is on this machine", options, forms, example_lines, bench};
}

}  // namespace electra
