// Stream capture in its three modes, what a graph may hold, and what a program asks of the runtime
// before it starts. `capture devices` only prints what cudaGetDeviceCount says.
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include "check.h"

__global__ void scale(float* x, const float* factor, int n) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) x[i] *= *factor;
}

__global__ void with_local_array(int* out, int n) {
  int a[40];
  for (int i = 0; i < 40; i++) a[i] = i * n;
  out[threadIdx.x] = a[(threadIdx.x + unsigned(n)) % 40];
}

static void in_another_thread(const std::function<void()>& work) { std::thread(work).join(); }

static cudaError_t allocate() {
  void* p = nullptr;
  const cudaError_t e = cudaMalloc(&p, 64);
  cudaFree(p);
  cudaGetLastError();
  return e;
}

/// What an allocation says during a capture, and what becomes of the capture.
static void during(cudaStreamCaptureMode mode, bool other_thread, cudaError_t allocation,
                   cudaError_t end) {
  cudaStream_t s;
  cudaGraph_t graph = nullptr;
  check::cuda(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
  check::cuda(cudaStreamBeginCapture(s, mode));
  cudaError_t got = cudaSuccess;
  if (other_thread)
    in_another_thread([&] { got = allocate(); });
  else
    got = allocate();
  check::is_error(got, allocation);
  check::is_error(cudaStreamEndCapture(s, &graph), end);
  cudaGetLastError();
  if (graph) check::cuda(cudaGraphDestroy(graph));
  check::cuda(cudaStreamDestroy(s));
}

static void modes() {
  const auto refused = cudaErrorStreamCaptureUnsupported,
             spoiled = cudaErrorStreamCaptureInvalidated;
  during(cudaStreamCaptureModeGlobal, false, refused, spoiled);
  during(cudaStreamCaptureModeGlobal, true, refused, spoiled);
  during(cudaStreamCaptureModeThreadLocal, false, refused, spoiled);
  during(cudaStreamCaptureModeThreadLocal, true, cudaSuccess, cudaSuccess);
  during(cudaStreamCaptureModeRelaxed, false, cudaSuccess, cudaSuccess);
  cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
  check::cuda(cudaThreadExchangeStreamCaptureMode(&mode));
  during(cudaStreamCaptureModeGlobal, false, cudaSuccess, cudaSuccess);
  check::cuda(cudaThreadExchangeStreamCaptureMode(&mode));
  cudaStream_t s;
  cudaGraph_t graph = nullptr;
  check::cuda(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
  check::cuda(cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
  in_another_thread(
      [&] { check::is_error(cudaStreamEndCapture(s, &graph), cudaErrorStreamCaptureWrongThread); });
  check::cuda(cudaStreamEndCapture(s, &graph));
  check::cuda(cudaGraphDestroy(graph));
  check::cuda(cudaStreamDestroy(s));
}

struct Buffers {
  static constexpr int n = 100;
  float *in = nullptr, *out = nullptr, *factor = nullptr;
  check::Device<float> x{n}, f{1};
  int calls = 0;
  Buffers() {
    check::cuda(cudaHostAlloc(&in, n * sizeof(float), cudaHostAllocDefault));
    check::cuda(cudaMallocHost(&out, n * sizeof(float)));
    check::cuda(cudaMallocHost(&factor, sizeof(float)));
  }
  ~Buffers() {
    for (float* p : {in, out, factor}) check::cuda(cudaFreeHost(p));
  }
  /// Copies, a memory set, a kernel, a host function and events of a second stream.
  void enqueue(cudaStream_t s, cudaStream_t side, cudaEvent_t fork, cudaEvent_t join) {
    check::cuda(cudaMemsetAsync(x, 0, n * sizeof(float), s));
    check::cuda(cudaMemcpyAsync(x, in, n * sizeof(float) / 2, cudaMemcpyHostToDevice, s));
    check::cuda(cudaEventRecord(fork, s));
    check::cuda(cudaStreamWaitEvent(side, fork));
    check::cuda(cudaMemcpyAsync(f, factor, sizeof(float), cudaMemcpyHostToDevice, side));
    check::cuda(cudaEventRecord(join, side));
    check::cuda(cudaStreamWaitEvent(s, join));
    scale<<<2, 64, 0, s>>>(x, f, n);
    check::cuda(cudaMemcpyAsync(out, x, n * sizeof(float), cudaMemcpyDeviceToHost, s));
    check::cuda(cudaLaunchHostFunc(
        s, [](void* p) { ++*static_cast<int*>(p); }, &calls));
  }
};

static void replay() {
  Buffers b;
  cudaStream_t s, side;
  cudaEvent_t fork, join;
  for (auto* p : {&s, &side}) check::cuda(cudaStreamCreateWithFlags(p, cudaStreamNonBlocking));
  for (auto* p : {&fork, &join}) check::cuda(cudaEventCreateWithFlags(p, cudaEventDisableTiming));
  cudaGraph_t graph;
  cudaGraphExec_t exec;
  check::cuda(cudaStreamBeginCapture(s, cudaStreamCaptureModeThreadLocal));
  b.enqueue(s, side, fork, join);
  cudaStreamCaptureStatus status;
  check::cuda(cudaStreamIsCapturing(side, &status));
  check::equal(int(status), int(cudaStreamCaptureStatusActive));
  check::cuda(cudaStreamEndCapture(s, &graph));
  check::cuda(cudaGraphInstantiate(&exec, graph, 0));
  check::cuda(cudaGraphDestroy(graph));  // the executable graph has its own copy
  for (int i = 1; i <= 3; i++) {
    for (int j = 0; j < b.n; j++) b.in[j] = float(j + i);
    *b.factor = float(i);
    check::cuda(cudaGraphLaunch(exec, s));
    check::cuda(cudaStreamSynchronize(s));
    check::equal(b.out[49], float(i * (49 + i)));
    check::equal(b.out[50], 0);
    check::equal(b.calls, i);
  }
  check::cuda(cudaGraphExecDestroy(exec));
  for (auto e : {fork, join}) check::cuda(cudaEventDestroy(e));
  for (auto p : {s, side}) check::cuda(cudaStreamDestroy(p));
}

static void questions() {
  int runtime = 0, driver = 0;
  check::cuda(cudaRuntimeGetVersion(&runtime));
  check::cuda(cudaDriverGetVersion(&driver));
  check::equal(runtime, CUDART_VERSION);
  check::that(driver >= runtime);
  check::that(!std::strcmp(cudaGetErrorString(cudaErrorIllegalState),
                           "the operation cannot be performed in the present state"));
  check::that(
      !std::strcmp(cudaGetErrorName(cudaErrorInsufficientDriver), "cudaErrorInsufficientDriver"));
  int major = 0, minor = 0;
  check::cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  check::cuda(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, 0));
  cudaDeviceProp p;
  check::cuda(cudaGetDeviceProperties(&p, 0));
  check::that(p.major == major && p.minor == minor && p.totalGlobalMem > 0);
  cudaFuncAttributes a;
  check::cuda(cudaFuncGetAttributes(&a, with_local_array));
  check::equal(a.localSizeBytes, 160);
  check::cuda(cudaFuncGetAttributes(&a, scale));
  check::equal(a.localSizeBytes, 0);
}

int main(int argc, char** argv) {
  if (argc > 1 && std::string(argv[1]) == "devices") {
    int count = -1;
    const cudaError_t e = cudaGetDeviceCount(&count);
    std::printf("%s, %d devices\n", cudaGetErrorName(e), count);
    return 0;
  }
  modes();
  replay();
  questions();
  check::cuda(cudaDeviceSynchronize());
  return check::result();
}
