#include "electra/kernels/cross_entropy.h"

#include <Eigen/Core>
#include <atomic>

#include "kernels/cpu/gumbel_sampler.h"
#include "kernels/cpu/rows.h"
#include "kernels/cpu/visit.h"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

/// Elements that are summed in the row's own type before they join a sum in f64.
constexpr Index chunk = 256;

[[nodiscard]] constexpr Index chunked(Index count) { return (count + chunk - 1) / chunk * chunk; }

template <class W>
struct Top {
  W max = -std::numeric_limits<W>::infinity();
  Index id = 0;
  bool finite = true;  // no NaN, no +infinity, not all -infinity
};

template <class T>
class VocabularyRow {
 public:
  using W = cpu::Wide<T>;

  /// `scratch` holds chunked(vocabulary) elements.
  VocabularyRow(const VocabularyCrossEntropy& kernel, W* scratch) : k_(kernel), scratch_(scratch) {}

  /// Returns whether the row was finite.
  bool run(Index row) {
    const auto at = static_cast<std::size_t>(row);
    const Index target = k_.targets.span<std::int32_t>()[at];
    widen(k_.logits.data<T>() + row * k_.logits.width());
    const Top<W> top = find_top();
    const Index sample = top.finite ? draw(row, target, top.id) : 0;
    k_.argmax.span<std::int32_t>()[at] = static_cast<std::int32_t>(top.finite ? top.id : 0);
    k_.samples.span<std::int32_t>()[at] = static_cast<std::int32_t>(sample);
    const double distance = static_cast<double>(top.max) - static_cast<double>(scratch_[target]);
    const double sum = exponentials(top.max);
    k_.losses.span<W>()[at] = static_cast<W>(std::log(sum) + distance);
    if (k_.dlogits) gradient(k_.dlogits.data<T>() + row * k_.logits.width(), target, sum);
    return top.finite;
  }

 private:
  void widen(const T* logits) {
    cpu::for_lanes<W>(k_.vocabulary, [&](Index c, auto n) {
      cpu::store(scratch_ + c, cpu::load(logits + c, n), n);
    });
    std::fill(scratch_ + k_.vocabulary, scratch_ + chunked(k_.vocabulary),
              -std::numeric_limits<W>::infinity());
  }

  [[nodiscard]] Top<W> find_top() const {
    Top<W> top;
    Index best_chunk = 0;
    for (Index first = 0; first < k_.vocabulary; first += chunk) {
      auto max = cpu::load(scratch_ + first);
      auto is_nan = max != max;
      for (Index c = first + cpu::lane_count<W>; c < first + chunk; c += cpu::lane_count<W>) {
        const auto lanes = cpu::load(scratch_ + c);
        is_nan |= lanes != lanes;
        max = lanes > max ? lanes : max;
      }
      for (Index i = 0; i < cpu::lane_count<W>; ++i) {
        if (is_nan[i] != 0) top.finite = false;
        if (max[i] > top.max) top.max = max[i], best_chunk = first;
      }
    }
    top.id = std::find(scratch_ + best_chunk, scratch_ + k_.vocabulary, top.max) - scratch_;
    top.finite = top.finite && std::isfinite(top.max);
    return top;
  }

  [[nodiscard]] Index draw(Index row, Index target, Index likely) const {
    const auto* positions = k_.positions.data<std::int32_t>();
    const auto places = math::row_places<Index>(k_.rows);
    const Index example = places.example_of(positions[row]);
    Index first = row;
    while (first > 0 && places.example_of(positions[first - 1]) == example) --first;
    const Site site = at_layer(k_.random.site, static_cast<int>(row - first));
    const auto step = static_cast<std::uint32_t>(*k_.random.step.data<std::int32_t>());
    const bool excludes = k_.correct == VocabularyCrossEntropy::Correct::disallow;
    cpu::GumbelSampler<W> sampler(
        k_.random.seed,
        {0, k_.random.first_example + static_cast<std::uint32_t>(example), site.value, step},
        *k_.temperature.data<W>(), excludes ? target : -1);
    return sampler.sample(scratch_, k_.vocabulary, likely);
  }

  /// Turns the row into exp(logit - max) and returns the sum.
  double exponentials(W max) {
    double sum = 0;
    for (Index first = 0; first < k_.vocabulary; first += chunk) {
      Eigen::Map<Eigen::Array<W, chunk, 1>> part(scratch_ + first);
      part = (part - max).exp();
      cpu::Lanes<W> total{};
      for (Index c = first; c < first + chunk; c += cpu::lane_count<W>) {
        auto lanes = cpu::load(scratch_ + c);
        // Eigen's exponential stops at the smallest normal number.
        lanes = lanes < 2 * std::numeric_limits<W>::min() ? cpu::Lanes<W>{} : lanes;
        cpu::store(scratch_ + c, lanes);
        total += lanes;
      }
      sum += static_cast<double>(cpu::sum<W>(total));
    }
    return sum;
  }

  void gradient(T* dlogits, Index target, double sum) const {
    const W scale = *k_.scale.data<W>();
    const auto factor = static_cast<W>(static_cast<double>(scale) / sum);
    const W at_target = scratch_[target] * factor - scale;
    cpu::for_lanes<W>(k_.vocabulary, [&](Index c, auto n) {
      cpu::store(dlogits + c, cpu::load(scratch_ + c, n) * factor, n);
    });
    cpu::store(dlogits + target, cpu::broadcast(at_target), 1);
    std::fill(dlogits + k_.vocabulary, dlogits + k_.logits.width(), T{});
  }

  const VocabularyCrossEntropy& k_;
  W* scratch_;
};

/// Rows beyond the count.
template <class T>
void clear(CpuContext& context, const VocabularyCrossEntropy& k, Index count) {
  const Index rows = k.logits.rows() - count;
  std::fill_n(k.losses.data<cpu::Wide<T>>() + count, rows, cpu::Wide<T>{});
  std::fill_n(k.argmax.data<std::int32_t>() + count, rows, 0);
  std::fill_n(k.samples.data<std::int32_t>() + count, rows, 0);
  if (k.dlogits && rows > 0) context.zero(k.dlogits.slice(count, rows));
}

template <class T>
void cross_entropy(CpuContext& context, const VocabularyCrossEntropy& k) {
  const Index count = std::clamp<Index>(*k.count.data<std::int32_t>(), 0, k.logits.rows());
  std::atomic_ref<std::int32_t> non_finite(*k.non_finite.data<std::int32_t>());
  const Index pieces = std::min<Index>(context.threads(), count);
  const Index stride = chunked(k.vocabulary);
  auto* scratch = context.workspace_of<cpu::Wide<T>>(std::max<Index>(1, pieces * stride)).data();
  const auto work = [&](int piece) {
    VocabularyRow<T> one(k, scratch + piece * stride);
    for (Index row = count * piece / pieces; row < count * (piece + 1) / pieces; ++row)
      if (!one.run(row)) non_finite.store(1, std::memory_order_relaxed);
  };
  if (pieces > 0) context.run_pieces(static_cast<int>(pieces), work);
  clear<T>(context, k, count);
}

}  // namespace

void run_on(CpuContext& context, const VocabularyCrossEntropy& kernel) {
  cpu::visit_float(kernel.logits.dtype(), [&]<class T>(T) { cross_entropy<T>(context, kernel); });
}

}  // namespace electra
