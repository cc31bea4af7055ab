#include "electra/models/heads/head_dropout.h"

#include "electra/kernels/dropout.h"

namespace electra {

TensorView HeadDropout::forward(Pass& pass, TensorView x, const TextRows& texts) const {
  const float rate = pass.dropout(rate_);
  if (rate == 0) return x;
  const TensorView y = pass.tensor(x.shape(), x.dtype());
  pass.context.run(Dropout{.x = x,
                           .y = y,
                           .rows = texts,
                           .rate = rate,
                           .random = pass.key(place_, Place::head_dropout)});
  return y;
}

void HeadDropout::backward(Pass& pass, TensorView dy, const TextRows& texts) const {
  const float rate = pass.dropout(rate_);
  if (rate == 0) return;
  pass.context.run(Dropout{.x = dy,
                           .y = dy,
                           .rows = texts,
                           .rate = rate,
                           .random = pass.key(place_, Place::head_dropout)});
}

TextRows one_row_each(const TextRows& texts) {
  return {.batch = texts.batch, .length = 1, .lengths = texts.lengths};
}

}  // namespace electra
