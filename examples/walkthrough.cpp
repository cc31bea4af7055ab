/// Takes one sentence through generator and discriminator, as in the ELECTRA paper's figure 2, and
/// shows both losses term by term. docs/walkthrough.md explains what is printed.
///
///   walkthrough [--run DIR] [--seed N] [SENTENCE]
///
/// Without --run the pair has its first weights: about ln V for every masked token and ln 2 for
/// every token of the discriminator. With a run folder of pretrain_small it has what it learned.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <string>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/inspect/replaced_tokens.h"
#include "electra/pretrain/config.h"

namespace {

using namespace electra;

const char* const fox = "The quick brown fox jumps over the lazy dog";

std::string padded(std::string text, std::size_t columns) {
  const auto width = static_cast<std::size_t>(count_characters(text));
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

void print_tokens(const Inspection& inspection) {
  std::size_t widest = 12;
  for (const InspectedToken& t : inspection.tokens)
    for (const std::string* text : {&t.original, &t.masked, &t.corrupted})
      widest = std::max(widest, static_cast<std::size_t>(count_characters(*text)) + 2);
  std::printf("    %s%s%s%-10s %s\n", padded("original", widest).c_str(),
              padded("masked", widest).c_str(), padded("sampled", widest).c_str(), "label",
              "P(replaced)");
  for (std::size_t i = 0; i < inspection.tokens.size(); ++i) {
    const InspectedToken& t = inspection.tokens[i];
    std::printf("%3zu %s%s%s%-10s %.3f\n", i, padded(t.original, widest).c_str(),
                padded(t.masked, widest).c_str(), padded(t.corrupted, widest).c_str(),
                t.replaced ? "replaced" : "original", t.probability);
  }
}

void print_losses(const Inspection& inspection, const LossConfig& weights) {
  std::printf(
      "\nmasked-language-model loss: the mean over the %zu masked positions of -ln p(original)\n",
      inspection.guesses.size());
  for (const InspectedGuess& g : inspection.guesses)
    std::printf("  %2td  %-14s p(original) %.5f  loss %7.4f   sampled %s%s\n", g.position,
                g.original.c_str(), std::exp(-g.loss), g.loss, g.sample.c_str(),
                g.sample == g.original ? " (a right guess counts as original)" : "");
  std::printf("  mean %.4f\n", inspection.mlm_loss);
  std::printf("\nreplaced-token loss: the mean over all %zu tokens, [CLS] and [SEP] included\n",
              inspection.tokens.size());
  for (const InspectedToken& t : inspection.tokens)
    std::printf("      %-14s label %d  p(label) %.4f  loss %7.4f\n", t.corrupted.c_str(),
                t.replaced ? 1 : 0, t.replaced ? t.probability : 1 - t.probability, t.loss);
  std::printf("  mean %.4f\n", inspection.disc_loss);
  std::printf(
      "\ntotal = %g x %.4f + %g x %.4f = %.4f\n", weights.generator, inspection.mlm_loss,
      weights.discriminator, inspection.disc_loss,
      weights.generator * inspection.mlm_loss + weights.discriminator * inspection.disc_loss);
  std::printf(
      "nothing is propagated back through the sampled tokens: the generator learns from its\n"
      "own loss alone\n");
}

}  // namespace

int main(int argc, char** argv) {
  std::string run;
  std::string sentence = fox;
  std::uint64_t seed = 1;
  CLI::App app("Takes one sentence through generator and discriminator, term by term",
               "walkthrough");
  app.add_option("sentence", sentence, "the text")->capture_default_str();
  app.add_option("--run", run, "folder of a pretrain_small run (default: first weights)");
  app.add_option("--seed", seed, "of masks and samples")->capture_default_str();
  try {
    app.parse(argc, argv);
    const Inspection inspection = inspect_replaced_tokens(sentence, {.run = run, .seed = seed});
    print_tokens(inspection);
    print_losses(inspection, LossConfig{});
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      throw IoError(std::string("standard output: ") + std::strerror(errno));
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "walkthrough: %s\n", error.what());
    return 1;
  }
}
