#include "electra/finetune/objectives.h"

#include <algorithm>
#include <array>

#include "electra/core/error.h"
#include "electra/finetune/objectives/answering.h"
#include "electra/finetune/objectives/classification.h"
#include "electra/finetune/objectives/embedding.h"
#include "electra/finetune/objectives/regression.h"
#include "electra/finetune/objectives/several_labels.h"
#include "electra/finetune/objectives/tagging.h"

namespace electra {

namespace {

template <class O>
std::unique_ptr<TaskObjective> make(ParameterStore& store, TaskSetup setup) {
  return std::make_unique<O>(store, std::move(setup));
}

struct Row {
  TaskKind task;
  std::unique_ptr<TaskObjective> (*make)(ParameterStore&, TaskSetup);
};

constexpr auto objectives = std::to_array<Row>({
    {TaskKind::classify, make<Classification>},
    {TaskKind::multilabel, make<SeveralLabels>},
    {TaskKind::regress, make<Regression>},
    {TaskKind::tag, make<Tagging>},
    {TaskKind::answer, make<Answering>},
    {TaskKind::embed, make<Embedding>},
});

}  // namespace

std::unique_ptr<TaskObjective> make_objective(ParameterStore& store, TaskSetup setup) {
  const auto row = std::ranges::find(objectives, setup.data.task->kind, &Row::task);
  if (row == objectives.end())
    throw Error("the task " + std::string(setup.data.task->name) + " has no objective");
  return row->make(store, std::move(setup));
}

}  // namespace electra
