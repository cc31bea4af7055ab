#include "electra/kernels/cross_entropy.h"
#include "kernels/cuda/dropout.cuh"
#include "kernels/cuda/vocabulary_row.cuh"
#include "kernels/cuda/vocabulary_scan.cuh"

namespace electra {

namespace {

constexpr int threads = 512;  // of a row; at least as many as an example has masked positions
constexpr int warps = threads / cuda::warp_size;
constexpr int no_id = 0x7fffffff;

struct Inputs {
  const std::int32_t* targets;
  const std::int32_t* positions;
  const std::int32_t* count;
  const float* scale;
  const float* temperature;
  cuda::Draw draw;
  int vocabulary;
  int padded;
  cuda::RowPlaces places;
  bool excludes_target;
  bool aligned;
};

struct Outputs {
  float* losses;
  std::int32_t* argmax;
  std::int32_t* samples;
  std::int32_t* non_finite;
};

/// The number of this masked position within its example.
__device__ int place_in_example(const Inputs& in, int row, int example) {
  const int before = row - 1 - static_cast<int>(threadIdx.x);
  return __syncthreads_count(
      before >= 0 && in.places.example_of(in.positions[before]) == example ? 1 : 0);
}

/// What draws the sample of a row. All threads of the block take part.
__device__ cuda::GumbelSampler sampler_of(const Inputs& in, int row) {
  const int example = in.places.example_of(in.positions[row]);
  const auto place = static_cast<std::uint32_t>(place_in_example(in, row, example));
  return {.seed = in.draw.seed,
          .counter = {0, in.draw.first_example + static_cast<std::uint32_t>(example),
                      in.draw.site | place << 5U, static_cast<std::uint32_t>(*in.draw.step)},
          .temperature = in.temperature,
          .inverse = 1.0F / *in.temperature,
          .excluded = in.excludes_target ? in.targets[row] : -1};
}

/// Eight elements of a row of gradients.
template <class T>
__device__ void store_vector(const float (&values)[8], T* row, int first, const Inputs& in) {
  if (in.aligned) return cuda::store(values, row + first);
#pragma unroll
  for (int i = 0; i < 8; ++i)
    if (first + i < in.padded) row[first + i] = cuda::narrow<T>(values[i]);
}

template <class T>
__device__ void clear_row(int row, const Inputs& in, const Outputs& out, T* dlogits) {
  if (threadIdx.x == 0) {
    out.losses[row] = 0;
    out.argmax[row] = 0;
    out.samples[row] = 0;
  }
  if (dlogits == nullptr) return;
  const float zeros[8] = {};
  for (int c = static_cast<int>(threadIdx.x) * 8; c < in.padded; c += threads * 8)
    store_vector(zeros, dlogits, c, in);
}

/// What the warps tell each other.
struct Exchange {
  float max[warps];
  double sum[warps];
  float score[warps];
  int top[warps];
  cuda::Best sample[warps];
  float target_logit;
};

/// The row's highest logit, its sum of e^(logit - max), and the best score found yet. The sum is
/// NaN if there is a NaN or +infinity among the logits, or nothing else than -infinity.
struct Summary {
  float max;
  double sum;
  float score;
};

template <class T>
__device__ Summary summary_of(const Exchange& exchange) {
  const int lane = cuda::lane() % warps;
  const float mine = exchange.max[lane];
  const float max = cuda::warp_max(mine);
  const double sum =
      cuda::lane() < warps
          ? exchange.sum[lane] * static_cast<double>(cuda::exponential<T>(mine - max))
          : 0;
  return {max, cuda::warp_sum(sum), cuda::warp_max(exchange.score[lane])};
}

/// The lowest id of this thread's with this logit.
template <class Row>
__device__ int first_with(const Row& row, float logit) {
  for (int v = static_cast<int>(threadIdx.x); v < row.vectors(); v += threads) {
    float values[8];
    row.load(v, values);
    int id = no_id;
#pragma unroll
    for (int i = 7; i >= 0; --i)
      if (values[i] == logit) id = v * 8 + i;
    if (id != no_id) return id;
  }
  return no_id;
}

/// The best of all ids of a warp that may be better than `known`.
template <class Row>
__device__ cuda::Best warp_sample(const Row& row, const cuda::GumbelSampler& sampler, float reach,
                                  float known) {
  cuda::Best best;
  const float least = cuda::GumbelSampler::least_bound(known);
  unsigned lanes = __ballot_sync(cuda::whole_warp, !(reach < least));
  for (; lanes != 0; lanes &= lanes - 1) {
    const int lane = __ffs(static_cast<int>(lanes)) - 1;
    const cuda::Best other = sampler.best_of(row, cuda::warp() * cuda::warp_size + lane, threads);
    best.take(other.score, other.id);
  }
  return best;
}

template <class T, class Row>
__device__ void write_gradient(const Row& row, const Inputs& in, int target, const Summary& summary,
                               T* gradient) {
  const float scale = *in.scale;
  const float factor = scale / static_cast<float>(summary.sum);
  for (int v = static_cast<int>(threadIdx.x); v * 8 < in.padded; v += threads) {
    float g[8] = {};
    if (v < row.vectors()) {
      row.load(v, g);
#pragma unroll
      for (int i = 0; i < 8; ++i) g[i] = cuda::exponential<T>(g[i] - summary.max) * factor;
      if (v == target / 8 || v == row.vectors() - 1) {
#pragma unroll
        for (int i = 0; i < 8; ++i) {
          if (v * 8 + i == target) g[i] -= scale;
          if (v * 8 + i >= in.vocabulary) g[i] = 0;
        }
      }
    }
    store_vector(g, gradient, v * 8, in);
  }
}

/// By the first warp, when all have told what they know.
__device__ void write_results(int row, const Summary& summary, const Exchange& exchange,
                              const Inputs& in, const Outputs& out) {
  const int lane = cuda::lane() % warps;
  const int top = __reduce_min_sync(cuda::whole_warp, exchange.top[lane]);
  cuda::Best sample = exchange.sample[lane];
  sample.over_warp();
  if (threadIdx.x != 0) return;
  const bool finite = isfinite(summary.sum);
  const double distance =
      static_cast<double>(summary.max) - static_cast<double>(exchange.target_logit);
  const int nothing = in.excludes_target && in.targets[row] == 0 && in.vocabulary > 1 ? 1 : 0;
  out.losses[row] = static_cast<float>(log(summary.sum) + distance);
  out.argmax[row] = finite ? top : 0;
  out.samples[row] = !finite ? 0 : sample.id != no_id ? sample.id : nothing;
  if (!finite) *out.non_finite = 1;
}

template <class T, template <class> class RowOf>
__global__ void __launch_bounds__(threads, RowOf<T>::blocks)
    vocabulary_cross_entropy(const T* logits, T* dlogits, Inputs in, Outputs out) {
  __shared__ Exchange exchange;
  const int index = static_cast<int>(blockIdx.x);
  const Index at = static_cast<Index>(index) * in.padded;
  T* gradient = dlogits == nullptr ? nullptr : dlogits + at;
  if (index >= *in.count) return clear_row(index, in, out, gradient);
  const RowOf<T> row{logits + at, in.vocabulary, in.aligned};
  row.begin(threads);
  if (threadIdx.x == 0) exchange.target_logit = cuda::widen(logits[at + in.targets[index]]);
  const cuda::GumbelSampler sampler = sampler_of(in, index);

  cuda::VocabularyScan<T> scan;
  for (int v = static_cast<int>(threadIdx.x); v < row.vectors(); v += threads) {
    float values[8];
    row.await(v, threads);
    row.load(v, values);
    scan.take(values, v, sampler);
  }
  __syncwarp();  // lanes now read what others have copied
  const float warp_max = cuda::warp_max(scan.max);
  const double warp_sum = scan.warp_sum(warp_max);
  const cuda::Best likely = sampler.best_of(row, scan.warp_vector(), row.vectors());
  if (cuda::lane() == 0) {
    exchange.max[cuda::warp()] = warp_max;
    exchange.sum[cuda::warp()] = warp_sum;
    exchange.score[cuda::warp()] = likely.score;
  }
  __syncthreads();
  const Summary summary = summary_of<T>(exchange);
  const int top = __reduce_min_sync(cuda::whole_warp,
                                    scan.max == summary.max ? first_with(row, summary.max) : no_id);
  cuda::Best sample;
  if (isfinite(summary.sum)) sample = warp_sample(row, sampler, scan.reach, summary.score);
  if (cuda::lane() == 0) {
    exchange.top[cuda::warp()] = top;
    exchange.sample[cuda::warp()] = sample;
  }
  __syncwarp();  // no lane reads others' logits any more: the gradient may take their place
  if (gradient != nullptr) write_gradient(row, in, in.targets[index], summary, gradient);
  __syncthreads();
  if (cuda::warp() == 0) write_results(index, summary, exchange, in, out);
}

constexpr Index most_held = Index{96} * 1024;
static_assert(most_held + Index{sizeof(Exchange)} <= cuda::most_shared_bytes);

template <class T>
void cross_entropy(CudaContext& context, const VocabularyCrossEntropy& k, Inputs inputs,
                   const Outputs& outputs) {
  constexpr Index vector = cuda::RowOnChip<T>::elements;
  const Index held = (k.vocabulary + vector - 1) / vector * vector * Index{sizeof(T)};
  inputs.aligned = k.logits.width() % vector == 0 &&
                   cuda::aligned<T>(static_cast<int>(vector), {k.logits.raw(), k.dlogits.raw()});
  const bool fits = inputs.aligned && held <= most_held;
  auto* kernel = fits ? vocabulary_cross_entropy<T, cuda::RowOnChip>
                      : vocabulary_cross_entropy<T, cuda::RowInMemory>;
  cuda::launch(context, k.name,
               {cuda::blocks_for(k.logits.rows(), 1), threads, fits ? held : Index{0}}, kernel,
               k.logits.data<T>(), k.dlogits ? k.dlogits.data<T>() : nullptr, inputs, outputs);
}

}  // namespace

void run_on(CudaContext& context, const VocabularyCrossEntropy& k) {
  cuda::check_f32(k.name, k.losses);
  const Inputs inputs{.targets = k.targets.data<std::int32_t>(),
                      .positions = k.positions.data<std::int32_t>(),
                      .count = k.count.data<std::int32_t>(),
                      .scale = k.scale.data<float>(),
                      .temperature = k.temperature.data<float>(),
                      .draw = cuda::draw_of(k.random),
                      .vocabulary = static_cast<int>(k.vocabulary),
                      .padded = static_cast<int>(k.logits.width()),
                      .places = math::row_places<int>(k.rows),
                      .excludes_target = k.correct == VocabularyCrossEntropy::Correct::disallow,
                      .aligned = false};
  const Outputs outputs{.losses = k.losses.data<float>(),
                        .argmax = k.argmax.data<std::int32_t>(),
                        .samples = k.samples.data<std::int32_t>(),
                        .non_finite = k.non_finite.data<std::int32_t>()};
  cuda::visit_activation(k.name, k.logits.dtype(),
                         [&]<class T>(T) { cross_entropy<T>(context, k, inputs, outputs); });
}

}  // namespace electra
