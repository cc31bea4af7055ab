#include "electra/kernels/count_answers.h"
#include "kernels/cuda/reduce.cuh"

namespace electra {

namespace {

constexpr int threads = 512;  // one block: rows are few

__global__ void __launch_bounds__(threads)
    count_answers(const float* losses, const std::int32_t* right, int rows, float* loss,
                  std::int32_t* counts) {
  constexpr int warps = threads / cuda::warp_size;
  __shared__ double of_warps[warps];
  __shared__ int amounts[warps];
  double sum = 0;
  int scored = 0, good = 0;
  for (int row = static_cast<int>(threadIdx.x); row < rows; row += threads) {
    sum += static_cast<double>(losses[row]);
    const std::int32_t answer = right == nullptr ? 0 : right[row];
    scored += answer >= 0 ? 1 : 0;
    good += answer > 0 ? 1 : 0;
  }
  sum = cuda::block_sum<threads>(sum, of_warps);
  scored = cuda::block_sum<threads>(scored, amounts);
  good = cuda::block_sum<threads>(good, amounts);
  if (threadIdx.x != 0) return;
  *loss += static_cast<float>(sum);
  counts[0] += scored;
  counts[1] += good;
}

}  // namespace

void run_on(CudaContext& context, const CountAnswers& k) {
  cuda::check_f32(k.name, k.losses);
  cuda::launch(context, k.name, {1, threads}, count_answers, k.losses.data<float>(),
               k.right ? k.right.data<std::int32_t>() : nullptr, static_cast<int>(k.losses.size()),
               k.loss.data<float>(), k.counts.data<std::int32_t>());
}

}  // namespace electra
