#pragma once

#include "electra/kernels/cross_entropy.h"
#include "electra/kernels/mask_tokens.h"
#include "electra/kernels/metrics.h"
#include "electra/kernels/replaced_token_loss.h"
#include "electra/kernels/span_loss.h"
#include "kernels/text_forms.h"

namespace electra::test {

inline void find_spans(Trial& t) {
  constexpr Index padded = 8;
  const Index batch = t.texts().batch();
  const HostTensor logits = t.random(padded, 1), dlogits = t.result(padded);
  HostTensor starts({batch}, DType::i32), ends({batch}, DType::i32);
  for (Index text = 0; text < batch; ++text) {
    const Index length = t.texts().length_of(text);
    starts.set(text, static_cast<double>(length / 2 - (length == 0 ? 1 : 0)));
    ends.set(text, static_cast<double>(length - 1));
  }
  const HostTensor scale({1}, wide(t.dtype()), {0.25}), losses({batch}, wide(t.dtype())),
      right({batch}, DType::i32);
  t.run(SpanLoss{.logits = t.at(logits),
                 .rows = t.rows(),
                 .starts = t.at(starts),
                 .ends = t.at(ends),
                 .scale = t.at(scale),
                 .losses = t.at(losses),
                 .right = t.at(right),
                 .dlogits = t.at(dlogits)});
  t.keep({{"losses", &losses}, {"right", &right}});
  t.keep_tokens({{"dlogits", &dlogits}});
}

inline void tell_replaced(Trial& t) {
  if (t.dtype() == DType::bf16) return;  // its logits are wide
  const HostTensor logits = t.random(1, 1), labels = t.integers(2, 2);
  const HostTensor scale({1}, t.dtype(), {0.25}), losses = t.statistic(), dlogits = t.statistic();
  const HostTensor loss = t.zeros({1}), counts = t.zeros({4}, DType::i32),
                   histogram = t.zeros({2, CountReplaced::bins}, DType::i32);
  const ConstTensorView z = t.at(logits).reshape({logits.size()});
  t.run(ReplacedTokenLoss{.logits = z,
                          .labels = t.at(labels),
                          .rows = t.rows(),
                          .scale = t.at(scale),
                          .losses = t.at(losses),
                          .dlogits = t.at(dlogits)});
  t.run(CountReplaced{.losses = t.at(losses),
                      .logits = z,
                      .labels = t.at(labels),
                      .rows = t.rows(),
                      .loss = t.at(loss),
                      .counts = t.at(counts),
                      .histogram = t.at(histogram)});
  t.keep_tokens({{"losses", &losses}, {"dlogits", &dlogits}});
  t.keep_sums({{"loss", &loss}});
  t.keep({{"counts", &counts}, {"histogram", &histogram}});
}

/// Rows of texts as rows of the padded form, those beyond the count left out.
inline HostTensor in_padded_form(const Trial& t, const HostTensor& rows, double count) {
  std::vector<double> padded;
  for (Index i = 0; i < static_cast<Index>(count); ++i) {
    const auto row = static_cast<Index>(rows[i]);
    padded.push_back(
        t.form() == Form::padded ? rows[i] : static_cast<double>(t.texts().row(Form::padded, row)));
  }
  return {{std::ssize(padded)}, DType::i32, padded};
}

template <MaskTokens::Draw draw>
void mask(Trial& t) {
  const Index batch = t.texts().batch(), capacity = 8 * batch;
  HostTensor ids = t.texts().spread(t.form(), random_integers({t.texts().tokens()}, 30, 1));
  HostTensor asked({batch}, DType::i32);
  for (Index text = 0; text < batch; ++text)
    asked.set(text, static_cast<double>(std::min<Index>(8, t.texts().length_of(text) / 2)));
  const HostTensor masked({ids.size()}, DType::i32), positions({capacity}, DType::i32),
      originals({capacity}, DType::i32), count({1}, DType::i32),
      corrupted({ids.size()}, DType::i32), labels({ids.size()}, DType::i32);
  t.run(MaskTokens{.ids = t.at(ids),
                   .rows = t.rows(),
                   .mask_counts = t.at(asked),
                   .masked_ids = t.at(masked),
                   .positions = t.at(positions),
                   .originals = t.at(originals),
                   .count = t.at(count),
                   .special = {},
                   .vocabulary = 30,
                   .random_share = 0.3F,
                   .draw = draw,
                   .random = t.key(Place::mask_position)});
  const HostTensor samples = random_integers({capacity}, 30, 2);
  t.run(ReplaceTokens{.ids = t.at(ids),
                      .rows = t.rows(),
                      .positions = t.at(positions),
                      .samples = t.at(samples),
                      .count = t.at(count),
                      .corrupted_ids = t.at(corrupted),
                      .labels = t.at(labels)});
  t.keep_tokens({{"masked", &masked}, {"corrupted", &corrupted}, {"labels", &labels}});
  t.keep({{"count", &count}, {"originals", &originals}});
  t.keep_values("positions", in_padded_form(t, t.read(positions), t.read(count)[0]));
}

inline void predict_masked(Trial& t) {
  constexpr Index vocabulary = 37, padded = 40;
  std::vector<double> rows;
  for (Index text = 0; text < t.texts().batch(); ++text)
    for (Index place = text % 2; place < std::min<Index>(6, t.texts().length_of(text)); place += 2)
      rows.push_back(static_cast<double>(t.texts().row(t.form(), text, place)));
  const auto count = static_cast<double>(rows.size());
  rows.push_back(0);  // beyond the count
  const Shape capacity{std::ssize(rows)};
  const DType statistics = wide(t.dtype());
  const HostTensor logits = random_tensor({capacity[0], padded}, t.dtype(), 1),
                   targets = random_integers(capacity, vocabulary, 2),
                   positions(capacity, DType::i32, rows), counted({1}, DType::i32, {count}),
                   one({1}, statistics, {1}), losses(capacity, statistics),
                   argmax(capacity, DType::i32), samples(capacity, DType::i32),
                   dlogits(logits.shape(), t.dtype()), non_finite = t.zeros({1}, DType::i32);
  t.run(VocabularyCrossEntropy{.logits = t.at(logits),
                               .targets = t.at(targets),
                               .positions = t.at(positions),
                               .rows = t.rows(),
                               .count = t.at(counted),
                               .scale = t.at(one),
                               .temperature = t.at(one),
                               .losses = t.at(losses),
                               .argmax = t.at(argmax),
                               .samples = t.at(samples),
                               .dlogits = t.at(dlogits),
                               .non_finite = t.at(non_finite),
                               .vocabulary = vocabulary,
                               .random = t.key(Place::sample, 0)});
  t.keep({{"losses", &losses}, {"argmax", &argmax}, {"samples", &samples}, {"dlogits", &dlogits}});
}

}  // namespace electra::test
