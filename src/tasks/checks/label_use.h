#pragma once

#include <vector>

#include "electra/tasks/data_check.h"
#include "electra/tasks/labels.h"

namespace electra {

/// Labels that stand once in the training file.
void check_rare_labels(const Examples& training, std::vector<DataFinding>& findings);
/// Labels of the evaluation file that are none of training's.
void check_known_labels(const Examples& evaluation, const Labels& labels,
                        std::vector<DataFinding>& findings);
/// One label (classify) or number (regress) that nearly all examples have.
void check_balance(const Examples& examples, TaskKind task, std::vector<DataFinding>& findings);

/// How often there is what; `labels` in their order, then those of the evaluation file alone.
[[nodiscard]] std::vector<LabelCount> label_counts(TaskKind task, const Labels& labels,
                                                   const Examples& training,
                                                   const Examples& evaluation);

}  // namespace electra
