#include "electra/pretrain/config.h"

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
  if (!is_corpus_encoding(config.data.encoding))
    refuse_value("data.encoding", "auto, or an encoding that iconv knows here",
                 config.data.encoding);
  expect(config.masking.keep + config.masking.random_share <= 1, "masking.random_share",
         "at most 1 - masking.keep", config.masking.random_share);
}

}  // namespace electra
