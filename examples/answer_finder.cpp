/// Answers questions from a help page, in the words of those who ask: the nearest of its questions
/// by vectors, its intent by a classifier, and the few words of the answer that matter.
///
///   answer_finder MODEL "One of the tyres has a puncture"
///   answer_finder MODEL [--intents DIR] [--answers DIR]      a small talk on standard input
///   answer_finder MODEL --evaluate                           how often the right one comes first
///
/// docs/applications.md has the data, the commands that make the models, and figures.

#include <unistd.h>

#include <optional>

#include "application.h"
#include "electra/infer/classifier.h"
#include "electra/infer/question_answerer.h"
#include "help_page.h"
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

class AnswerFinder {
 public:
  explicit AnswerFinder(const Options& options)
      : page_(read_help_page(options.page)),
        embedder_(options.encoder.directory, options.encoder.opening(), {.normalise = true}),
        searched_(embedding_by(embedder_)(searched_texts(page_))),
        least_(options.least) {
    if (!options.intents.empty()) intents_.emplace(options.intents, options.encoder.opening());
    if (!options.answers.empty()) answers_.emplace(options.answers, options.encoder.opening());
  }

  void reply(const std::string& question) const {
    const std::vector<float> asked = embedder_.embed(question).values;
    const std::size_t best = nearest(asked, searched_).front();
    const Example& found = page_.rows[best];
    const double similarity = dot(asked, searched_[best]);
    if (intents_) {
      const ClassifiedText intent = intents_->classify(question);
      std::printf("[%s %.2f] ", intent.name.c_str(), intent.probability);
    }
    if (similarity < least_) {
      std::printf("I have found nothing. Did you mean: %s\n", found.text.c_str());
      return;
    }
    std::printf("%s (%.2f)\n%s\n", found.text.c_str(), similarity, found.text_b.c_str());
    if (!answers_) return;
    const Answer answer = answers_->answer(question, found.text_b);
    if (answer.is_there) std::printf("In short: %s\n", answer.best.text.c_str());
  }

 private:
  Examples page_;
  TextEmbedder embedder_;
  Vectors searched_;
  double least_;
  std::optional<Classifier> intents_;
  std::optional<QuestionAnswerer> answers_;
};

int chat(const AnswerFinder& finder) {
  const bool is_terminal = isatty(STDIN_FILENO) != 0;
  const auto invite = [&] {
    flush_output();
    if (is_terminal) std::fputs("> ", stderr);
  };
  if (is_terminal) say("What would you like to know? Ctrl-D ends.");
  invite();
  for_lines(STDIN_FILENO, "standard input", [&](std::span<const std::string> lines) {
    for (const std::string& line : lines)
      if (line.find_first_not_of(" \t") != line.npos) finder.reply(line);
    invite();
  });
  return 0;
}

int evaluate(const Options& options) {
  const Examples page = read_help_page(options.page);
  const Examples paraphrases = read_paraphrases(options.paraphrases);
  const TextEmbedder embedder(options.encoder.directory, options.encoder.opening(),
                              {.normalise = true});
  const WordVectors words(searched_texts(page));
  std::printf("recall at 1 of %zu questions among %zu\n", paraphrases.rows.size(),
              page.rows.size());
  std::printf("by the model\t%.1f %%\n",
              100 * recall_at_1(page, paraphrases, embedding_by(embedder)));
  std::printf("by TF-IDF\t%.1f %%\n", 100 * recall_at_1(page, paraphrases, words));
  return 0;
}

int run(const Options& options) {
  if (options.evaluate) return evaluate(options);
  const AnswerFinder finder(options);
  if (options.questions.empty() || options.questions.front() == "-") return chat(finder);
  for (const std::string& question : options.questions) finder.reply(question);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Answers questions from a help page", "answer_finder");
  add_options(app, options);
  return run_application(app, argc, argv, [&] { return run(options); });
}
