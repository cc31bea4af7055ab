#pragma once

#include <vector>

#include "electra/tasks/data_check.h"

namespace electra {

/// Examples that lose tokens, and those with words that become [UNK]; counts the tokens of `file`.
/// options.features and options.tokenizer are there.
void check_tokens(const Examples& examples, const DataCheckOptions& options, CheckedFile& file,
                  std::vector<DataFinding>& findings);

}  // namespace electra
