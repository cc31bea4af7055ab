/// Embeds a discriminator in an application: says of each token of a text how probably it was
/// replaced. Reads a Hugging Face directory: a run's OUT/discriminator, or a released model such as
/// google/electra-small-discriminator with its tokenizer.json or vocab.txt.
///
///   detect MODEL_DIR "The captain looked over the umbrella."
///   detect MODEL_DIR --json < texts.txt        one text a line in, one JSON object a line out
///
/// Lines that come one by one are answered one by one, those of a file many together. A text that
/// cannot be answered has an error in its place, the others are answered all the same, and the exit
/// code is 1 at the end. docs/inference.md says what the output holds.

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/infer/detector.h"
#include "show_detection.h"
#include "support/lines.h"

namespace {

using namespace electra;

using Json = nlohmann::ordered_json;

void print_json(const Json& object) {
  std::printf("%s\n", object.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

Json json_of(const std::vector<Detection::Span>& spans) {
  Json all = Json::array();
  for (const Detection::Span& span : spans) all.push_back({span.begin, span.end});
  return all;
}

/// Each byte of the text that is not UTF-8 becomes U+FFFD, so that code points stay where they are.
void print_object(const Detection& detection) {
  Json object{{"text", well_formed(detection.text)}, {"ids", detection.ids},
              {"tokens", detection.tokens},          {"probabilities", detection.probabilities},
              {"spans", json_of(detection.spans)},   {"byte_spans", json_of(detection.byte_spans)}};
  if (detection.left_out > 0) object["left_out"] = detection.left_out;
  print_json(object);
}

void print_text(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::putchar('\n');
}

void print_table(const Detection& detection) {
  print_text(detection.text);
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

std::vector<std::string> names_of_lengths() {
  const auto names = enum_names(LongText{});
  return {names.begin(), names.end()};
}

LongText length_called(const std::string& name) {
  const auto names = enum_names(LongText{});
  return static_cast<LongText>(std::ranges::find(names, name) - names.begin());
}

struct Options {
  std::string model;
  std::vector<std::string> texts;
  bool json = false;
  std::string device = "cpu";
  int threads = 0;
  std::string length = "fail";
  Index positions = 0;
  bool plain = false;
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("model", options.model,
                 "Hugging Face directory of a discriminator, with its tokenizer.json or vocab.txt")
      ->required();
  app.add_option("text", options.texts, "texts (default: the lines of standard input)");
  app.add_flag("--json", options.json,
               "one object a line: text, ids, tokens, probabilities, spans in code points and in\n"
               "bytes; or text and error");
  app.add_option("--device", options.device, "cpu, cuda, cuda:N, or auto: the first usable GPU")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "of the device cpu; 0: all processors")
      ->capture_default_str();
  app.add_option(
         "--length,--long", options.length,
         "texts of too many tokens: fail (an error in the answer's place), truncate (their\n"
         "first tokens alone), or windows (that overlap, for every token)")
      ->check(CLI::IsMember(names_of_lengths()))
      ->capture_default_str();
  app.add_option("--positions", options.positions,
                 "tokens of a text at most, [CLS] and [SEP] included; 0: what the directory's\n"
                 "sentence_bert_config.json or tokenizer_config.json says, else all the model has")
      ->capture_default_str();
  app.add_flag("--plain", options.plain,
               "special and added tokens in a text, such as [MASK], are text like any other");
}

/// Prints what the detector says of texts, as they come, in their order.
class Answers {
 public:
  Answers(const Detector& detector, bool json) : detector_(detector), json_(json) {}

  /// All together; if one of them is refused, each by itself.
  void add(std::span<const std::string> texts) {
    std::vector<Detection> found;
    try {
      found = detector_.detect(texts);
    } catch (const InputError&) {
    }
    for (const Detection& detection : found) print(detection);
    if (found.empty())
      for (const std::string& text : texts) add_one(text);
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw IoError(std::string("standard output: ") + std::strerror(errno));
  }

  /// The exit code: 1, and a sentence, if a text was not answered.
  [[nodiscard]] int finish() const {
    if (refused_ == 0) return 0;
    std::fprintf(stderr, "detect: %zu of %zu texts not answered\n", refused_, given_);
    return 1;
  }

 private:
  void add_one(const std::string& text) {
    try {
      print(detector_.detect(text));
    } catch (const InputError& error) {
      refuse(text, error.what());
    }
  }

  void print(const Detection& detection) {
    ++given_;
    if (json_)
      print_object(detection);
    else
      print_table(detection);
    if (detection.left_out == 0) return;
    std::fflush(stdout);  // else who reads both together may find this within the object's line
    std::fprintf(stderr, "detect: text %zu: %lld tokens at its end were left out\n", given_,
                 static_cast<long long>(detection.left_out));
  }

  void refuse(const std::string& text, const char* why) {
    ++given_;
    ++refused_;
    std::fflush(stdout);
    std::fprintf(stderr, "detect: text %zu: %s\n", given_, why);
    if (json_) return print_json(Json{{"text", well_formed(text)}, {"error", why}});
    print_text(text);
    std::printf("  error: %s\n", why);
  }

  const Detector& detector_;
  bool json_;
  std::size_t given_ = 0, refused_ = 0;  // texts
};

int run(const Options& options) {
  const DeviceChoice choice = choose_device(options.device);
  if (!choice.remark.empty()) std::fprintf(stderr, "detect: %s\n", choice.remark.c_str());
  const Detector detector(options.model, {.device = choice.device,
                                          .threads = options.threads,
                                          .length = length_called(options.length),
                                          .positions = options.positions,
                                          .match_added_tokens = !options.plain});
  Answers answers(detector, options.json);
  if (options.texts.empty())
    for_lines(STDIN_FILENO, "standard input",
              [&](std::span<const std::string> lines) { answers.add(lines); });
  else
    answers.add(options.texts);
  return answers.finish();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Says of each token of a text how probably it was replaced", "detect");
  add_options(app, options);
  try {
    app.parse(argc, argv);
    return run(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "detect: %s\n", error.what());
    return 1;
  }
}
