#include <electra/c/electra.h>
#include <stdio.h>

/// Says what stands in the way, if anything does.
static int failed(electra_error* error) {
  if (error == NULL) return 0;
  fprintf(stderr, "classify: %s\n", electra_error_message(error));
  electra_error_free(error);
  return 1;
}

/// Classifies texts by a fine-tuned model: classify MODEL.
int main(int count, char** arguments) {
  electra_options options;
  electra_classifier* classifier;
  const electra_classifications* found;
  const electra_text reviews[] = {electra_string("What a lovely day."),
                                  electra_string("The soup was cold, again.")};
  if (count < 2 || failed(electra_options_init(&options, sizeof options))) return 2;
  options.threads = 1;
  if (failed(electra_classifier_open(arguments[1], &options, &classifier))) return 1;
  if (!failed(electra_classifier_run(classifier, reviews, 2, &found))) {
    for (size_t i = 0; i < found->count; ++i)
      printf("%s %.4f\n", found->items[i].best.name.data, found->items[i].best.probability);
    electra_classifications_free(found);
  }
  electra_classifier_free(classifier);
  return 0;
}
