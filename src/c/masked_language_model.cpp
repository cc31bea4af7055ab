#include "electra/infer/masked_language_model.h"

#include "c/result.h"

using namespace electra;

struct electra_masked_language_model {
  electra_masked_language_model(const char* directory, const InferenceOptions& options)
      : model(directory, options) {}
  MaskedLanguageModel model;
};

namespace {

electra_filling filling_of(const FilledText& found, ResultMemory& memory) {
  const auto candidate = [&](const MaskCandidate& of) {
    return electra_candidate{of.id, memory.text(of.token), of.probability};
  };
  const auto mask = [&](const FilledMask& of) {
    return electra_mask{span_of(of.span), span_of(of.byte_span), of.candidates.size(),
                        memory.array_of(of.candidates, candidate)};
  };
  return {found.masks.size(), memory.array_of(found.masks, mask), found.left_out};
}

}  // namespace

electra_error* electra_masked_language_model_open(const char* directory,
                                                  const electra_options* options,
                                                  electra_masked_language_model** model) {
  return open_model(directory, options, model);
}

electra_error* electra_masked_language_model_run(const electra_masked_language_model* model,
                                                 const electra_text* texts, size_t count,
                                                 size_t most, const electra_fillings** fillings) {
  return run_model(
      model, fillings, [&] { return model->model.fill(strings_of(texts, count), count_of(most)); },
      filling_of);
}

void electra_masked_language_model_free(electra_masked_language_model* model) { delete model; }
void electra_fillings_free(const electra_fillings* fillings) { free_result(fillings); }
