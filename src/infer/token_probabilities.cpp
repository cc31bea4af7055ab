#include "infer/token_probabilities.h"

#include <algorithm>
#include <cmath>

#include "electra/formats/hugging_face_config.h"
#include "electra/models/heads.h"
#include "infer/engine_options.h"

namespace electra {

std::unique_ptr<const Engine> masked_token_engine(const std::filesystem::path& directory,
                                                  const InferenceOptions& options) {
  const HeadConfig rows{.outputs = read_network_config(directory).vocabulary};
  return std::make_unique<const Engine>(directory, head_kind("masked_token"),
                                        engine_options(options, rows));
}

double log_sum_exp(std::span<const float> logits) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - largest);
  return largest + std::log(sum);
}

std::span<const float> row_of(std::span<const float> answer, Index row, Index vocabulary) {
  const auto width = static_cast<std::size_t>(vocabulary);
  return answer.subspan(static_cast<std::size_t>(row) * width, width);
}

}  // namespace electra
