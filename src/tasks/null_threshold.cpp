#include "electra/tasks/null_threshold.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tasks/scores/answers.h"

namespace electra {

namespace {

double margin_of(const Prediction& prediction) { return prediction.null_score - prediction.score; }

/// What answering an example scores more than saying that there is no answer.
double gain_of(const Example& example, const Prediction& prediction) {
  double answered = 0;
  for (const PassageAnswer& right : example.answers)
    answered = std::max(answered, answer_f1(prediction.answer, right.text));
  if (example.answers.empty()) answered = prediction.answer.empty() ? 1 : 0;
  return answered - (example.answers.empty() ? 1.0 : 0.0);
}

}  // namespace

double best_null_threshold(const Examples& examples, std::span<const Prediction> predictions) {
  std::vector<std::size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return margin_of(predictions[i]); });
  // Those up to the threshold are answered. Between two equal margins there is none.
  double gain = 0, best_gain = 0, best = 0;
  bool any = false;
  const auto offer = [&](double threshold) {
    const bool nearer = gain == best_gain && std::abs(threshold) < std::abs(best);
    if (any && gain <= best_gain && !nearer) return;
    any = true;
    best_gain = gain;
    best = threshold;
  };
  if (!order.empty()) offer(margin_of(predictions[order.front()]) - 1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double here = margin_of(predictions[order[i]]);
    gain += gain_of(examples.rows[order[i]], predictions[order[i]]);
    if (i + 1 == order.size())
      offer(here + 1);
    else if (const double next = margin_of(predictions[order[i + 1]]); next > here)
      offer(here < 0 && next > 0 ? 0 : here + (next - here) / 2);
  }
  return best;
}

void withhold_answers(double threshold, std::span<Prediction> predictions) {
  for (Prediction& prediction : predictions)
    if (margin_of(prediction) > threshold) {
      prediction.answer.clear();
      prediction.span = {};
    }
}

}  // namespace electra
