#include "verbs.h"

#include <vector>

#include "verbs/evaluate.h"
#include "verbs/finetune.h"
#include "verbs/predict.h"

namespace electra {

std::span<const Verb> verbs() {
  static const std::vector<Verb> table{finetune_verb(), predict_verb(), evaluate_verb()};
  return table;
}

}  // namespace electra
