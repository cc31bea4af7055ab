// The CUDA runtime look-alike: memory, errors, launches, streams, events, graphs, devices.
#include <cstdio>
#include <cstring>

#include "check.h"

__global__ void fill(int* x, int n, int value) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] = value;
}
__global__ void add(int* x, const int* y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] += y[i];
}
__global__ void use_shared(int* out) {
  extern __shared__ int box[];
  box[threadIdx.x] = 1;
  out[0] = box[threadIdx.x];
}
__global__ void __launch_bounds__(64) bounded(int* out) { out[threadIdx.x] = 1; }
__global__ void read_peer(const int* from, int* to) { *to = *from; }

static void memory() {
  float* p = nullptr;
  check::cuda(cudaMalloc(&p, 1000 * sizeof(float)));
  std::vector<float> h(1000, 0);
  check::cuda(cudaMemcpy(h.data(), p, 4000, cudaMemcpyDeviceToHost));
  check::that(std::isnan(h[0]) && std::isnan(h[999]), "fresh memory is NaN");
  check::is_error(cudaMemcpy(p, h.data(), 4004, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  check::is_error(cudaMemcpy(h.data(), p, 4000, cudaMemcpyHostToDevice), cudaErrorInvalidValue);
  check::is_error(cudaGetLastError(), cudaErrorInvalidValue);
  check::is_error(cudaGetLastError(), cudaSuccess);
  check::cuda(cudaMemset(p, 0, 4000));
  check::cuda(cudaMemset2D(p, 40, 0xff, 4, 10));
  check::cuda(cudaMemcpy2D(h.data(), 8, p, 40, 8, 10, cudaMemcpyDeviceToHost));
  check::that(std::isnan(h[0]) && h[1] == 0 && std::isnan(h[2]), "2D copies");
  cudaPointerAttributes a;
  check::cuda(cudaPointerGetAttributes(&a, p + 3));
  check::that(a.type == cudaMemoryTypeDevice);
  check::cuda(cudaPointerGetAttributes(&a, h.data()));
  check::that(a.type == cudaMemoryTypeUnregistered);
  size_t free_before, free_after, total;
  check::cuda(cudaMemGetInfo(&free_before, &total));
  check::cuda(cudaFree(p));
  check::cuda(cudaMemGetInfo(&free_after, &total));
  check::equal(free_after, free_before + 4000);
  check::is_error(cudaFree(p), cudaErrorInvalidValue);
  void* huge = nullptr;
  check::is_error(cudaMalloc(&huge, total + 1), cudaErrorMemoryAllocation);
  check::that(huge == nullptr);
  check::is_error(cudaGetLastError(), cudaErrorMemoryAllocation);
  void *x, *y;
  check::cuda(cudaMalloc(&x, total / 2));  // 64 MB in this test
  check::is_error(cudaMalloc(&y, total / 2 + 1), cudaErrorMemoryAllocation);
  check::cuda(cudaFree(x));
  int* pinned;
  check::cuda(cudaMallocHost(&pinned, 64));
  check::cuda(cudaPointerGetAttributes(&a, pinned));
  check::that(a.type == cudaMemoryTypeHost);
  check::cuda(cudaFreeHost(pinned));
  check::cuda(cudaHostRegister(h.data(), 4000, cudaHostRegisterDefault));
  check::is_error(cudaHostRegister(h.data(), 4000, 0), cudaErrorHostMemoryAlreadyRegistered);
  check::cuda(cudaHostUnregister(h.data()));
  cudaGetLastError();
}

static void launches() {
  check::Device<int> out(2048);
  const auto launch = [&](dim3 grid, dim3 block, size_t shared) {
    fill<<<grid, block, shared>>>(out, 0, 0);
    return cudaGetLastError();
  };
  check::is_error(launch(1, 1024, 0), cudaSuccess);
  check::is_error(launch(1, 1025, 0), cudaErrorInvalidConfiguration);
  check::is_error(launch(0, 32, 0), cudaErrorInvalidConfiguration);
  check::is_error(launch(dim3(1, 65536), 32, 0), cudaErrorInvalidConfiguration);
  bounded<<<1, 65>>>(out);
  check::is_error(cudaGetLastError(), cudaErrorLaunchOutOfResources);
  use_shared<<<1, 1, 48 * 1024 + 1>>>(out);
  check::is_error(cudaGetLastError(), cudaErrorInvalidValue);
  check::is_error(
      cudaFuncSetAttribute(use_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, 228 * 1024),
      cudaErrorInvalidValue);
  check::cuda(
      cudaFuncSetAttribute(use_shared, cudaFuncAttributeMaxDynamicSharedMemorySize, 100 * 1024));
  cudaGetLastError();
  use_shared<<<1, 1, 100 * 1024>>>(out);
  check::cuda(cudaGetLastError());
  int blocks = 0;
  check::cuda(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, use_shared, 256, 100 * 1024));
  check::equal(blocks, 1);
  cudaLaunchConfig_t config = {};
  config.gridDim = 2;
  config.blockDim = 64;
  check::cuda(cudaLaunchKernelEx(&config, fill, static_cast<int*>(out), 128, 9));
  check::equal(out.host()[127], 9);
  cudaFuncAttributes attributes;
  check::cuda(cudaFuncGetAttributes(&attributes, bounded));
  check::equal(attributes.maxThreadsPerBlock, 64);
}

static void streams() {
  constexpr int n = 256;
  cudaStream_t a, b;
  cudaEvent_t ready, start, stop;
  check::cuda(cudaStreamCreateWithFlags(&a, cudaStreamNonBlocking));
  check::cuda(cudaStreamCreateWithFlags(&b, cudaStreamNonBlocking));
  check::cuda(cudaEventCreateWithFlags(&ready, cudaEventDisableTiming));
  check::cuda(cudaEventCreate(&start));
  check::cuda(cudaEventCreate(&stop));
  check::Device<int> x(n), y(n);
  int* pinned;
  check::cuda(cudaMallocHost(&pinned, n * sizeof(int)));
  check::cuda(cudaEventRecord(start, a));
  fill<<<2, 128, 0, a>>>(x, n, 1);
  check::cuda(cudaEventRecord(ready, a));
  fill<<<2, 128, 0, b>>>(y, n, 2);
  check::cuda(cudaStreamWaitEvent(b, ready));
  add<<<2, 128, 0, b>>>(y, x, n);
  check::cuda(cudaMemcpyAsync(pinned, y, n * sizeof(int), cudaMemcpyDeviceToHost, b));
  check::cuda(cudaEventRecord(stop, b));
  while (cudaEventQuery(stop) == cudaErrorNotReady) {
  }
  check::equal(pinned[n - 1], 3);
  float milliseconds = -1;
  check::cuda(cudaEventElapsedTime(&milliseconds, start, stop));
  check::that(milliseconds >= 0);
  check::is_error(cudaEventElapsedTime(&milliseconds, start, ready),
                  cudaErrorInvalidResourceHandle);
  int called = 0;
  check::cuda(cudaLaunchHostFunc(
      a, [](void* p) { *static_cast<int*>(p) = 1; }, &called));
  check::cuda(cudaStreamSynchronize(a));
  check::equal(called, 1);
  int* temporary;
  check::cuda(cudaMallocAsync(&temporary, 1024, a));
  fill<<<2, 128, 0, a>>>(temporary, n, 5);
  check::cuda(cudaFreeAsync(temporary, a));
  check::cuda(cudaDeviceSynchronize());
  cudaGetLastError();
  for (cudaEvent_t e : {ready, start, stop}) check::cuda(cudaEventDestroy(e));
  for (cudaStream_t s : {a, b}) check::cuda(cudaStreamDestroy(s));
  check::cuda(cudaFreeHost(pinned));
}

/// Fork and join inside a capture, replay, update.
static cudaGraph_t capture(cudaStream_t a, cudaStream_t b, int* x, int* y, int n, int value,
                           bool join) {
  cudaEvent_t fork, joined;
  cudaEventCreate(&fork);
  cudaEventCreate(&joined);
  check::cuda(cudaStreamBeginCapture(a, cudaStreamCaptureModeGlobal));
  check::cuda(cudaMemsetAsync(x, 0, n * sizeof(int), a));
  check::cuda(cudaEventRecord(fork, a));
  check::cuda(cudaStreamWaitEvent(b, fork));
  fill<<<1, n, 0, b>>>(y, n, value);
  fill<<<1, n, 0, a>>>(x, n, 10);
  if (join) {
    check::cuda(cudaEventRecord(joined, b));
    check::cuda(cudaStreamWaitEvent(a, joined));
  }
  add<<<1, n, 0, a>>>(x, y, n);
  cudaGraph_t graph;
  check::is_error(cudaStreamEndCapture(a, &graph),
                  join ? cudaSuccess : cudaErrorStreamCaptureUnjoined);
  cudaGetLastError();
  cudaEventDestroy(fork);
  cudaEventDestroy(joined);
  return graph;
}

static void graphs() {
  constexpr int n = 64;
  cudaStream_t a, b;
  cudaStreamCreate(&a);
  cudaStreamCreate(&b);
  check::Device<int> x(std::vector<int>(n, -1)), y(n);
  const cudaGraph_t graph = capture(a, b, x, y, n, 1, true);
  check::equal(x.host()[0], -1);  // captured, not run
  size_t nodes = 0;
  check::cuda(cudaGraphGetNodes(graph, nullptr, &nodes));
  check::equal(nodes, 4);
  cudaGraphExec_t exec;
  check::cuda(cudaGraphInstantiate(&exec, graph, 0));
  for (int i = 0; i < 3; i++) check::cuda(cudaGraphLaunch(exec, a));
  check::cuda(cudaStreamSynchronize(a));
  check::equal(x.host()[n - 1], 11);
  const cudaGraph_t other = capture(a, b, x, y, n, 5, true);
  cudaGraphExecUpdateResultInfo info;
  check::cuda(cudaGraphExecUpdate(exec, other, &info));
  check::cuda(cudaGraphLaunch(exec, a));
  check::cuda(cudaStreamSynchronize(a));
  check::equal(x.host()[0], 15);
  cudaGraph_t empty;
  check::cuda(cudaGraphCreate(&empty, 0));
  check::is_error(cudaGraphExecUpdate(exec, empty, &info), cudaErrorGraphExecUpdateFailure);
  capture(a, b, x, y, n, 1, false);
  // A synchronising call spoils the capture.
  check::cuda(cudaStreamBeginCapture(a, cudaStreamCaptureModeGlobal));
  check::is_error(cudaStreamSynchronize(a), cudaErrorStreamCaptureUnsupported);
  cudaGraph_t spoiled;
  check::is_error(cudaStreamEndCapture(a, &spoiled), cudaErrorStreamCaptureInvalidated);
  check::cuda(cudaStreamBeginCapture(a, cudaStreamCaptureModeGlobal));
  void* p;
  check::is_error(cudaMalloc(&p, 8), cudaErrorStreamCaptureUnsupported);
  cudaStreamEndCapture(a, &spoiled);
  cudaGetLastError();
  for (cudaGraph_t g : {graph, other, empty}) check::cuda(cudaGraphDestroy(g));
  check::cuda(cudaGraphExecDestroy(exec));
  cudaStreamDestroy(a);
  cudaStreamDestroy(b);
}

static void devices() {
  int count = 0, value = 0;
  check::cuda(cudaGetDeviceCount(&count));
  check::equal(count, 2);
  cudaDeviceProp p;
  check::cuda(cudaGetDeviceProperties(&p, 1));
  check::that(p.multiProcessorCount == 132 && p.warpSize == 32 && p.major >= 8);
  check::cuda(cudaDeviceGetAttribute(&value, cudaDevAttrMaxSharedMemoryPerBlockOptin, 0));
  check::equal(value, 163 * 1024);  // compute capability 8.0
  check::is_error(cudaSetDevice(2), cudaErrorInvalidDevice);
  check::cuda(cudaSetDevice(0));
  check::Device<int> zero(std::vector<int>{42});
  check::cuda(cudaSetDevice(1));
  check::Device<int> one(std::vector<int>{0});
  check::cuda(cudaMemcpyPeer(one, 1, zero, 0, sizeof(int)));
  check::equal(one.host()[0], 42);
  check::cuda(cudaDeviceCanAccessPeer(&value, 1, 0));
  check::equal(value, 1);
  check::cuda(cudaDeviceEnablePeerAccess(0, 0));
  read_peer<<<1, 1>>>(zero, one);
  check::cuda(cudaDeviceSynchronize());
  check::cuda(cudaDeviceDisablePeerAccess(0));
#if !defined(__SANITIZE_ADDRESS__)
  read_peer<<<1, 1>>>(zero, one);
  check::is_error(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  check::is_error(cudaGetLastError(), cudaErrorIllegalAddress);
  check::is_error(cudaGetLastError(), cudaErrorIllegalAddress);  // sticky
  check::cuda(cudaDeviceReset());
#endif
  check::cuda(cudaSetDevice(0));
  cudaGetLastError();
}

/// The most dynamic shared memory that this device gives a block, found by trying.
static void most_shared_memory() {
  int kib = 0;
  while (cudaFuncSetAttribute(use_shared, cudaFuncAttributeMaxDynamicSharedMemorySize,
                              (kib + 1) * 1024) == cudaSuccess)
    kib++;
  std::printf("at most %d KiB\n", kib);
}

int main(int argc, char** argv) {
  if (argc > 1 && !std::strcmp(argv[1], "shared")) {
    most_shared_memory();
    return 0;
  }
  memory();
  launches();
  streams();
  graphs();
  devices();
  check::that(
      !std::strcmp(cudaGetErrorName(cudaErrorMemoryAllocation), "cudaErrorMemoryAllocation"));
  return check::result();
}
