#include "electra/models/heads/embedding_head.h"

#include "electra/kernels/unit_rows.h"

namespace electra {

EmbeddingHead::EmbeddingHead(const ParameterScope&, const NetworkConfig&, const HeadConfig& head)
    : pooling_(head.pooling), normalise_(head.normalise) {}

TensorView EmbeddingHead::forward(Pass& pass, ConstTensorView hidden, Saved& saved) const {
  const Shape shape{pass.rows.batch, hidden.width()};
  if (pooling_ == Pooling::max) saved.places = pass.tensor(shape, DType::i32);
  const TensorView pooled = pass.tensor(shape, hidden.dtype());
  pass.context.run(PoolForward{
      .x = hidden, .rows = pass.rows, .y = pooled, .places = saved.places, .pooling = pooling_});
  if (!normalise_) return pooled;
  saved.vectors = pooled;
  saved.norms = pass.tensor({shape[0]}, wide(hidden.dtype()));
  pass.context.run(UnitRowsForward{.x = pooled, .y = pooled, .norms = saved.norms});
  return pooled;
}

TensorView EmbeddingHead::answer(Pass& pass, ConstTensorView hidden) const {
  Saved saved;
  return forward(pass, hidden, saved);
}

void EmbeddingHead::backward(Pass& pass, const Saved& saved, TensorView dvectors,
                             Into dhidden) const {
  if (normalise_)
    pass.context.run(
        UnitRowsBackward{.dy = dvectors, .y = saved.vectors, .norms = saved.norms, .dx = dvectors});
  pass.context.run(PoolBackward{.dy = dvectors,
                                .rows = pass.rows,
                                .places = saved.places,
                                .dx = dhidden,
                                .pooling = pooling_});
}

}  // namespace electra
