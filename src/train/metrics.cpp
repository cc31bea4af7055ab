#include "electra/train/metrics.h"

#include <algorithm>
#include <array>

#include "electra/core/context.h"
#include "electra/parallel/communicator.h"

namespace electra {

namespace {

std::optional<double> ratio(double part, double whole) {
  if (whole <= 0) return std::nullopt;
  return part / whole;
}

template <class T>
std::vector<T> fetch(Context& context, ConstTensorView view) {
  std::vector<T> values(static_cast<std::size_t>(view.size()));
  context.download(view, std::as_writable_bytes(std::span(values)));
  return values;
}

/// The same by counts in bins: scores within one bin are ties.
std::optional<double> histogram_auc(std::span<const std::int32_t> histogram) {
  const auto original = histogram.first(MetricSums::bins);
  const auto replaced = histogram.subspan(MetricSums::bins);
  double below = 0;
  double area = 0;
  double positives = 0;
  for (std::size_t bin = 0; bin < original.size(); ++bin) {
    area += replaced[bin] * (below + 0.5 * original[bin]);
    below += original[bin];
    positives += replaced[bin];
  }
  return ratio(area, below * positives);
}

}  // namespace

PretrainingMetrics read_metrics(Context& context, Communicator& communicator,
                                const MetricSums& sums, LossWeights weights) {
  communicator.all_reduce_sum(context, sums.loss);
  communicator.all_reduce_sum(context, sums.count);
  communicator.all_reduce_sum(context, sums.histogram);
  std::array<double, MetricSums::sums> loss{};
  if (sums.loss.dtype() == DType::f64)
    std::ranges::copy(fetch<double>(context, sums.loss), loss.begin());
  else
    std::ranges::copy(fetch<float>(context, sums.loss), loss.begin());
  const std::vector<std::int32_t> count = fetch<std::int32_t>(context, sums.count);
  const std::vector<std::int32_t> histogram = fetch<std::int32_t>(context, sums.histogram);
  const auto n = [&](MetricSums::Count which) {
    return static_cast<double>(count[static_cast<std::size_t>(which)]);
  };
  PretrainingMetrics m;
  m.masked = count[MetricSums::masked];
  m.tokens = count[MetricSums::tokens];
  m.mlm_loss = ratio(loss[MetricSums::mlm_loss], n(MetricSums::masked));
  m.disc_loss = ratio(loss[MetricSums::disc_loss], n(MetricSums::tokens));
  if (m.mlm_loss && m.disc_loss)
    m.loss = weights.generator * *m.mlm_loss + weights.discriminator * *m.disc_loss;
  m.mlm_accuracy = ratio(n(MetricSums::correct), n(MetricSums::masked));
  m.sampled_mlm_accuracy = ratio(n(MetricSums::sampled_correct), n(MetricSums::masked));
  const double missed = n(MetricSums::replaced) - n(MetricSums::true_positive);
  const double wrong = missed + n(MetricSums::false_positive);
  m.disc_accuracy = ratio(n(MetricSums::tokens) - wrong, n(MetricSums::tokens));
  m.disc_recall = ratio(n(MetricSums::true_positive), n(MetricSums::replaced));
  m.disc_precision = ratio(n(MetricSums::true_positive),
                           n(MetricSums::true_positive) + n(MetricSums::false_positive));
  m.disc_auc = histogram_auc(histogram);
  return m;
}

void RankAuc::add(double score, bool replaced) {
  scores_.emplace_back(static_cast<float>(score), replaced);
}

std::optional<double> RankAuc::value() const {
  auto sorted = scores_;
  std::ranges::sort(sorted, {}, [](const auto& pair) { return pair.first; });
  double area = 0;
  double below = 0;
  double positives = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    double replaced = 0;
    while (end < sorted.size() && sorted[end].first == sorted[begin].first)
      replaced += sorted[end++].second ? 1 : 0;
    const double original = static_cast<double>(end - begin) - replaced;
    area += replaced * (below + 0.5 * original);
    below += original;
    positives += replaced;
    begin = end;
  }
  return ratio(area, below * positives);
}

}  // namespace electra
