#include <electra/electra.h>

#include <cstdio>

/// Says of each token of some texts how probably it was replaced: detect MODEL.
int main(int, char** arguments) {
  const electra::Detector detector(arguments[1], {.length = electra::LongText::windows});
  const std::vector<std::string> texts{"The captain looked over the umbrella.", "Call me Ishmael."};
  for (const electra::Detection& found : detector.detect(texts)) {
    for (std::size_t i = 0; i < found.tokens.size(); ++i)
      std::printf("%s %.2f  ", found.tokens[i].c_str(), found.probabilities[i]);
    std::puts("");
  }
}
