#include <electra/electra.h>

#include <cstdio>

/// Fine-tunes a model by labelled texts and uses it: classify MODEL TRAIN EVALUATE OUT.
int main(int, char** arguments) {
  electra::FilesConfig files;
  files.train = arguments[2];
  files.evaluate = arguments[3];
  electra::FinetuningOptions options{.out = arguments[4]};
  options.config = electra::finetune_configuration("classify", arguments[1], files, {"epochs=2"});
  electra::finetune(options);
  const electra::Classifier classifier(options.out, {.threads = 1});
  const std::vector<std::string> reviews{"What a lovely day.", "The soup was cold, again."};
  for (const electra::Label& label : classifier.classify(reviews))
    std::printf("%s %.4f\n", label.name.c_str(), label.probability);
}
