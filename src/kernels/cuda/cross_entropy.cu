#include "electra/kernels/cross_entropy.h"

#include "kernels/cuda/dropout.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 512;  // of a row; at least as many as an example has masked positions
constexpr int group = 4;      // ids that share a Philox block

struct Inputs {
  const std::int32_t* targets;
  const std::int32_t* positions;
  const std::int32_t* count;
  const float* scale;
  const float* temperature;
  cuda::Draw draw;
  int vocabulary;
  int padded;
  int length;
  bool excludes_target;
};

struct Outputs {
  float* losses;
  std::int32_t* argmax;
  std::int32_t* samples;
  std::int32_t* non_finite;
};

/// The better of two (score, id): the higher score, the lower id among equals.
struct Best {
  float score = -INFINITY;
  int id = 0x7fffffff;

  __device__ void take(float other_score, int other_id) {
    if (other_score > score || (other_score == score && other_id < id)) {
      score = other_score;
      id = other_id;
    }
  }
  __device__ void over_warp() {
#pragma unroll
    for (int offset = cuda::warp_size / 2; offset > 0; offset /= 2)
      take(__shfl_xor_sync(cuda::whole_warp, score, offset),
           __shfl_xor_sync(cuda::whole_warp, id, offset));
  }
  /// Over the block, in every thread; `shared` holds one for each warp.
  __device__ void over_block(float* scores, int* ids) {
    over_warp();
    if (cuda::lane() == 0) {
      scores[cuda::warp()] = score;
      ids[cuda::warp()] = id;
    }
    __syncthreads();
    for (int i = 0; i < threads / cuda::warp_size; ++i) take(scores[i], ids[i]);
    __syncthreads();
  }
};

/// As electra::math::gumbel.
__device__ float gumbel(std::uint32_t word) {
  const float u = (static_cast<float>(word) + 0.5F) * 0x1p-32F;
  return -logf(-log1pf(-u));
}

template <class T>
struct Row {
  const T* logits;
  int vocabulary;

  /// The logits of ids first to first + 3; -infinity beyond the vocabulary.
  __device__ void load(int first, float (&values)[group]) const {
#pragma unroll
    for (int i = 0; i < group; ++i)
      values[i] = first + i < vocabulary ? cuda::widen(logits[first + i]) : -INFINITY;
  }
};

/// The number of this masked position within its example.
__device__ int place_in_example(const Inputs& in, int row, int example) {
  const int before = row - 1 - static_cast<int>(threadIdx.x);
  return __syncthreads_count(before >= 0 && in.positions[before] / in.length == example ? 1 : 0);
}

template <class T>
__device__ void clear_row(int row, const Outputs& out, T* dlogits, int padded) {
  if (threadIdx.x == 0) {
    out.losses[row] = 0;
    out.argmax[row] = 0;
    out.samples[row] = 0;
  }
  if (dlogits == nullptr) return;
  for (int c = static_cast<int>(threadIdx.x); c < padded; c += threads) dlogits[c] = T{};
}

/// The top of a row, a sample from it, and whether it had a NaN.
struct Found {
  Best top;
  Best sample;
  bool has_nan = false;
};

template <class T>
__device__ Found find(const Row<T>& row, const Inputs& in, int index, int target) {
  Found found;
  const int example = in.positions[index] / in.length;
  cuda::Draw draw = in.draw;
  draw.site |= static_cast<std::uint32_t>(place_in_example(in, index, example)) << 5U;
  const float temperature = *in.temperature;
  for (int first = static_cast<int>(threadIdx.x) * group; first < in.vocabulary;
       first += threads * group) {
    float values[group];
    row.load(first, values);
    const math::Words4 words =
        draw.words(static_cast<std::uint32_t>(first / group), static_cast<std::uint32_t>(example));
    const std::uint32_t word[group] = {words.x, words.y, words.z, words.w};
#pragma unroll
    for (int i = 0; i < group; ++i) {
      const int id = first + i;
      if (id >= in.vocabulary) break;
      found.has_nan |= isnan(values[i]);
      found.top.take(values[i], id);
      if (in.excludes_target && id == target) continue;
      const float score = values[i] / temperature + gumbel(word[i]);
      if (score > -INFINITY) found.sample.take(score, id);
    }
  }
  return found;
}

template <class T>
__global__ void __launch_bounds__(threads)
    vocabulary_cross_entropy(const T* logits, T* dlogits, Inputs in, Outputs out) {
  __shared__ float scores[threads / cuda::warp_size];
  __shared__ int ids[threads / cuda::warp_size];
  __shared__ double sums[threads / cuda::warp_size];
  const int index = static_cast<int>(blockIdx.x);
  const Index at = static_cast<Index>(index) * in.padded;
  T* gradient = dlogits == nullptr ? nullptr : dlogits + at;
  if (index >= *in.count) return clear_row(index, out, gradient, in.padded);
  const Row<T> row{logits + at, in.vocabulary};
  const int target = in.targets[index];

  Found found = find(row, in, index, target);
  const bool has_nan = __syncthreads_or(found.has_nan ? 1 : 0) != 0;
  found.top.over_block(scores, ids);
  found.sample.over_block(scores, ids);
  const bool finite = !has_nan && isfinite(found.top.score);
  const float max = found.top.score;

  float part = 0;
  for (int c = static_cast<int>(threadIdx.x); c < in.vocabulary; c += threads)
    part += expf(cuda::widen(row.logits[c]) - max);
  const double sum = cuda::block_sum<threads>(static_cast<double>(part), sums);

  if (threadIdx.x == 0) {
    const double distance =
        static_cast<double>(max) - static_cast<double>(cuda::widen(row.logits[target]));
    out.losses[index] = has_nan ? NAN : static_cast<float>(log(sum) + distance);
    out.argmax[index] = finite ? found.top.id : 0;
    out.samples[index] = finite && found.sample.score > -INFINITY ? found.sample.id : 0;
    if (!finite) *out.non_finite = 1;
  }
  if (gradient == nullptr) return;
  __syncthreads();  // the target's logit has been read: the gradient may lie in its place
  const float scale = *in.scale;
  const auto factor = has_nan ? NAN : static_cast<float>(static_cast<double>(scale) / sum);
  for (int c = static_cast<int>(threadIdx.x); c < in.padded; c += threads) {
    float g = 0;
    if (c < in.vocabulary) g = expf(cuda::widen(row.logits[c]) - max) * factor;
    gradient[c] = cuda::narrow<T>(c == target ? g - scale : g);
  }
}

}  // namespace

void run_on(CudaContext& context, const VocabularyCrossEntropy& k) {
  cuda::check_f32(k.name, k.losses);
  const Inputs inputs{
      .targets = k.targets.data<std::int32_t>(),
      .positions = k.positions.data<std::int32_t>(),
      .count = k.count.data<std::int32_t>(),
      .scale = k.scale.data<float>(),
      .temperature = k.temperature.data<float>(),
      .draw = cuda::draw_of(k.random),
      .vocabulary = static_cast<int>(k.vocabulary),
      .padded = static_cast<int>(k.logits.width()),
      .length = static_cast<int>(k.length),
      .excludes_target = k.correct == VocabularyCrossEntropy::Correct::disallow};
  const Outputs outputs{.losses = k.losses.data<float>(),
                        .argmax = k.argmax.data<std::int32_t>(),
                        .samples = k.samples.data<std::int32_t>(),
                        .non_finite = k.non_finite.data<std::int32_t>()};
  cuda::visit_activation(k.name, k.logits.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.logits.rows(), 1), threads},
                 vocabulary_cross_entropy<T>, k.logits.data<T>(),
                 k.dlogits ? k.dlogits.data<T>() : nullptr, inputs, outputs);
  });
}

}  // namespace electra
