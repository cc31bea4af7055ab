#include "electra/infer/classifier.h"

#include "c/pairs.h"
#include "c/result.h"

using namespace electra;

struct electra_classifier {
  electra_classifier(const char* directory, const InferenceOptions& options)
      : model(directory, options), names(model.labels()) {}
  Classifier model;
  LabelNames names;
};

namespace {

electra_classification classification_of(const ClassifiedText& found, ResultMemory& memory) {
  const auto label = [&](const Label& of) {
    return electra_label{memory.text(of.name), of.probability};
  };
  return {.best = label(found),
          .count = found.labels.size(),
          .labels = memory.array_of(found.labels, label),
          .probability_count = found.probabilities.size(),
          .probabilities = memory.copy(found.probabilities),
          .left_out = found.left_out};
}

}  // namespace

electra_error* electra_classifier_open(const char* directory, const electra_options* options,
                                       electra_classifier** classifier) {
  return open_model(directory, options, classifier);
}

electra_error* electra_classifier_labels(const electra_classifier* classifier,
                                         electra_labels* labels) {
  return give_labels(classifier, labels);
}

electra_error* electra_classifier_run(const electra_classifier* classifier,
                                      const electra_text* texts, size_t count,
                                      const electra_classifications** classifications) {
  return run_model(
      classifier, classifications,
      [&] { return classifier->model.classify(strings_of(texts, count)); }, classification_of);
}

electra_error* electra_classifier_run_pairs(const electra_classifier* classifier,
                                            const electra_pair* pairs, size_t count,
                                            const electra_classifications** classifications) {
  return run_model(
      classifier, classifications,
      [&] { return classifier->model.classify(pairs_of(pairs, count)); }, classification_of);
}

void electra_classifier_free(electra_classifier* classifier) { delete classifier; }
void electra_classifications_free(const electra_classifications* classifications) {
  free_result(classifications);
}
