#include "infer/token_probabilities.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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

std::vector<MaskCandidate> candidates_of(std::span<const float> logits,
                                         const Vocabulary& vocabulary, Index most) {
  const double all = log_sum_exp(logits);
  std::vector<std::int32_t> ids(static_cast<std::size_t>(vocabulary.size()));
  std::iota(ids.begin(), ids.end(), 0);
  const auto middle = ids.begin() + std::min(most, std::ssize(ids));
  std::partial_sort(ids.begin(), middle, ids.end(), [&](std::int32_t a, std::int32_t b) {
    const float first = logits[static_cast<std::size_t>(a)];
    const float second = logits[static_cast<std::size_t>(b)];
    return first != second ? first > second : a < b;
  });
  std::vector<MaskCandidate> candidates;
  for (auto id = ids.begin(); id != middle; ++id)
    candidates.push_back(
        {*id, vocabulary.token(*id), std::exp(logits[static_cast<std::size_t>(*id)] - all)});
  return candidates;
}

}  // namespace electra
