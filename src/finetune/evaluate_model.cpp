#include "finetune/evaluate_model.h"

#include "electra/finetune/objectives.h"
#include "electra/finetune/task_source.h"
#include "electra/formats/hugging_face.h"
#include "electra/parallel/communicator.h"
#include "electra/train/trainer.h"

namespace electra {

std::vector<Prediction> evaluate_model(const std::filesystem::path& model, const TaskData& data,
                                       Precision precision, Context& context,
                                       const StopRequest& stop) {
  constexpr Index batch = 64;
  std::vector<Prediction> all;
  const StoredHead head = read_head(model);
  ParameterStore store;
  const auto objective = make_objective(
      store, {.data = data,
              .network = read_network_config(model),
              .head = head,
              .answers = {.longest = head.max_answer_length,
                          .null_threshold = head.null_threshold,
                          .may_be_null = head.unanswerable},
              .predicted = [&](std::vector<Prediction> found) { all = std::move(found); }});
  store.allocate(context, precision);
  (void)load_network(model, objective->model().parts(), store);
  const auto alone = Communicator::single_process();
  TrainerConfig config;
  config.batch = batch;
  Trainer trainer(store, *objective, *alone, config);
  EvaluationSource source(data, data.evaluation, batch);
  (void)trainer.evaluate(source, source.batches(), stop);
  return all;
}

}  // namespace electra
