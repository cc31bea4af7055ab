#include "electra/finetune/objectives/embedding.h"

#include "electra/finetune/task_source.h"
#include "electra/kernels/matmul.h"
#include "electra/kernels/pair_loss.h"
#include "electra/models/heads/embedding_head.h"

namespace electra {

TensorView Embedding::learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                            StepState& state, TensorView dhidden) const {
  EmbeddingHead::Saved saved;
  const TensorView vectors = head<EmbeddingHead>().forward(pass, hidden, saved);
  if (!dhidden) return vectors;  // an evaluation's batches are not of pairs
  const Index pairs = vectors.rows() / setup().data.training.parts;
  const Index others = vectors.rows() - pairs;
  const TensorView texts = vectors.slice(0, pairs), candidates = vectors.slice(pairs, others);
  const TensorView cosines = pass.tensor({pairs, others}, vectors.dtype());
  pass.context.run(
      Matmul{.a = texts, .b = candidates, .c = cosines, .transpose_b = Transpose::yes});
  const TensorView losses = pass.tensor({pairs}, wide(vectors.dtype()));
  const TensorView right = pass.tensor({pairs}, DType::i32);
  pass.context.run(PairLoss{.cosines = cosines,
                            .texts = batch.column(task_columns::texts).slice(pairs, others),
                            .scale = scale(state),
                            .losses = losses,
                            .right = right,
                            .dcosines = cosines});
  count(pass, losses, right, state);
  const TensorView dvectors = pass.tensor(vectors.shape(), vectors.dtype());
  pass.context.run(Matmul{.a = cosines, .b = candidates, .c = dvectors.slice(0, pairs)});
  pass.context.run(Matmul{
      .a = cosines, .b = texts, .c = dvectors.slice(pairs, others), .transpose_a = Transpose::yes});
  head<EmbeddingHead>().backward(pass, saved, dvectors, {dhidden, Write::overwrite});
  return vectors;
}

}  // namespace electra
