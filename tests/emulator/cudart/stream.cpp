// Streams and events.
#include <cuda_runtime_api.h>

#include <chrono>

#include "cudart/engine.h"
#include "runtime/kernel.h"
#include "runtime/options.h"

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int priority) {
  Lock lock;
  *stream = new CUstream_st;
  statistics.streams++;
  (*stream)->device = current_device();
  (*stream)->flags = flags;
  (*stream)->priority = priority;
  register_stream(*stream);
  return cudaSuccess;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return cudaStreamCreateWithPriority(stream, flags, 0);
}
cudaError_t cudaStreamCreate(cudaStream_t* stream) { return cudaStreamCreateWithFlags(stream, 0); }

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  Lock lock;
  if (!stream || stream == cudaStreamLegacy || stream == cudaStreamPerThread)
    return record(cudaErrorInvalidResourceHandle);
  // CUDA lets pending work finish in the background; here it is finished now.
  const cudaError_t e = wait_until(lock, [stream] { return stream->pending.empty(); });
  unregister_stream(stream);
  delete stream;
  statistics.streams--;
  return record(e);
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  Lock lock;
  if (cudaError_t e = forbid_during_capture(stream)) return record(e);
  return record(synchronise(lock, resolve(stream)));
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  Lock lock;
  if (cudaError_t e = forbid_during_capture(stream)) return record(e);
  CUstream_st& s = resolve(stream);
  if (s.pending.empty()) return record(device_error(s.device));
  run_one();  // so that polling gets somewhere
  return cudaErrorNotReady;
}

cudaError_t cudaStreamGetFlags(cudaStream_t stream, unsigned* flags) {
  Lock lock;
  *flags = resolve(stream).flags;
  return cudaSuccess;
}
cudaError_t cudaStreamGetPriority(cudaStream_t stream, int* priority) {
  Lock lock;
  *priority = resolve(stream).priority;
  return cudaSuccess;
}
cudaError_t cudaStreamGetDevice(cudaStream_t stream, int* device) {
  Lock lock;
  *device = resolve(stream).device;
  return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
  Lock lock;
  const auto run = [=] {
    function(data);
    return cudaSuccess;
  };
  return record(submit(stream, {.run = run, .ready = {}, .type = cudaGraphNodeTypeHost}));
}

cudaError_t cudaStreamAddCallback(cudaStream_t stream, cudaStreamCallback_t callback, void* data,
                                  unsigned) {
  Lock lock;
  const auto run = [=] {
    callback(stream, cudaSuccess, data);
    return cudaSuccess;
  };
  return record(submit(stream, {.run = run, .ready = {}, .type = cudaGraphNodeTypeHost}));
}

// ---- events

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  Lock lock;
  *event = new CUevent_st;
  statistics.events++;
  (*event)->flags = flags;
  return cudaSuccess;
}
cudaError_t cudaEventCreate(cudaEvent_t* event) { return cudaEventCreateWithFlags(event, 0); }

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  if (!event) return record(cudaErrorInvalidResourceHandle);
  Lock lock;
  delete event;
  statistics.events--;
  return cudaSuccess;
}

cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
  Lock lock;
  if (!event) return record(cudaErrorInvalidResourceHandle);
  CUstream_st& s = resolve(stream);
  if (s.capture) {
    event->capture = s.capture;
    event->nodes = s.last_nodes;
    return record(s.capture->valid ? cudaSuccess : cudaErrorStreamCaptureInvalidated);
  }
  event->capture = nullptr;
  event->recording = std::make_shared<CUevent_st::Recording>();
  const auto run = [recording = event->recording] {
    using namespace std::chrono;
    recording->done = true;
    recording->milliseconds =
        duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
    return cudaSuccess;
  };
  return record(submit(
      stream,
      {.run = run, .ready = {}, .type = cudaGraphNodeTypeEventRecord, .even_after_error = true}));
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return cudaEventRecordWithFlags(event, stream, 0);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  Lock lock;
  if (!event) return record(cudaErrorInvalidResourceHandle);
  CUstream_st& s = resolve(stream);
  if (event->capture) {  // draws the waiting stream into the capture
    if (s.capture && s.capture != event->capture) return record(cudaErrorStreamCaptureIsolation);
    if (s.legacy) return record(cudaErrorStreamCaptureImplicit);
    s.capture = event->capture;
    s.last_nodes.insert(s.last_nodes.end(), event->nodes.begin(), event->nodes.end());
    return cudaSuccess;
  }
  if (s.capture) {
    s.capture->valid = false;
    return record(cudaErrorStreamCaptureIsolation);
  }
  if (!event->recording) return cudaSuccess;  // never recorded: counts as complete
  return record(submit(stream, {.run = [] { return cudaSuccess; },
                                .ready = [recording = event->recording] { return recording->done; },
                                .type = cudaGraphNodeTypeWaitEvent}));
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  Lock lock;
  if (event->capture) return record(cudaErrorCapturedEvent);
  if (!event->recording) return cudaSuccess;
  return record(wait_until(lock, [r = event->recording] { return r->done; }));
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  Lock lock;
  if (event->capture) return record(cudaErrorCapturedEvent);
  if (!event->recording || event->recording->done) return cudaSuccess;
  run_one();
  return cudaErrorNotReady;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  Lock lock;
  if (!start || !end || !start->recording || !end->recording ||
      ((start->flags | end->flags) & cudaEventDisableTiming))
    return record(cudaErrorInvalidResourceHandle);
  if (!start->recording->done || !end->recording->done) return cudaErrorNotReady;
  *milliseconds = float(end->recording->milliseconds - start->recording->milliseconds);
  return cudaSuccess;
}
