#include "electra/kernels/metrics.h"
#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

constexpr int masked_threads = 1024;  // one block: there are few masked positions
constexpr int threads = 256;

/// The sums over a block of a loss, in f64, which is returned, and of some counts: in its first
/// warp. All threads take part, once.
template <int block_threads, int counts>
__device__ double block_totals(double loss, int (&amounts)[counts]) {
  constexpr int warps = block_threads / cuda::warp_size;
  __shared__ double losses[warps];
  __shared__ int shared[counts][warps];
  loss = cuda::warp_sum(loss);
#pragma unroll
  for (int i = 0; i < counts; ++i) amounts[i] = cuda::warp_sum(amounts[i]);
  if (cuda::lane() == 0) {
    losses[cuda::warp()] = loss;
#pragma unroll
    for (int i = 0; i < counts; ++i) shared[i][cuda::warp()] = amounts[i];
  }
  __syncthreads();
  if (cuda::warp() != 0) return 0;
  const int from = cuda::lane() % warps;
  const bool used = cuda::lane() < warps;
  loss = cuda::warp_sum(used ? losses[from] : 0.0);
#pragma unroll
  for (int i = 0; i < counts; ++i) amounts[i] = cuda::warp_sum(used ? shared[i][from] : 0);
  return loss;
}

__global__ void __launch_bounds__(masked_threads)
    count_masked(const float* losses, const std::int32_t* targets, const std::int32_t* argmax,
                 const std::int32_t* samples, const std::int32_t* count, int capacity, float* total,
                 std::int32_t* counts) {
  constexpr int at_once = 4;
  const int used = *count < capacity ? *count : capacity;
  double loss = 0;
  int amounts[3] = {};  // masked, correct, sampled correctly
  for (int first = static_cast<int>(threadIdx.x); first < used; first += at_once * masked_threads)
#pragma unroll
    for (int j = 0; j < at_once; ++j) {
      const int i = first + j * masked_threads;
      const bool in = i < used;
      const int target = in ? targets[i] : 0;
      loss += in ? static_cast<double>(losses[i]) : 0.0;
      amounts[0] += in ? 1 : 0;
      amounts[1] += in && argmax[i] == target ? 1 : 0;
      amounts[2] += in && samples[i] == target ? 1 : 0;
    }
  loss = block_totals<masked_threads>(loss, amounts);
  if (threadIdx.x != 0) return;
  *total += static_cast<float>(loss);
#pragma unroll
  for (int i = 0; i < 3; ++i) counts[i] += amounts[i];
}

/// The histogram's bin of sigmoid(logit); NaN, which no finite step has, is put in the first.
__device__ int bin_of(float logit) {
  const float probability = 1.0F / (1.0F + expf(-logit));
  if (!(probability > 0)) return 0;
  const int bin = static_cast<int>(probability * static_cast<float>(CountReplaced::bins));
  return bin < CountReplaced::bins ? bin : static_cast<int>(CountReplaced::bins) - 1;
}

/// Leaves the block's loss in `losses_of_blocks` and adds the rest atomically: integers, whose sum
/// has no order.
__global__ void __launch_bounds__(threads)
    count_replaced(const float* losses, const float* logits, const std::int32_t* labels,
                   math::RowPlaces<int> places, unsigned size, float* losses_of_blocks,
                   std::int32_t* counts, std::int32_t* histogram) {
  constexpr int bins = static_cast<int>(CountReplaced::bins);
  __shared__ std::int32_t of_block[2 * bins];
  for (int i = static_cast<int>(threadIdx.x); i < 2 * bins; i += threads) of_block[i] = 0;
  __syncthreads();
  double loss = 0;
  int amounts[4] = {};  // tokens, replaced, found, false alarms
  for (unsigned i = blockIdx.x * threads + threadIdx.x; i < size; i += gridDim.x * threads) {
    const float logit = logits[i], loss_here = losses[i];
    const bool fake = labels[i] != 0, found = logit > 0;
    if (!places.is_real(static_cast<int>(i))) continue;
    ++amounts[0];
    amounts[1] += fake ? 1 : 0;
    amounts[2] += fake && found ? 1 : 0;
    amounts[3] += !fake && found ? 1 : 0;
    loss += static_cast<double>(loss_here);
    atomicAdd(&of_block[(fake ? bins : 0) + bin_of(logit)], 1);
  }
  loss = block_totals<threads>(loss, amounts);
  if (threadIdx.x == 0) {
    losses_of_blocks[blockIdx.x] = static_cast<float>(loss);
#pragma unroll
    for (int i = 0; i < 4; ++i) atomicAdd(counts + i, amounts[i]);
  }
  for (int i = static_cast<int>(threadIdx.x); i < 2 * bins; i += threads)
    if (of_block[i] != 0) atomicAdd(histogram + i, of_block[i]);
}

template <class T>
__device__ void fold(T* from, T* to, int i, bool finite) {
  if (finite) to[i] += from[i];
  from[i] = T{};
}

/// A number a thread: the counts, then the sums.
__global__ void __launch_bounds__(threads)
    fold_metrics(float* sums_from, float* sums_to, int sums, std::int32_t* counts_from,
                 std::int32_t* counts_to, int counts, const std::int32_t* finite) {
  const bool good = *finite != 0;
  const int i = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (i < counts)
    fold(counts_from, counts_to, i, good);
  else if (i - counts < sums)
    fold(sums_from, sums_to, i - counts, good);
}

}  // namespace

void run_on(CudaContext& context, const CountMasked& k) {
  cuda::check_f32(k.name, k.losses);
  cuda::launch(context, k.name, {1, masked_threads}, count_masked, k.losses.data<float>(),
               k.targets.data<std::int32_t>(), k.argmax.data<std::int32_t>(),
               k.samples.data<std::int32_t>(), k.count.data<std::int32_t>(),
               static_cast<int>(k.losses.size()), k.loss.data<float>(),
               k.counts.data<std::int32_t>());
}

void run_on(CudaContext& context, const CountReplaced& k) {
  cuda::check_f32(k.name, k.losses);
  if (k.losses.size() == 0) return;
  const Index wanted = (k.losses.size() + threads - 1) / threads;
  const Index blocks = wanted < cuda::most_partials ? wanted : cuda::most_partials;
  float* losses = cuda::partial_sums(context, blocks, 1, {k.loss.data<float>()});
  cuda::launch(context, k.name, {static_cast<unsigned>(blocks), threads}, count_replaced,
               k.losses.data<float>(), k.logits.data<float>(), k.labels.data<std::int32_t>(),
               math::row_places<int>(k.rows), static_cast<unsigned>(k.losses.size()), losses,
               k.counts.data<std::int32_t>(), k.histogram.data<std::int32_t>());
}

void run_on(CudaContext& context, const FoldMetrics& k) {
  cuda::check_f32(k.name, k.sums_from);
  const Index numbers = k.sums_from.size() + k.counts_from.size();
  cuda::launch(context, k.name, {cuda::blocks_for(numbers, threads), threads}, fold_metrics,
               k.sums_from.data<float>(), k.sums_to.data<float>(),
               static_cast<int>(k.sums_from.size()), k.counts_from.data<std::int32_t>(),
               k.counts_to.data<std::int32_t>(), static_cast<int>(k.counts_from.size()),
               k.finite.data<std::int32_t>());
}

}  // namespace electra
