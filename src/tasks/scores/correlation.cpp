#include "tasks/scores/correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace electra {

namespace {

using Numbers = std::vector<double>;

Numbers right_numbers(const Scored& scored) {
  Numbers numbers;
  for (const Example& example : scored.examples.rows) numbers.push_back(example.number);
  return numbers;
}

Numbers predicted_numbers(const Scored& scored) {
  Numbers numbers;
  for (const Prediction& prediction : scored.predictions) numbers.push_back(prediction.outputs[0]);
  return numbers;
}

/// Differences from the weighted mean. Those of a constant are exactly 0.
Numbers centred(const Numbers& numbers, Weights weights) {
  const auto first = std::ranges::find_if(weights, [](std::uint32_t w) { return w > 0; });
  const double origin = numbers[static_cast<std::size_t>(first - weights.begin())];
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    sum += weights[i] * (numbers[i] - origin);
    count += weights[i];
  }
  Numbers result(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) result[i] = numbers[i] - origin - sum / count;
  return result;
}

double correlation(const Numbers& a, const Numbers& b, Weights weights) {
  const Numbers x = centred(a, weights);
  const Numbers y = centred(b, weights);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += weights[i] * x[i] * x[i];
    yy += weights[i] * y[i] * y[i];
    xy += weights[i] * x[i] * y[i];
  }
  if (xx == 0 || yy == 0) return 0;
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

/// Numbers in the order of their size, found once, from which the ranks of each sample follow.
class Ranking {
 public:
  explicit Ranking(Numbers numbers) : numbers_(std::move(numbers)), order_(numbers_.size()) {
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::ranges::sort(order_, {}, [this](std::size_t i) { return numbers_[i]; });
  }

  [[nodiscard]] Numbers ranks(Weights weights) const {
    Numbers ranks(numbers_.size());
    double before = 0;
    for (std::size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
      double equal = 0;
      for (; end < order_.size() && numbers_[order_[end]] == numbers_[order_[begin]]; ++end)
        equal += weights[order_[end]];
      for (std::size_t at = begin; at < end; ++at) ranks[order_[at]] = before + (equal + 1) / 2;
      before += equal;
    }
    return ranks;
  }

 private:
  Numbers numbers_;
  std::vector<std::size_t> order_;
};

}  // namespace

Measure pearson(Evidence& evidence) {
  const Scored& scored = evidence.scored();
  return [right = right_numbers(scored), predicted = predicted_numbers(scored)](Weights weights) {
    return correlation(right, predicted, weights);
  };
}

Measure spearman(Evidence& evidence) {
  const Scored& scored = evidence.scored();
  return [right = Ranking(right_numbers(scored)),
          predicted = Ranking(predicted_numbers(scored))](Weights weights) {
    return correlation(right.ranks(weights), predicted.ranks(weights), weights);
  };
}

Measure squared_error(Evidence& evidence) {
  const Numbers right = right_numbers(evidence.scored());
  Numbers squares = predicted_numbers(evidence.scored());
  for (std::size_t i = 0; i < right.size(); ++i)
    squares[i] = (squares[i] - right[i]) * (squares[i] - right[i]);
  return mean_of(std::move(squares));
}

}  // namespace electra
