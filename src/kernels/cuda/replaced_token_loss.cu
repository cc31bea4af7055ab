#include "electra/kernels/replaced_token_loss.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

constexpr int threads = 256;

__global__ void __launch_bounds__(threads)
    replaced_token_loss(const float* logits, const std::int32_t* labels,
                        math::RowPlaces<int> places, const float* scale, float* losses,
                        float* dlogits, unsigned size) {
  const unsigned i = blockIdx.x * threads + threadIdx.x;
  if (i >= size) return;
  const bool real = places.is_real(static_cast<int>(i));
  const float z = logits[i];
  const float label = labels[i] != 0 ? 1.0F : 0.0F;
  const float decay = expf(-fabsf(z));
  losses[i] = real ? fmaxf(z, 0.0F) - z * label + log1pf(decay) : 0.0F;
  if (dlogits == nullptr) return;
  const float probability = (z >= 0 ? 1.0F : decay) / (1.0F + decay);
  dlogits[i] = real ? (probability - label) * *scale : 0.0F;
}

}  // namespace

void run_on(CudaContext& context, const ReplacedTokenLoss& k) {
  cuda::check_f32(k.name, k.logits);
  cuda::launch(context, k.name, {cuda::blocks_for(k.logits.size(), threads), threads},
               replaced_token_loss, k.logits.data<float>(), k.labels.data<std::int32_t>(),
               math::row_places<int>(k.rows), k.scale.data<float>(), k.losses.data<float>(),
               k.dlogits ? k.dlogits.data<float>() : nullptr,
               static_cast<unsigned>(k.logits.size()));
}

}  // namespace electra
