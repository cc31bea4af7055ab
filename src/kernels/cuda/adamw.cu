#include <algorithm>

#include "electra/kernels/adamw.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 256;
constexpr int each = 4;   // elements a thread
constexpr int unit = 64;  // what segments are counted in

struct Buffers {
  float* master;
  bf16* value;
  const float* gradient;
  float* moment_1;
  float* moment_2;
};

struct Inputs {
  const std::int32_t* segments;
  const float* rate_factors;
  const float* rate;
  const float* scale;
  const std::int32_t* finite;
  const std::int32_t* step;
  int groups;
};

struct Settings {
  float beta1, beta2, other1, other2, epsilon, weight_decay;
  double exact_beta1, exact_beta2;
  bool corrects;
};

/// The group whose segment holds this unit; -1 between segments.
__device__ int group_of(const Inputs& in, int at) {
  int low = 0, high = in.groups;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (in.segments[3 * middle] <= at ? low : high) = middle;
  }
  const int first = in.segments[3 * low];
  return at >= first && at < first + in.segments[3 * low + 1] ? low : -1;
}

/// 1 / (1 - beta^(step + 1)), the same for all threads of a block.
__device__ float correction(double beta, std::int32_t step) {
  return static_cast<float>(1.0 / (1.0 - pow(beta, step + 1.0)));
}

__global__ void __launch_bounds__(threads) adamw(Buffers to, Inputs in, Settings s, Index size) {
  __shared__ float corrections[2];
  if (s.corrects) {
    if (threadIdx.x < 2)
      corrections[threadIdx.x] =
          correction(threadIdx.x == 0 ? s.exact_beta1 : s.exact_beta2, *in.step);
    __syncthreads();
  }
  const Index at = (static_cast<Index>(blockIdx.x) * threads + threadIdx.x) * each;
  const bool inside = at < size;
  float master[each], gradient[each], m[each], v[each];
  if (inside) {  // while these are on their way, it is found out whether they are needed
    cuda::load(to.master + at, master);
    cuda::load(to.gradient + at, gradient);
    cuda::load(to.moment_1 + at, m);
    cuda::load(to.moment_2 + at, v);
  }
  if (!inside || *in.finite == 0) return;
  const int group = group_of(in, static_cast<int>(at / unit));
  if (group < 0 || in.rate_factors[group] == 0) return;
  const float correction_1 = s.corrects ? corrections[0] : 1.0F;
  const float correction_2 = s.corrects ? corrections[1] : 1.0F;
  const float rate = *in.rate * in.rate_factors[group];
  const float decay = in.segments[3 * group + 2] != 0 ? s.weight_decay : 0.0F;
  const float scale = *in.scale;
#pragma unroll
  for (int i = 0; i < each; ++i) {
    const float g = gradient[i] * scale;
    m[i] = s.beta1 * m[i] + s.other1 * g;
    v[i] = s.beta2 * v[i] + s.other2 * g * g;
    const float direction = m[i] * correction_1 / (sqrtf(v[i] * correction_2) + s.epsilon);
    master[i] -= rate * (direction + decay * master[i]);
  }
  cuda::store(master, to.master + at);
  cuda::store(m, to.moment_1 + at);
  cuda::store(v, to.moment_2 + at);
  if (to.value != nullptr) cuda::store(master, to.value + at);
}

__global__ void __launch_bounds__(1) learning_rate(const std::int32_t* at, float* rate, double peak,
                                                   double warmup, double steps, double power) {
  const double step = *at;
  const double left = 1 - step / steps;
  const double warm = warmup > 0 ? fmin(1.0, step / warmup) : 1.0;
  *rate = static_cast<float>(left > 0 ? peak * pow(left, power) * warm : 0.0);
}

/// LearningRate's trapezoid: `up` steps of rise and `down` of fall, each at least 1.
__global__ void __launch_bounds__(1)
    trapezoid_rate(const std::int32_t* at, float* rate, double peak, double up, double down,
                   double steps) {
  const double step = *at;
  const double left = steps - step;
  *rate = static_cast<float>(left > 0 ? peak * fmin((step + 1) / up, left / down) : 0.0);
}

__global__ void __launch_bounds__(1) advance_step(const std::int32_t* finite, std::int32_t* step,
                                                  std::int32_t* skipped, std::int32_t* non_finite) {
  const bool good = *finite != 0;
  *step += 1;
  skipped[0] += good ? 0 : 1;
  skipped[1] = good ? 0 : skipped[1] + 1;
  *non_finite = 0;
}

}  // namespace

void run_on(CudaContext& context, const AdamW& k) {
  cuda::check_f32(k.name, k.master);
  cuda::check_aligned(k.name, {k.master, k.value, k.gradient, k.moment_1, k.moment_2});
  const Buffers buffers{.master = k.master.data<float>(),
                        .value = k.value ? k.value.data<bf16>() : nullptr,
                        .gradient = k.gradient.data<float>(),
                        .moment_1 = k.moment_1.data<float>(),
                        .moment_2 = k.moment_2.data<float>()};
  const Inputs inputs{.segments = k.segments.data<std::int32_t>(),
                      .rate_factors = k.rate_factors.data<float>(),
                      .rate = k.rate.data<float>(),
                      .scale = k.scale.data<float>(),
                      .finite = k.finite.data<std::int32_t>(),
                      .step = k.step.data<std::int32_t>(),
                      .groups = static_cast<int>(k.segments.rows())};
  const Settings settings{.beta1 = static_cast<float>(k.beta1),
                          .beta2 = static_cast<float>(k.beta2),
                          .other1 = static_cast<float>(1 - k.beta1),
                          .other2 = static_cast<float>(1 - k.beta2),
                          .epsilon = static_cast<float>(k.epsilon),
                          .weight_decay = static_cast<float>(k.weight_decay),
                          .exact_beta1 = k.beta1,
                          .exact_beta2 = k.beta2,
                          .corrects = k.bias_correction == AdamW::BiasCorrection::on};
  cuda::launch(context, k.name, {cuda::blocks_for(k.master.size(), threads * each), threads}, adamw,
               buffers, inputs, settings, k.master.size());
}

void run_on(CudaContext& context, const LearningRate& k) {
  cuda::check_f32(k.name, k.rate);
  if (k.schedule == LearningRate::Schedule::trapezoid)
    return cuda::launch(
        context, k.name, {1, 1}, trapezoid_rate, k.step.data<std::int32_t>(), k.rate.data<float>(),
        k.peak, static_cast<double>(std::max<Index>(1, k.warmup)),
        static_cast<double>(std::max<Index>(1, k.steps - k.warmup)), static_cast<double>(k.steps));
  cuda::launch(context, k.name, {1, 1}, learning_rate, k.step.data<std::int32_t>(),
               k.rate.data<float>(), k.peak, static_cast<double>(k.warmup),
               static_cast<double>(k.steps), k.power);
}

void run_on(CudaContext& context, const AdvanceStep& k) {
  cuda::launch(context, k.name, {1, 1}, advance_step, k.finite.data<std::int32_t>(),
               k.step.data<std::int32_t>(), k.skipped.data<std::int32_t>(),
               k.non_finite.data<std::int32_t>());
}

}  // namespace electra
