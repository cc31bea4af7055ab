#include "electra/pretrain/config.h"

#include <string>

#include "core/range.h"
#include "electra/core/fields.h"
#include "electra/data/corpus_options.h"

namespace electra {

void check(const PretrainConfig& config) {
  check_ranges(config);
  check(static_cast<const RunConfig&>(config));
  check(config.model, config.vocabulary.size);
  expect(config.data.length <= config.model.positions, "data.length",
         "5 to model.positions = " + std::to_string(config.model.positions),
         static_cast<double>(config.data.length));
  expect(config.data.length <= DataConfig::longest, "data.length",
         "5 to " + std::to_string(DataConfig::longest) +
             " (more positions can be read, but not trained on: dropout has no numbers there)",
         static_cast<double>(config.data.length));
  if (!config.data.prepared.empty() && !config.data.corpus.empty())
    refuse_value("data.corpus", "none beside data.prepared = " + config.data.prepared,
                 config.data.corpus);
  if (!is_corpus_encoding(config.data.encoding))
    refuse_value("data.encoding", "auto, or an encoding that iconv knows here",
                 config.data.encoding);
  expect(config.masking.keep + config.masking.random_share <= 1, "masking.random_share",
         "at most 1 - masking.keep", config.masking.random_share);
}

std::vector<std::string> remarks_on(const PretrainConfig& config) {
  const Index steps = config.train.steps;
  std::vector<std::string> remarks;
  const auto longer = [&](const std::string& path, Index count, const std::string& so) {
    if (steps > 0 && count > steps)
      remarks.push_back(path + " = " + std::to_string(count) +
                        " is more than train.steps = " + std::to_string(steps) + ": " + so);
  };
  const SamplingConfig& sampling = config.sampling;
  if (sampling.first_temperature != sampling.temperature)
    longer("sampling.temperature_steps", sampling.temperature_steps,
           "the sampling temperature never comes to " + number_text(sampling.temperature));
  longer("log.every", config.log.every, "the log has no line of training");
  longer("evaluate.every", config.evaluate.every, "evaluated is only before and after");
  longer("checkpoint.every", config.checkpoint.every, "the only checkpoint is that of the end");
  return remarks;
}

}  // namespace electra
