/// Embeds a discriminator in an application: says of each token of a text how probably it was
/// replaced. Reads a Hugging Face directory: a run's OUT/discriminator, or a released model such as
/// google/electra-small-discriminator with its tokenizer.json or vocab.txt.
///
///   detect MODEL_DIR "The captain looked over the umbrella."
///   detect MODEL_DIR --json < texts.txt        one text a line in, one JSON object a line out
///
/// Lines that come one by one are answered one by one, those of a file many together.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/infer/detector.h"
#include "show_detection.h"

namespace {

using namespace electra;

/// What is not UTF-8 in the text becomes U+FFFD.
std::string json_line(const Detection& detection) {
  nlohmann::ordered_json spans = nlohmann::ordered_json::array();
  for (const Detection::Span& span : detection.spans) spans.push_back({span.begin, span.end});
  const nlohmann::ordered_json object{{"text", detection.text},
                                      {"ids", detection.ids},
                                      {"tokens", detection.tokens},
                                      {"probabilities", detection.probabilities},
                                      {"spans", spans}};
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

void print_table(const Detection& detection) {
  std::fwrite(detection.text.data(), 1, detection.text.size(), stdout);
  std::putchar('\n');
  for (std::size_t i = 0; i < detection.ids.size(); ++i) {
    const Detection::Span span = detection.spans[i];
    std::string token = detection.tokens[i];
    const auto width = static_cast<std::size_t>(count_characters(token));
    if (width < 20) token.append(20 - width, ' ');
    std::printf("%7d  %s %5lld-%-5lld %7.4f\n", detection.ids[i],
                coloured(token, detection.probabilities[i]).c_str(),
                static_cast<long long>(span.begin), static_cast<long long>(span.end),
                detection.probabilities[i]);
  }
}

void print(const Detection& detection, bool json) {
  if (json)
    std::printf("%s\n", json_line(detection).c_str());
  else
    print_table(detection);
  if (detection.left_out > 0)
    std::fprintf(stderr, "detect: %lld tokens at the end of a text were left out\n",
                 static_cast<long long>(detection.left_out));
}

/// Names of an enumeration's values, for the command line.
template <class E>
std::map<std::string, E> by_name(E example) {
  std::map<std::string, E> values;
  for (const std::string_view name : enum_names(example))
    values.emplace(name, static_cast<E>(values.size()));
  return values;
}

/// Standard input's lines, as many at once as have come.
void for_lines(const std::function<void(std::span<const std::string>)>& use) {
  std::array<char, std::size_t{1} << 16> bytes{};
  std::vector<std::string> lines(1);
  ssize_t count = 0;
  while ((count = read(STDIN_FILENO, bytes.data(), bytes.size())) > 0) {
    for (const char byte : std::span(bytes).first(static_cast<std::size_t>(count)))
      if (byte == '\n')
        lines.emplace_back();
      else
        lines.back() += byte;
    use(std::span(lines).first(lines.size() - 1));
    lines.erase(lines.begin(), lines.end() - 1);
  }
  if (count < 0) throw IoError(std::string("standard input: ") + std::strerror(errno));
  if (!lines.back().empty()) use(lines);
}

struct Options {
  std::string model;
  std::vector<std::string> texts;
  bool json = false;
  std::string device = "cpu";
  int threads = 0;
  LongText length = LongText::fail;
  bool plain = false;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("model", options.model,
                 "Hugging Face directory of a discriminator, with its tokenizer.json or vocab.txt")
      ->required();
  app.add_option("text", options.texts, "texts (default: the lines of standard input)");
  app.add_flag("--json", options.json,
               "one object a line: text, ids, tokens, probabilities, and spans in code points");
  app.add_option("--device", options.device, "cpu, cuda, cuda:N, or auto: the first usable GPU")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "of the device cpu; 0: all processors")
      ->capture_default_str();
  app.add_option("--long", options.length, "texts of too many tokens: fail, truncate, or windows")
      ->transform(CLI::CheckedTransformer(by_name(options.length), CLI::ignore_case))
      ->default_str("fail");
  app.add_flag("--plain", options.plain,
               "special and added tokens in a text, such as [MASK], are text like any other");
}

/// Prints what the detector says of texts, as they come.
class Answers {
 public:
  Answers(const Detector& detector, bool json) : detector_(detector), json_(json) {}

  /// All together; if one of them is refused, those before it are answered all the same.
  void add(std::span<const std::string> texts) {
    try {
      for (const Detection& detection : detector_.detect(texts)) print(detection, json_);
    } catch (const InputError&) {
      for (std::size_t i = 0; i < texts.size(); ++i) add_one(texts[i], given_ + i + 1);
    }
    given_ += texts.size();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw IoError(std::string("standard output: ") + std::strerror(errno));
  }

 private:
  void add_one(const std::string& text, std::size_t number) {
    try {
      print(detector_.detect(text), json_);
    } catch (const InputError& error) {
      throw InputError("text " + std::to_string(number) + ": " + error.what());
    }
  }

  const Detector& detector_;
  bool json_;
  std::size_t given_ = 0;  // texts before
};

void run(const Options& options) {
  const DeviceChoice choice = choose_device(options.device);
  if (!choice.remark.empty()) std::fprintf(stderr, "detect: %s\n", choice.remark.c_str());
  const Detector detector(options.model, {.device = choice.device,
                                          .threads = options.threads,
                                          .length = options.length,
                                          .match_added_tokens = !options.plain});
  Answers answers(detector, options.json);
  if (options.texts.empty())
    for_lines([&](std::span<const std::string> lines) { answers.add(lines); });
  else
    answers.add(options.texts);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Says of each token of a text how probably it was replaced", "detect");
  add_options(app, options);
  try {
    app.parse(argc, argv);
    run(options);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "detect: %s\n", error.what());
    return 1;
  }
}
