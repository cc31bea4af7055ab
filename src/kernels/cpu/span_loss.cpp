#include "electra/kernels/span_loss.h"

#include <algorithm>
#include <limits>
#include <string>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/scalars.h"
#include "kernels/cpu/softmax_loss.h"
#include "kernels/cpu/visit.h"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

bool is_scored(const SpanLoss& k, Index text) {
  return k.starts.data<std::int32_t>()[text] >= 0 && k.ends.data<std::int32_t>()[text] >= 0;
}

/// Throws ShapeError unless the answers that are scored lie in their texts.
void check_answers(const SpanLoss& k, std::string_view name, const ConstTensorView& answers) {
  const auto texts = math::row_places<Index>(k.rows);
  for (Index text = 0; text < k.rows.batch; ++text) {
    const Index place = answers.data<std::int32_t>()[text];
    if (!is_scored(k, text) || place < texts.length_of(text)) continue;
    throw ShapeError(std::string(k.name) + ": " + std::string(name) + ", text " +
                     std::to_string(text) + ": expected below its length, " +
                     std::to_string(texts.length_of(text)) + ", found " + std::to_string(place));
  }
}

/// One text that is scored.
template <class T>
class Text {
 public:
  using W = cpu::Wide<T>;

  Text(const T* logits, Index padded, Index length, Index start, Index end)
      : logits_(logits),
        padded_(padded),
        labels_{start, end},
        softmax_{softmax_of(0, length), softmax_of(1, length)} {}

  [[nodiscard]] W loss() const { return (loss_of(0) + loss_of(1)) / 2; }
  [[nodiscard]] bool right() const {
    return softmax_[0].top() == labels_[0] && softmax_[1].top() == labels_[1];
  }
  /// dlogits of a place, times `scale`; NaN in one of the two columns is NaN in both.
  void gradient(Index place, W scale, T* dlogits) const {
    const W nan_or_0 =
        softmax_[0].top() < 0 || softmax_[1].top() < 0 ? std::numeric_limits<W>::quiet_NaN() : W{0};
    for (Index column = 0; column < 2; ++column) {
      const W slope = softmax_[column].slope(place, logit(column, place), labels_[column]);
      dlogits[column] = cpu::narrowed<T>(slope * scale + nan_or_0);
    }
  }

 private:
  [[nodiscard]] W logit(Index column, Index place) const {
    return cpu::widened(logits_[place * padded_ + column]);
  }
  [[nodiscard]] cpu::SoftmaxLoss<W> softmax_of(Index column, Index length) const {
    return {length, [&](Index place) { return logit(column, place); }};
  }
  [[nodiscard]] W loss_of(Index column) const {
    return softmax_[column].loss(logit(column, labels_[column]));
  }

  const T* logits_;
  Index padded_;
  Index labels_[2];
  cpu::SoftmaxLoss<W> softmax_[2];
};

template <class T>
void span_loss(CpuContext& context, const SpanLoss& k) {
  using W = cpu::Wide<T>;
  check_answers(k, "starts", k.starts);
  check_answers(k, "ends", k.ends);
  const auto texts = math::row_places<Index>(k.rows);
  const Index padded = k.logits.width();
  const W scale = *k.scale.data<W>() / 2;
  W* losses = k.losses.data<W>();
  auto* right = k.right.data<std::int32_t>();
  context.parallel_for(k.rows.batch, 1, [&](Index begin, Index end) {
    for (Index text = begin; text < end; ++text) {
      const Index first = texts.first_row(text) * padded;
      const Index scored = is_scored(k, text) ? texts.length_of(text) : 0;
      T* to = k.dlogits ? k.dlogits.data<T>() + first : nullptr;
      losses[text] = W{0};
      right[text] = -1;
      if (scored > 0) {
        const Text<T> one(k.logits.data<T>() + first, padded, scored,
                          k.starts.data<std::int32_t>()[text], k.ends.data<std::int32_t>()[text]);
        losses[text] = one.loss();
        right[text] = one.right() ? 1 : 0;
        for (Index place = 0; to != nullptr && place < scored; ++place) {
          one.gradient(place, scale, to + place * padded);
          std::fill(to + place * padded + 2, to + (place + 1) * padded, T{});
        }
      }
      if (to != nullptr) std::fill(to + scored * padded, to + texts.rows_of(text) * padded, T{});
    }
  });
}

}  // namespace

void run_on(CpuContext& context, const SpanLoss& kernel) {
  cpu::visit_float(kernel.logits.dtype(), [&]<class T>(T) { span_loss<T>(context, kernel); });
}

}  // namespace electra
