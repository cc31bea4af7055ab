#include "verbs.h"

#include <vector>

#include "verbs/answer.h"
#include "verbs/bench.h"
#include "verbs/check.h"
#include "verbs/detect.h"
#include "verbs/embed.h"
#include "verbs/evaluate.h"
#include "verbs/explain.h"
#include "verbs/export.h"
#include "verbs/fill.h"
#include "verbs/finetune.h"
#include "verbs/import.h"
#include "verbs/info.h"
#include "verbs/predict.h"
#include "verbs/prepare.h"
#include "verbs/pretrain.h"
#include "verbs/quantize.h"
#include "verbs/report.h"
#include "verbs/score.h"
#include "verbs/search.h"
#include "verbs/tokenize.h"
#include "verbs/vocab.h"

namespace electra {

std::span<const Verb> verbs() {
  static const std::vector<Verb> table{
      vocab_verb(),    tokenize_verb(), prepare_verb(), check_verb(),    pretrain_verb(),
      finetune_verb(), evaluate_verb(), predict_verb(), detect_verb(),   fill_verb(),
      score_verb(),    answer_verb(),   embed_verb(),   search_verb(),   explain_verb(),
      import_verb(),   export_verb(),   info_verb(),    quantize_verb(), bench_verb(),
      report_verb()};
  return table;
}

}  // namespace electra
