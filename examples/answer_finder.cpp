/// Answers questions from a help page, in the words of those who ask: the nearest of its questions
/// by vectors, its intent by a classifier, and the few words of the answer that matter.
///
///   answer_finder MODEL "One of the tyres has a puncture"
///   answer_finder MODEL [--intents DIR] [--answers DIR]      a small talk on standard input
///   answer_finder MODEL --evaluate                           how often the right one comes first
///
/// docs/applications.md has the data, the commands that make the models, and figures.

#include "answer_finder.h"

#include <unistd.h>

#include "application.h"
#include "support/lines.h"
#include "word_vectors.h"

namespace {

using namespace electra;

struct Options {
  EncoderOptions encoder;
  std::vector<std::string> questions;
  std::string page = bundled("help_page.tsv");
  std::string paraphrases = bundled("help_paraphrases.tsv");
  std::string intents, answers;
  double least = 0.3;
  bool evaluate = false;
};

void add_options(CLI::App& app, Options& options) {
  options.encoder.add_to(app);
  app.add_option("question", options.questions, "questions (none, or -: standard input, by line)");
  app.add_option("--page", options.page, "table of question, answer and intent");
  app.add_option("--intents", options.intents, "a model fine-tuned to classify questions");
  app.add_option("--answers", options.answers, "a model fine-tuned to answer from passages");
  app.add_option("--least", options.least, "similarity below which nothing has been found")
      ->capture_default_str();
  app.add_flag("--evaluate", options.evaluate, "print how many of the paraphrases are understood");
  app.add_option("--paraphrases", options.paraphrases, "table of question, same_as and intent");
}

void print(const FoundAnswer& found, double least) {
  if (found.intent)
    std::printf("[%s %.2f] ", found.intent->name.c_str(), found.intent->probability);
  if (found.similarity < least) {
    std::printf("I have found nothing. Did you mean: %s\n", found.entry.text.c_str());
    return;
  }
  std::printf("%s (%.2f)\n%s\n", found.entry.text.c_str(), found.similarity,
              found.entry.text_b.c_str());
  if (!found.span.empty()) std::printf("In short: %s\n", found.span.c_str());
}

void chat(const AnswerFinder& finder, double least) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  const auto invite = [&] {
    flush_output();
    if (is_terminal) std::fputs("> ", stderr);
  };
  if (is_terminal) say("What would you like to know? Ctrl-D ends.");
  invite();
  for_lines(STDIN_FILENO, "standard input", [&](std::span<const std::string> lines) {
    for (const std::string& line : lines)
      if (line.find_first_not_of(" \t") != line.npos) print(finder.find(line), least);
    invite();
  });
}

void print_figures(const AnswerFinder& finder, const Examples& paraphrases) {
  const WordVectors words(searched_texts(finder.page()));
  std::printf("recall at 1 of %zu questions among %zu\n", paraphrases.rows.size(),
              finder.page().rows.size());
  std::printf("by the model\t%.1f %%\n", 100 * finder.recall_at_1(paraphrases));
  std::printf("by TF-IDF\t%.1f %%\n", 100 * recall_at_1(finder.page(), paraphrases, words));
}

int run(const Options& options) {
  const AnswerFinder finder(read_help_page(options.page), options.encoder.directory,
                            options.intents, options.answers, options.encoder.opening());
  if (options.evaluate)
    print_figures(finder, read_paraphrases(options.paraphrases));
  else if (options.questions.empty() || options.questions.front() == "-")
    chat(finder, options.least);
  else
    for (const std::string& question : options.questions)
      print(finder.find(question), options.least);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Answers questions from a help page", "answer_finder");
  add_options(app, options);
  return run_application(app, argc, argv, [&] { return run(options); });
}
