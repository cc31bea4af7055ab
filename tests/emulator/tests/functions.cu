// The CUDA math functions, bf16 conversions and vector accesses that training kernels use, against
// the host's.
#include <cuda_bf16.h>

#include <random>

#include "check.h"
#include "instruction_check.cuh"

enum Function {
  erf_,
  exp_,
  fast_exp,
  exp2_,
  log_,
  fast_log,
  log1p_,
  tanh_,
  rsqrt_,
  sqrt_,
  divide,
  fast_divide,
  power,
  function_count
};

__device__ float call(int which, float x) {
  switch (which) {
    case erf_:
      return erff(x);
    case exp_:
      return expf(x);
    case fast_exp:
      return __expf(x);
    case exp2_:
      return exp2f(x);
    case log_:
      return logf(fabsf(x));
    case fast_log:
      return __logf(fabsf(x));
    case log1p_:
      return log1pf(fabsf(x));
    case tanh_:
      return tanhf(x);
    case rsqrt_:
      return rsqrtf(fabsf(x));
    case sqrt_:
      return sqrtf(fabsf(x));
    case divide:
      return 1.7f / x;
    case fast_divide:
      return __fdividef(1.7f, x);
    default:
      return powf(fabsf(x), 0.7f);
  }
}

static double exact(int which, double x) {
  const double a = std::fabs(x);
  const double values[] = {std::erf(x),
                           std::exp(x),
                           std::exp(x),
                           std::exp2(x),
                           std::log(a),
                           std::log(a),
                           std::log1p(a),
                           std::tanh(x),
                           1 / std::sqrt(a),
                           std::sqrt(a),
                           double(1.7f) / x,
                           double(1.7f) / x,
                           std::pow(a, double(0.7f))};
  return values[which];
}

__global__ void evaluate(int which, const float* x, float* y, int n) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) y[i] = call(which, x[i]);
}

static void functions() {
  std::mt19937 g(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(1500);
  for (float& v : x) v = normal(g) * 4;
  const int n = int(x.size());
  check::Device<float> dx(x), dy(x.size());
  for (int which = 0; which < function_count; which++) {
    evaluate<<<(n + 63) / 64, 64>>>(which, dx, dy, n);
    const auto y = dy.host();
    check::MaxError error;
    for (int i = 0; i < n; i++) {
      const double want = exact(which, x[i]);
      // __expf multiplies by log2(e) first, which the exponent then magnifies.
      const double scale = std::fabs(want) * (which == fast_exp ? 1 + std::fabs(x[i]) : 1);
      error.add((y[i] - want) / (scale + (which == fast_log ? 1 : 1e-30)), 0);
    }
    std::printf("function %d: relative error %.2g\n", which, error.worst());
    error.within(1e-6, "function");
  }
}

__global__ void doubles(const double* x, double* y) {
  const int i = int(threadIdx.x);
  y[i * 4] = pow(x[i], 3.5);
  y[i * 4 + 1] = sqrt(x[i]);
  y[i * 4 + 2] = 1.0 / x[i] + rsqrt(x[i]);
  y[i * 4 + 3] = pow(0.999, 1000 * x[i]) + exp(-x[i]) * log(x[i]);
}

static void double_arithmetic() {
  std::vector<double> x;
  for (int i = 0; i < 32; i++) x.push_back(0.1 + i * 0.77);
  check::Device<double> dx(x), dy(32 * 4);
  doubles<<<1, 32>>>(dx, dy);
  const auto y = dy.host();
  check::MaxError error;
  for (int i = 0; i < 32; i++) {
    const double v = x[i], want[] = {std::pow(v, 3.5), std::sqrt(v), 1 / v + 1 / std::sqrt(v),
                                     std::pow(0.999, 1000 * v) + std::exp(-v) * std::log(v)};
    for (int j = 0; j < 4; j++) error.add(y[i * 4 + j] / want[j], 1);
  }
  error.within(1e-13, "double arithmetic");
}

static uint32_t pair_bits(float low, float high) {
  const auto half = [](float f) {
    uint32_t u;
    std::memcpy(&u, &f, 4);
    return std::isnan(f) ? 0x7fffu : (u + 0x7fff + (u >> 16 & 1)) >> 16;
  };
  return half(high) << 16 | half(low);
}

static void conversions() {
  using O = const Operands&;
  compare(
      "__floats2bfloat162_rn",
      [] __device__(O o) {
        const __nv_bfloat162 h = __floats2bfloat162_rn(o.x, o.y);
        return *reinterpret_cast<const uint32_t*>(&h);
      },
      [](O o) { return pair_bits(o.x, o.y); });
  compare(
      "__float2bfloat16",
      [] __device__(O o) { return uint32_t(__bfloat16_as_ushort(__float2bfloat16(o.z))); },
      [](O o) { return pair_bits(o.z, 0); });
  compare(
      "__bfloat1622float2",
      [] __device__(O o) {
        const float2 f = __bfloat1622float2(*reinterpret_cast<const __nv_bfloat162*>(&o.a));
        return bits_of(f.x) ^ bits_of(f.y) << 1;
      },
      [](O o) {
        const uint32_t low = o.a << 16, high = o.a & 0xffff0000u;
        float x, y;
        std::memcpy(&x, &low, 4);
        std::memcpy(&y, &high, 4);
        return as_bits(x) ^ as_bits(y) << 1;
      });
  compare(
      "__umulhi, mul.wide",
      [] __device__(O o) {
        unsigned long long wide;
        asm("mul.wide.u32 %0, %1, %2;" : "=l"(wide) : "r"(o.a), "r"(o.c));
        return __umulhi(o.a, o.b) ^ uint32_t(wide) ^ uint32_t(wide >> 32);
      },
      [](O o) {
        const uint64_t wide = uint64_t(o.a) * o.c;
        return uint32_t(uint64_t(o.a) * o.b >> 32) ^ uint32_t(wide) ^ uint32_t(wide >> 32);
      });
}

/// 16-byte accesses: eight bf16 at once, doubled.
__global__ void vectors(const uint4* in, uint4* out, const float4* weights, int n) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  uint4 v = __ldg(in + i);
  const float4 w = weights[0];
  auto* pairs = reinterpret_cast<__nv_bfloat162*>(&v);
  for (int j = 0; j < 4; j++) {
    const float2 f = __bfloat1622float2(pairs[j]);
    pairs[j] = __floats2bfloat162_rn(f.x * w.x, f.y * w.y);
  }
  out[i] = v;
}

static void vector_accesses() {
  constexpr int n = 37;
  std::vector<__nv_bfloat16> x(n * 8);
  for (int i = 0; i < n * 8; i++) x[i] = __float2bfloat16(float(i % 50));
  check::Device<__nv_bfloat16> dx(x), dy(x.size());
  check::Device<float4> w(std::vector<float4>{{2, -4, 0, 0}});
  vectors<<<2, 32>>>(reinterpret_cast<uint4*>(static_cast<__nv_bfloat16*>(dx)),
                     reinterpret_cast<uint4*>(static_cast<__nv_bfloat16*>(dy)), w, n);
  const auto y = dy.host();
  for (int i = 0; i < n * 8; i++)
    check::equal(__bfloat162float(y[i]), float(i % 50) * (i % 2 ? -4 : 2));
}

__global__ void early_exit(int* count, int n) {
  const unsigned row = blockIdx.x + gridDim.x * blockIdx.y;
  if (int(row) >= n) return;
  if (threadIdx.x == 0) atomicAdd(count, 1);
}

/// Grids as a capacity needs them, most of which leaves at once.
static void large_grids() {
  check::Device<int> count(std::vector<int>{0});
  early_exit<<<65535, 64>>>(count, 1000);
  early_exit<<<dim3(1, 65535), 32>>>(count, 500);
  check::equal(count.host()[0], 1500);
}

__global__ void dynamic(int* out, int n) {
  extern __shared__ int box[];
  for (int i = int(threadIdx.x); i < n; i += int(blockDim.x)) box[i] = i;
  __syncthreads();
  int sum = 0;
  for (int i = int(threadIdx.x); i < n; i += int(blockDim.x)) sum += box[n - 1 - i];
  atomicAdd(out, sum);
}

/// More than 48 KiB needs to be asked for.
static void dynamic_shared_memory() {
  const int n = 160 * 256;
  check::Device<int> out(std::vector<int>{0});
  dynamic<<<1, 64, n * 4>>>(out, n);
  check::is_error(cudaGetLastError(), cudaErrorInvalidValue);
  check::cuda(cudaFuncSetAttribute(dynamic, cudaFuncAttributeMaxDynamicSharedMemorySize, n * 4));
  dynamic<<<1, 64, n * 4>>>(out, n);
  check::equal(out.host()[0], n / 2 * (n - 1));
}

int main() {
  functions();
  double_arithmetic();
  conversions();
  vector_accesses();
  large_grids();
  dynamic_shared_memory();
  check::cuda(cudaDeviceSynchronize());
  return check::result();
}
