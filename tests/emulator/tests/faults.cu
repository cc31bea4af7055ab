// One misdeed per run: `faults NAME`. CMakeLists.txt says what must be reported.
#include <cublasLt.h>

#include <cassert>
#include <cstring>
#include <map>
#include <string>

#include "check.h"

__global__ void no_syncwarp(int* o) {
  __shared__ int s[32];
  s[threadIdx.x] = threadIdx.x;
  o[threadIdx.x] = static_cast<volatile int*>(s)[threadIdx.x ^ 1];
}
__global__ void with_syncwarp(int* o) {
  __shared__ int s[32];
  s[threadIdx.x] = threadIdx.x;
  __syncwarp();
  o[threadIdx.x] = s[threadIdx.x ^ 1];
}
__global__ void shuffle_is_no_barrier(int* o) {
  __shared__ int s[32];
  s[threadIdx.x] = threadIdx.x;
  const int a = __shfl_xor_sync(~0u, 1, 1);
  o[threadIdx.x] = static_cast<volatile int*>(s)[threadIdx.x ^ 1] + a;
}
__global__ void different_barriers(int* o) {
  if (threadIdx.x < 32)
    __syncthreads();
  else {
    o[0] = 1;
    __syncthreads();
  }
}
__global__ void bad_mask(int* o) {
  if (threadIdx.x < 16) o[threadIdx.x] = __shfl_down_sync(0xffff0000u, 1, 1);
}
__global__ void misaligned(int* o) { *reinterpret_cast<float4*>(o + 1) = make_float4(1, 2, 3, 4); }
__global__ void shared_overrun(int* o) {
  __shared__ int a[32];
  for (int i = threadIdx.x; i <= 32; i += 16) a[i + o[0] * 0] = i;
  __syncthreads();
  o[threadIdx.x] = a[31 - threadIdx.x % 32];
}
__global__ void global_overrun(int* o) { o[64 + threadIdx.x] = 1; }
__global__ void wild(int* o) { *reinterpret_cast<int*>(reinterpret_cast<size_t>(o) & 0xfff) = 1; }
__global__ void asserts(int* o) {
  assert(threadIdx.x < 5);
  o[threadIdx.x] = 1;
}
__global__ void traps(int* o) {
  if (threadIdx.x == 3) __trap();
  o[threadIdx.x] = 1;
}
__global__ void endless(int* o) {
  volatile int* flag = o;
  while (*flag != 12345) {
  }
}
__global__ void barrier_counts(int*) {
  if (threadIdx.x < 32)
    asm volatile("bar.sync 1, 64;");
  else
    asm volatile("bar.sync 1, 32;");
}
__global__ void matrix_outside_shared(int* o) {
  unsigned r;
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(r) : "r"(0x7ffff0));
  o[threadIdx.x] = r;
}
__global__ void matrix_misaligned(int* o) {
  __shared__ __align__(16) uint16_t tile[8 * 8 + 4];
  tile[threadIdx.x] = uint16_t(threadIdx.x);
  __syncwarp();
  const unsigned row = unsigned(__cvta_generic_to_shared(tile + threadIdx.x % 8 * 8 + 2));
  unsigned r;
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(r) : "r"(row));
  o[threadIdx.x] = int(r);
}
__global__ void copy_misaligned(int* o) {
  __shared__ __align__(16) int box[8];
  asm volatile(
      "cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(unsigned(__cvta_generic_to_shared(box))),
      "l"(o + 1)
      : "memory");
  asm volatile("cp.async.wait_all;" ::: "memory");
  o[0] = box[0];
}
__global__ void diverged_masks(int* o) {
  if (threadIdx.x % 32 < 16)
    o[threadIdx.x] = __shfl_xor_sync(~0u, 1, 1);
  else
    o[threadIdx.x] = __reduce_add_sync(~0u, 1);
}
__global__ void read_overrun(const int* in, int* o) { o[threadIdx.x] = in[threadIdx.x + 32]; }
__global__ void unordered(int* o, int value) { o[threadIdx.x] = value; }
__global__ void divide_by_itself(const float* x, float* y) {
  y[threadIdx.x] = __fdividef(x[threadIdx.x], x[threadIdx.x]);
}
__global__ void accumulate(float* sum) { atomicAdd(sum, 1.0f); }
__global__ void copy(const int* from, int* o) { o[threadIdx.x] = from[threadIdx.x]; }

/// Two streams without an event between them: only deferred streams show it.
static void missing_event(int* o) {
  cudaStream_t a, b;
  cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking);
  cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking);
  for (int i = 0; i < 8; i++) {  // sooner or later the wrong one goes first
    check::Device<int> x(std::vector<int>(64, 0)), y(64);
    unordered<<<1, 64, 0, a>>>(x, 7);
    copy<<<1, 64, 0, b>>>(x, y);
    cudaDeviceSynchronize();
    if (y.host()[0] != 7) std::printf("missing event seen\n");
  }
  (void)o;
}

/// A pinned buffer is changed before the asynchronous copy from it has been waited for.
static void early_reuse(int* o) {
  int* pinned;
  cudaMallocHost(&pinned, 4);
  *pinned = 1;
  cudaStream_t s;
  cudaStreamCreate(&s);
  cudaMemcpyAsync(o, pinned, 4, cudaMemcpyHostToDevice, s);
  *pinned = 2;
  cudaStreamSynchronize(s);
  int got;
  cudaMemcpy(&got, o, 4, cudaMemcpyDeviceToHost);
  if (got != 1) std::printf("early reuse seen\n");
}

/// A result is read before the copy to pinned memory has been waited for.
static void early_read(int* o) {
  int* pinned;
  cudaMallocHost(&pinned, 4);
  *pinned = 1;
  cudaMemcpyAsync(pinned, o, 4, cudaMemcpyDeviceToHost, nullptr);
  if (*pinned == 1) std::printf("early read seen\n");
  cudaDeviceSynchronize();
  cudaFreeHost(pinned);
}

/// A kernel reads what has been given back.
static void use_after_free() {
  int *from, *to;
  cudaMalloc(&from, 64 * sizeof(int));
  cudaMalloc(&to, 64 * sizeof(int));
  cudaFree(from);
  copy<<<1, 64>>>(from, to);
}

/// A sum that nobody has set to zero is NaN.
static void missing_memset() {
  check::Device<float> sum(1);
  accumulate<<<1, 32>>>(sum);
  if (std::isnan(sum.host()[0])) std::printf("missing memset seen\n");
}

/// x / x is not 1 when the division is an approximate one.
static void relies_on_exact() {
  check::Device<float> x(std::vector<float>{3, 5, 7, 11, 13, 17, 19, 23}), y(8);
  divide_by_itself<<<1, 8>>>(x, y);
  for (float v : y.host())
    if (v != 1) return void(std::printf("approximation seen\n"));
}

static void leaked_graphs() {
  cudaStream_t s;
  cudaStreamCreate(&s);
  for (int i = 0; i < 4; i++) {
    cudaGraph_t graph;
    cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed);
    cudaStreamEndCapture(s, &graph);
  }
  cudaStreamDestroy(s);
}

static void leaked_descriptors() {
  for (int i = 0; i < 4; i++) {
    cublasLtMatmulDesc_t d;
    cublasLtMatmulDescCreate(&d, CUBLAS_COMPUTE_32F, CUDA_R_32F);
  }
}

static void leaked_events() {
  for (int i = 0; i < 8; i++) {
    cudaEvent_t event;
    cudaEventCreate(&event);
  }
}

int main(int argc, char** argv) {
  const std::string which = argc > 1 ? argv[1] : "";
  const std::map<std::string, void (*)(int*)> kernels = {
      {"no_syncwarp", no_syncwarp},
      {"with_syncwarp", with_syncwarp},
      {"shuffle_is_no_barrier", shuffle_is_no_barrier},
      {"different_barriers", different_barriers},
      {"bad_mask", bad_mask},
      {"misaligned", misaligned},
      {"shared_overrun", shared_overrun},
      {"global_overrun", global_overrun},
      {"wild", wild},
      {"asserts", asserts},
      {"traps", traps},
      {"endless", endless},
      {"barrier_counts", barrier_counts},
      {"matrix_outside_shared", matrix_outside_shared},
      {"matrix_misaligned", matrix_misaligned},
      {"copy_misaligned", copy_misaligned},
      {"diverged_masks", diverged_masks}};
  const std::map<std::string, void (*)()> others = {
      {"leaked_events", leaked_events},           {"leaked_graphs", leaked_graphs},
      {"leaked_descriptors", leaked_descriptors}, {"use_after_free", use_after_free},
      {"missing_memset", missing_memset},         {"relies_on_exact", relies_on_exact}};
  check::Device<int> o(std::vector<int>(64, 0));
  if (which == "host_access") {
    volatile int* p = o;
    return *p;
  }
  if (others.count(which))
    others.at(which)();
  else if (which == "missing_event")
    missing_event(o);
  else if (which == "early_read")
    early_read(o);
  else if (which == "read_overrun")
    read_overrun<<<1, 64>>>(o, check::Device<int>(64));
  else if (which == "early_reuse")
    early_reuse(o);
  else {
    const bool one_warp = which.find("warp") != std::string::npos ||
                          which == "shuffle_is_no_barrier" || which == "diverged_masks" ||
                          which.find("matrix") != std::string::npos;
    kernels.at(which)<<<1, one_warp ? 32 : 64>>>(o);
  }
  std::printf("%s\n", cudaGetErrorName(cudaDeviceSynchronize()));
}
