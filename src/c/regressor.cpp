#include "electra/infer/regressor.h"

#include "c/pairs.h"
#include "c/result.h"

using namespace electra;

struct electra_regressor {
  electra_regressor(const char* directory, const InferenceOptions& options)
      : model(directory, options) {}
  Regressor model;
};

namespace {

electra_regression regression_of(const TextValue& found, ResultMemory&) {
  return {found.value, found.left_out};
}

}  // namespace

electra_error* electra_regressor_open(const char* directory, const electra_options* options,
                                      electra_regressor** regressor) {
  return open_model(directory, options, regressor);
}

electra_error* electra_regressor_run(const electra_regressor* regressor, const electra_text* texts,
                                     size_t count, const electra_regressions** regressions) {
  return run_model(
      regressor, regressions, [&] { return regressor->model.regress(strings_of(texts, count)); },
      regression_of);
}

electra_error* electra_regressor_run_pairs(const electra_regressor* regressor,
                                           const electra_pair* pairs, size_t count,
                                           const electra_regressions** regressions) {
  return run_model(
      regressor, regressions, [&] { return regressor->model.regress(pairs_of(pairs, count)); },
      regression_of);
}

void electra_regressor_free(electra_regressor* regressor) { delete regressor; }
void electra_regressions_free(const electra_regressions* regressions) { free_result(regressions); }
