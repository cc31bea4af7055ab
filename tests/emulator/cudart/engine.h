// Streams as queues of operations, and the one engine that runs them.
//
// Eager mode runs an operation as soon as its order allows. Deferred mode
// (GPU_EMULATOR_DEFERRED_STREAMS=1) runs nothing before a synchronisation point and then takes the
// streams in random order, so that work which lacks an event or a synchronisation shows.
#pragma once
#include <cuda_runtime_api.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace gpu_emulator::cudart {

struct Operation {
  std::function<cudaError_t()> run;
  std::function<bool()> ready;  // empty: whenever its turn comes
  cudaGraphNodeType type = cudaGraphNodeTypeKernel;
  bool even_after_error = false;  // events complete on a broken device, so that waits end
  uint64_t ticket = 0;            // global submission order
};

struct Capture {
  cudaGraph_t graph;
  cudaStream_t origin;
  cudaStreamCaptureMode mode;
  std::thread::id thread;  // that began it
  bool valid = true;
};

/// Everything in this library runs under one lock; kernels too.
class Lock {
 public:
  Lock();
  std::unique_lock<std::mutex>& get() { return lock_; }

 private:
  std::unique_lock<std::mutex> lock_;
};

CUstream_st& resolve(cudaStream_t stream);  // default streams too, of the current device
CUstream_st& resolve(cudaStream_t stream, int device);
cudaError_t submit(cudaStream_t stream, Operation operation);
/// Runs operations until `done`. Waits for other host threads where nothing can run.
cudaError_t wait_until(Lock& lock, const std::function<bool()>& done);
cudaError_t synchronise(Lock& lock, CUstream_st& stream);
cudaError_t synchronise_device(Lock& lock, int device);
void wake_waiting();  // something outside the streams has changed
bool run_one();       // one operation of any stream; false when none can run

void register_stream(CUstream_st* stream);
void unregister_stream(CUstream_st* stream);

/// Capture rules: a synchronising call is not allowed while a capture could see it.
cudaError_t forbid_during_capture(cudaStream_t stream);
cudaError_t forbid_during_any_capture();
/// The calling thread's mode: relaxed lets it do what a capture would forbid.
cudaStreamCaptureMode& thread_capture_mode();
void leave_capture(const Capture& capture);  // all streams that it drew in

int current_device();
uint32_t shared_bytes_of_multiprocessor();
uint32_t shared_bytes_of_block();      // at most, with opt-in
cudaError_t device_error(int device);  // sticky
void set_device_error(int device, cudaError_t error);
cudaError_t record(cudaError_t error);  // remembers it for cudaGetLastError and returns it

}  // namespace gpu_emulator::cudart

struct CUstream_st {
  int device = 0;
  unsigned flags = 0;
  int priority = 0;
  bool legacy = false;
  std::deque<gpu_emulator::cudart::Operation> pending;
  std::shared_ptr<gpu_emulator::cudart::Capture> capture;
  std::vector<int> last_nodes;  // of the capture: what the next node depends on
};

struct CUevent_st {
  unsigned flags = 0;
  struct Recording {
    bool done = false;
    double milliseconds = 0;
  };
  std::shared_ptr<Recording> recording;  // the latest cudaEventRecord
  std::shared_ptr<gpu_emulator::cudart::Capture> capture;
  std::vector<int> nodes;  // when recorded in a capture
};

struct CUgraph_st {
  struct Node {
    gpu_emulator::cudart::Operation operation;
    std::vector<int> dependencies;
  };
  std::vector<Node> nodes;
};

struct CUgraphExec_st {
  std::vector<CUgraph_st::Node> nodes;
};
