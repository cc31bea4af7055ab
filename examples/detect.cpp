/// Embeds a discriminator in an application: says of each token of a text how probably it was
/// replaced. Reads a Hugging Face directory: a run's OUT/discriminator, or a released model such as
/// google/electra-small-discriminator with its vocab.txt.
///
///   detect MODEL_DIR "The captain looked over the umbrella."
///   detect MODEL_DIR --json < texts.txt        one text a line in, one JSON object a line out

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

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
  std::printf("%s\n", detection.text.c_str());
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

void for_each_text(const std::vector<std::string>& texts,
                   const std::function<void(const std::string&)>& use) {
  for (const std::string& text : texts) use(text);
  std::string line;
  if (texts.empty())
    while (std::getline(std::cin, line)) use(line);
}

}  // namespace

int main(int argc, char** argv) {
  std::string model;
  std::vector<std::string> texts;
  bool json = false;
  std::string device = "cpu";
  CLI::App app("Says of each token of a text how probably it was replaced", "detect");
  app.add_option("model", model, "Hugging Face directory of a discriminator, with its vocab.txt")
      ->required();
  app.add_option("text", texts, "texts (default: the lines of standard input)");
  app.add_flag("--json", json,
               "one object a line: text, ids, tokens, probabilities, and spans in code points");
  app.add_option("--device", device, "cpu, cuda, cuda:N, or auto: the first usable GPU")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    const DeviceChoice choice = choose_device(device);
    if (!choice.remark.empty()) std::fprintf(stderr, "detect: %s\n", choice.remark.c_str());
    const Detector detector(model, {.device = choice.device});
    for_each_text(texts, [&](const std::string& text) {
      const Detection detection = detector.detect(text);
      if (json)
        std::printf("%s\n", json_line(detection).c_str());
      else
        print_table(detection);
    });
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "detect: %s\n", error.what());
    return 1;
  }
}
