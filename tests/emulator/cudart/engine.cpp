#include "cudart/engine.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "cudart/device_heap.h"
#include "runtime/options.h"

namespace gpu_emulator::cudart {
namespace {

struct Engine {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<CUstream_st*> streams;
  std::map<int, CUstream_st> legacy;
  std::map<int, cudaError_t> errors;
  uint64_t tickets = 0;
};

Engine& engine() {
  static Engine* e = new Engine;  // never destroyed: programs call CUDA from their own destructors
  return *e;
}

/// The legacy default stream and the blocking streams of a device wait for each other.
bool in_order(const CUstream_st& stream) {
  if (stream.flags & cudaStreamNonBlocking) return true;
  const uint64_t mine = stream.pending.front().ticket;
  for (const CUstream_st* other : engine().streams) {
    if (other == &stream || other->device != stream.device || other->pending.empty()) continue;
    if (other->flags & cudaStreamNonBlocking || (!other->legacy && !stream.legacy)) continue;
    if (other->pending.front().ticket < mine) return false;
  }
  return true;
}

bool can_run(const CUstream_st& stream) {
  if (stream.pending.empty() || !in_order(stream)) return false;
  const Operation& operation = stream.pending.front();
  return device_error(stream.device) || !operation.ready || operation.ready();
}

void run_front(CUstream_st& stream) {
  Operation operation = std::move(stream.pending.front());
  stream.pending.pop_front();
  if (device_error(stream.device) == cudaSuccess || operation.even_after_error) {
    DeviceMemoryAccess access(stream.device);
    const cudaError_t error = operation.run();
    if (error != cudaSuccess) set_device_error(stream.device, error);
  }
  engine().changed.notify_all();
}

/// A capture in global mode concerns every thread, a thread-local one only its own.
bool concerns_this_thread(const Capture& c) {
  if (c.mode == cudaStreamCaptureModeRelaxed) return false;
  const bool mine = c.thread == std::this_thread::get_id();
  if (c.mode == cudaStreamCaptureModeThreadLocal) return mine;
  return mine || thread_capture_mode() == cudaStreamCaptureModeGlobal;
}

/// The captures, each once, that a call of this thread may not disturb.
std::vector<Capture*> captures() {
  std::vector<Capture*> found;
  if (thread_capture_mode() == cudaStreamCaptureModeRelaxed) return found;
  for (const CUstream_st* s : engine().streams)
    if (s->capture && s->capture->origin == s && concerns_this_thread(*s->capture))
      found.push_back(s->capture.get());
  return found;
}

/// The legacy stream waits for every blocking stream, so it cannot be used while one captures.
bool legacy_is_blocked() {
  const auto& all = engine().streams;
  return !captures().empty() || std::any_of(all.begin(), all.end(), [](const CUstream_st* s) {
    return s->capture && !(s->flags & cudaStreamNonBlocking);
  });
}

cudaError_t add_to_capture(CUstream_st& stream, Operation operation) {
  if (!stream.capture->valid) return cudaErrorStreamCaptureInvalidated;
  auto& nodes = stream.capture->graph->nodes;
  nodes.push_back({std::move(operation), stream.last_nodes});
  stream.last_nodes = {int(nodes.size()) - 1};
  return cudaSuccess;
}

}  // namespace

Lock::Lock() : lock_(engine().mutex) {}

CUstream_st& resolve(cudaStream_t stream) { return resolve(stream, current_device()); }

CUstream_st& resolve(cudaStream_t stream, int device) {
  if (stream == nullptr || stream == cudaStreamLegacy) {
    CUstream_st& legacy = engine().legacy[device];
    if (!legacy.legacy) {
      legacy.legacy = true;
      legacy.device = device;
      register_stream(&legacy);
    }
    return legacy;
  }
  if (stream == cudaStreamPerThread) {
    thread_local std::map<int, CUstream_st*> mine;
    CUstream_st*& s = mine[device];
    if (!s) {
      s = new CUstream_st;  // lives as long as the process, as its operations may
      s->device = device;
      register_stream(s);
    }
    return *s;
  }
  return *stream;
}

void register_stream(CUstream_st* stream) { engine().streams.push_back(stream); }

void unregister_stream(CUstream_st* stream) { std::erase(engine().streams, stream); }

cudaError_t submit(cudaStream_t handle, Operation operation) {
  CUstream_st& stream = resolve(handle);
  if (stream.capture) return add_to_capture(stream, std::move(operation));
  if (stream.legacy && legacy_is_blocked()) return cudaErrorStreamCaptureImplicit;
  if (cudaError_t error = device_error(stream.device); error && !operation.even_after_error)
    return error;
  operation.ticket = ++engine().tickets;
  stream.pending.push_back(std::move(operation));
  engine().changed.notify_all();
  if (!options().deferred_streams)
    while (run_one()) {
    }
  return cudaSuccess;
}

void wake_waiting() { engine().changed.notify_all(); }

bool run_one() {
  std::vector<CUstream_st*> runnable;
  for (CUstream_st* s : engine().streams)
    if (can_run(*s)) runnable.push_back(s);
  if (runnable.empty()) return false;
  CUstream_st* chosen = runnable[0];
  if (options().deferred_streams) chosen = runnable[next_random() % runnable.size()];
  run_front(*chosen);
  return true;
}

cudaError_t wait_until(Lock& lock, const std::function<bool()>& done) {
  const auto limit = std::chrono::seconds(options().timeout_seconds);
  while (!done()) {
    if (run_one()) continue;
    if (engine().changed.wait_for(lock.get(), limit) == std::cv_status::timeout && !done() &&
        !run_one()) {
      std::fprintf(stderr, "gpu_emulator: stream work cannot proceed: %s\n",
                   "it waits for an event or a rank that never comes");
      return cudaErrorLaunchTimeout;
    }
  }
  return cudaSuccess;
}

cudaError_t synchronise(Lock& lock, CUstream_st& stream) {
  if (cudaError_t e = wait_until(lock, [&] { return stream.pending.empty(); })) return e;
  return device_error(stream.device);
}

cudaError_t synchronise_device(Lock& lock, int device) {
  const auto idle = [device] {
    return std::all_of(engine().streams.begin(), engine().streams.end(),
                       [device](auto* s) { return s->device != device || s->pending.empty(); });
  };
  if (cudaError_t e = wait_until(lock, idle)) return e;
  return device_error(device);
}

cudaError_t forbid_during_capture(cudaStream_t handle) {
  CUstream_st& stream = resolve(handle);
  if (stream.capture) {
    stream.capture->valid = false;
    return cudaErrorStreamCaptureUnsupported;
  }
  return stream.legacy && legacy_is_blocked() ? cudaErrorStreamCaptureImplicit : cudaSuccess;
}

cudaError_t forbid_during_any_capture() {
  const auto disturbed = captures();
  for (Capture* c : disturbed) c->valid = false;
  return disturbed.empty() ? cudaSuccess : cudaErrorStreamCaptureUnsupported;
}

cudaStreamCaptureMode& thread_capture_mode() {
  thread_local cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  return mode;
}

void leave_capture(const Capture& capture) {
  for (CUstream_st* s : engine().streams) {
    if (s->capture.get() != &capture) continue;
    s->capture = nullptr;
    s->last_nodes.clear();
  }
}

cudaError_t device_error(int device) {
  const auto found = engine().errors.find(device);
  return found == engine().errors.end() ? cudaSuccess : found->second;
}

void set_device_error(int device, cudaError_t error) { engine().errors[device] = error; }

}  // namespace gpu_emulator::cudart
