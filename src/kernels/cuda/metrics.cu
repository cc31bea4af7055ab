#include "electra/kernels/metrics.h"

#include "kernels/cuda/reduce.cuh"

namespace electra {

namespace {

constexpr int threads = 1024;  // one block: sums in a fixed order, and there is little to do

struct Sums {
  float* loss;
  std::int32_t* count;
  std::int32_t* histogram;
};

Sums sums_of(const MetricSums& sums) {
  return {sums.loss.data<float>(), sums.count.data<std::int32_t>(),
          sums.histogram.data<std::int32_t>()};
}

/// Adds this thread's share of a loss in f64 and of some counts, over the block.
template <int counts>
__device__ void add_to(const Sums& to, MetricSums::Sum which, double loss,
                       const MetricSums::Count (&names)[counts], const int (&amounts)[counts]) {
  __shared__ double losses[threads / cuda::warp_size];
  __shared__ int totals[threads / cuda::warp_size];
  const double total = cuda::block_sum<threads>(loss, losses);
  if (threadIdx.x == 0) to.loss[which] += static_cast<float>(total);
#pragma unroll
  for (int i = 0; i < counts; ++i) {
    const int amount = cuda::block_sum<threads>(amounts[i], totals);
    if (threadIdx.x == 0) to.count[names[i]] += amount;
  }
}

__global__ void __launch_bounds__(threads)
    count_masked(const float* losses, const std::int32_t* targets, const std::int32_t* argmax,
                 const std::int32_t* samples, const std::int32_t* count, int capacity, Sums to) {
  const int used = *count < capacity ? *count : capacity;
  double loss = 0;
  int masked = 0, correct = 0, sampled = 0;
  for (int i = static_cast<int>(threadIdx.x); i < used; i += threads) {
    ++masked;
    loss += static_cast<double>(losses[i]);
    correct += argmax[i] == targets[i] ? 1 : 0;
    sampled += samples[i] == targets[i] ? 1 : 0;
  }
  add_to(to, MetricSums::mlm_loss, loss,
         {MetricSums::masked, MetricSums::correct, MetricSums::sampled_correct},
         {masked, correct, sampled});
}

/// The histogram's bin of sigmoid(logit); NaN, which no finite step has, is put in the first.
__device__ int bin_of(float logit) {
  const float probability = 1.0F / (1.0F + expf(-logit));
  if (!(probability > 0)) return 0;
  const int bin = static_cast<int>(probability * static_cast<float>(MetricSums::bins));
  return bin < MetricSums::bins ? bin : static_cast<int>(MetricSums::bins) - 1;
}

__global__ void __launch_bounds__(threads)
    count_replaced(const float* losses, const float* logits, const std::int32_t* labels,
                   const std::int32_t* lengths, int batch, int length, Sums to) {
  constexpr int bins = static_cast<int>(MetricSums::bins);
  __shared__ std::int32_t histogram[2 * bins];
  for (int i = static_cast<int>(threadIdx.x); i < 2 * bins; i += threads) histogram[i] = 0;
  __syncthreads();
  double loss = 0;
  int tokens = 0, fakes = 0, hits = 0, alarms = 0;
  for (int i = static_cast<int>(threadIdx.x); i < batch * length; i += threads) {
    if (i % length >= lengths[i / length]) continue;
    const bool fake = labels[i] != 0;
    const bool found = logits[i] > 0;
    ++tokens;
    fakes += fake ? 1 : 0;
    hits += fake && found ? 1 : 0;
    alarms += !fake && found ? 1 : 0;
    loss += static_cast<double>(losses[i]);
    atomicAdd(&histogram[(fake ? bins : 0) + bin_of(logits[i])], 1);
  }
  add_to(to, MetricSums::disc_loss, loss,
         {MetricSums::tokens, MetricSums::replaced, MetricSums::true_positive,
          MetricSums::false_positive},
         {tokens, fakes, hits, alarms});
  for (int i = static_cast<int>(threadIdx.x); i < 2 * bins; i += threads)
    to.histogram[i] += histogram[i];
}

template <class T>
__device__ void fold(T* from, T* to, int size, bool finite) {
  for (int i = static_cast<int>(threadIdx.x); i < size; i += threads) {
    if (finite) to[i] += from[i];
    from[i] = T{};
  }
}

__global__ void __launch_bounds__(threads)
    fold_metrics(Sums from, Sums to, const std::int32_t* finite) {
  const bool good = *finite != 0;
  fold(from.loss, to.loss, MetricSums::sums, good);
  fold(from.count, to.count, MetricSums::counts, good);
  fold(from.histogram, to.histogram, 2 * MetricSums::bins, good);
}

}  // namespace

void run_on(CudaContext& context, const CountMasked& k) {
  cuda::check_f32(k.name, k.losses);
  cuda::launch(context, k.name, {1, threads}, count_masked, k.losses.data<float>(),
               k.targets.data<std::int32_t>(), k.argmax.data<std::int32_t>(),
               k.samples.data<std::int32_t>(), k.count.data<std::int32_t>(),
               static_cast<int>(k.losses.size()), sums_of(k.sums));
}

void run_on(CudaContext& context, const CountReplaced& k) {
  cuda::check_f32(k.name, k.losses);
  cuda::launch(context, k.name, {1, threads}, count_replaced, k.losses.data<float>(),
               k.logits.data<float>(), k.labels.data<std::int32_t>(),
               k.lengths.data<std::int32_t>(), static_cast<int>(k.losses.shape()[0]),
               static_cast<int>(k.losses.shape()[1]), sums_of(k.sums));
}

void run_on(CudaContext& context, const FoldMetrics& k) {
  cuda::check_f32(k.name, k.from.loss);
  cuda::launch(context, k.name, {1, threads}, fold_metrics, sums_of(k.from), sums_of(k.to),
               k.finite.data<std::int32_t>());
}

}  // namespace electra
