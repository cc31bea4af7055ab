#include "electra/train/gradient_sum.h"

#include "electra/core/context.h"
#include "electra/kernels/cast.h"

namespace electra {

GradientSum::GradientSum(Context& context, Communicator& ranks, TensorView gradients,
                         Reduction reduction)
    : context_(context), ranks_(ranks), gradients_(gradients) {
  if (ranks.size() == 1 || reduction == Reduction::f32) return;
  buffer_ = Buffer(context, gradients.size() * size_of(DType::bf16));
  rounded_ = buffer_.view(gradients.shape(), DType::bf16);
}

void GradientSum::reduce() {
  if (!rounded_) return ranks_.all_reduce_sum(context_, gradients_);
  context_.run(Cast{.x = gradients_, .y = rounded_});
  ranks_.all_reduce_sum(context_, rounded_);
  context_.run(Cast{.x = rounded_, .y = gradients_});
}

}  // namespace electra
