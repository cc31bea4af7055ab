// What the CUDA language offers: variables, shared memory, templates, lambdas, functions, printf.
#include <cuda_runtime.h>

#include "check.h"

__constant__ float scale[2];
__device__ int counter;
__device__ float table[4] = {1, 2, 3, 4};
__device__ const char* message = "text";

int other_file_result();  // language_other.cu has a kernel of the same name as `same_name`

static __global__ void same_name(int* out) { *out = 1; }

namespace {
__global__ void hidden(int* out) { *out = 7; }
}  // namespace

__global__ void scale_by(float* x, int n, float s) {
  extern __shared__ float staging[];
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  staging[threadIdx.x] = i < n ? x[i] : 0;
  __syncthreads();
  if (i < n) {
    x[i] = staging[threadIdx.x] * s * scale[0] + table[i % 4] - table[i % 4];
    atomicAdd(&counter, 1);
  }
}

template <class T, int N>
__global__ void sum(const T* x, T* out, int n) {
  __shared__ T partial[N / 32];
  T total = 0;
  for (int i = threadIdx.x; i < n; i += N) total += x[i];
  for (int m = 16; m; m >>= 1) total += __shfl_down_sync(~0u, total, m);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = total;
  __syncthreads();
  if (threadIdx.x == 0)
    for (int i = 0; i < N / 32; i++) *out += partial[i];
}

template <class F>
__global__ void apply(int* x, int n, F f) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = f(i);
}

struct Big {
  double d;
  char c;
  int values[5];
};

__device__ __noinline__ Big grow(Big b, int n) {
  for (int i = 0; i < n; i++) b.values[i % 5] += i;
  b.d *= 2;
  return b;
}

__device__ __noinline__ int fibonacci(int n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

__device__ __noinline__ int twice(int x) { return 2 * x; }
__device__ __noinline__ int square(int x) { return x * x; }
__device__ int (*functions[])(int) = {twice, square};

__global__ void calls(Big b, int n, int* out) {
  const Big g = grow(b, n);
  out[0] = g.values[1];
  out[1] = int(g.d);
  out[2] = fibonacci(10);
  out[3] = functions[n % 2](n) + functions[(n + 1) % 2](n);
}

__global__ void choose(const int* which, float* out) {
  float r;
  switch (which[threadIdx.x]) {  // becomes brx.idx
    case 0:
      r = sinf(threadIdx.x);
      break;
    case 1:
      r = expf(threadIdx.x);
      break;
    case 2:
      r = 2;
      break;
    case 3:
      r = sqrtf(threadIdx.x);
      break;
    case 4:
      r = cbrtf(threadIdx.x);
      break;
    case 5:
      r = powf(threadIdx.x, 3);
      break;
    case 6:
      r = atanf(threadIdx.x);
      break;
    default:
      r = -1;
  }
  out[threadIdx.x] = r;
}

__global__ void local_array(int* out, int n) {
  int a[16];
  for (int i = 0; i < 16; i++) a[i] = i * n;
  out[threadIdx.x] = a[(threadIdx.x + n) % 16];
}

__global__ void say(int i) { printf("hello %d %.2f %s %lld%%\n", i, 1.5, message, 1ll << 40); }

int main() {
  const int n = 1000;
  std::vector<float> ones(n, 1.0f);
  check::Device<float> x(ones), total(std::vector<float>{0});
  const float factors[2] = {3, 4};
  check::cuda(cudaMemcpyToSymbol(scale, factors, sizeof factors));
  scale_by<<<(n + 127) / 128, 128, 128 * sizeof(float)>>>(x, n, 2.0f);
  sum<float, 64><<<1, 64>>>(x, total, n);
  check::equal(total.host()[0], 6000);
  int count = 0;
  check::cuda(cudaMemcpyFromSymbol(&count, counter, sizeof count));
  check::equal(count, n);
  check::Device<double> d(std::vector<double>(10, 0.5)), dt(std::vector<double>{0});
  sum<double, 32><<<1, 32>>>(d, dt, 10);
  check::equal(dt.host()[0], 5);

  check::Device<int> out(128);
  const int offset = 5;
  apply<<<1, 128>>>(out, 100, [=] __device__(int i) { return i * i + offset; });
  check::equal(out.host()[9], 86);
  hidden<<<1, 1>>>(out);
  check::equal(out.host()[0], 7);
  same_name<<<1, 1>>>(out);
  check::equal(out.host()[0], 1);
  check::equal(other_file_result(), 2);
  calls<<<1, 1>>>(Big{1.5, 'c', {1, 2, 3, 4, 5}}, 7, out);
  const auto r = out.host();
  check::equal(r[0], 2 + 1 + 6);
  check::equal(r[1], 3);
  check::equal(r[2], 55);
  check::equal(r[3], 14 + 49);
  check::Device<int> which(std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7});
  check::Device<float> chosen(8);
  choose<<<1, 8>>>(which, chosen);
  const auto c = chosen.host();
  const double want[] = {0, std::exp(1), 2, std::sqrt(3), std::cbrt(4), 125, std::atan(6), -1};
  for (int i = 0; i < 8; i++) check::that(std::fabs(c[i] - want[i]) < 1e-4);
  local_array<<<1, 16>>>(out, 3);
  check::equal(out.host()[15], (15 + 3) % 16 * 3);
  say<<<1, 1>>>(42);
  check::cuda(cudaDeviceSynchronize());
  return check::result();
}
