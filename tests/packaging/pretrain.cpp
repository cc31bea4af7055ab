#include <electra/electra.h>

#include <cstdio>

/// Pretrains from a text and uses what was learned: pretrain CORPUS OUT STEPS.
int main(int, char** arguments) {
  const auto print = [](const std::string& line) { std::puts(line.c_str()); };
  electra::PretrainingOptions options{.config = electra::pretrain_preset("tiny"),
                                      .out = arguments[2]};
  options.config = electra::with_steps(options.config, std::atoi(arguments[3]));
  options.config.data.corpus = arguments[1];
  electra::pretrain(options, {.say = print});
  const electra::Detector detector(electra::PretrainFolder(options.out).discriminator());
  const electra::Detection found = detector.detect("The captain looked over the umbrella.");
  for (std::size_t i = 0; i < found.tokens.size(); ++i)
    std::printf("%-12s %.2f\n", found.tokens[i].c_str(), found.probabilities[i]);
}
