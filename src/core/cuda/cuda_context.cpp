#include "core/cuda/cuda_context.h"

#include <string>
#include <utility>

#include "core/cuda/check.h"
#include "core/cuda/create.h"
#include "core/cuda/graph.h"
#include "core/cuda/pinned_readback.h"

namespace electra {

namespace {

constexpr Index staging_half = Index{4} << 20;  // several steps' batches
constexpr int oldest_capability = 80;           // bf16 on tensor cores, cp.async

void check_driver() {
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status == cudaErrorInsufficientDriver)
    throw DeviceError(
        "cuda: the NVIDIA driver is older than the CUDA toolkit that libelectra was built with; "
        "update the driver, or build with an older toolkit");
  if (status == cudaErrorNoDevice || (status == cudaSuccess && count == 0))
    throw DeviceError("cuda: no NVIDIA GPU was found; use the device cpu");
  cuda::check(status, "cudaGetDeviceCount");
}

void check_device(int index) {
  int count = 0;
  cuda::check(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
  if (index < 0 || index >= count)
    throw DeviceError("cuda: expected a device from cuda:0 to cuda:" + std::to_string(count - 1) +
                      ", found cuda:" + std::to_string(index));
  int major = 0, minor = 0;
  cuda::check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index),
              "cudaDeviceGetAttribute");
  cuda::check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index),
              "cudaDeviceGetAttribute");
  if (10 * major + minor >= oldest_capability) return;
  cudaDeviceProp properties{};
  cuda::check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  throw DeviceError("cuda:" + std::to_string(index) + ": " + properties.name +
                    " has compute capability " + std::to_string(major) + "." +
                    std::to_string(minor) +
                    "; libelectra needs 8.0 or later (Ampere and newer). Use the device cpu");
}

}  // namespace

CudaContext::CudaContext(int index) : Context({DeviceType::cuda, index}) {
  check_driver();
  check_device(index);
  make_current();
  cuda::check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
  staging_ = std::make_unique<cuda::Staging>(staging_half);
}

CudaContext::~CudaContext() {
  products.reset();
  staging_.reset();
  if (stream_ == nullptr) return;
  (void)cudaStreamSynchronize(stream_);
  (void)cudaFree(workspace_);
  (void)cudaStreamDestroy(stream_);
}

void CudaContext::make_current() const {
  cuda::check(cudaSetDevice(device().index), "cudaSetDevice");
}

void* CudaContext::workspace(Index bytes) {
  if (bytes > workspace_bytes_) {
    refuse_while_recording("a larger workspace");
    synchronize();
    if (workspace_ != nullptr) deallocate(std::exchange(workspace_, nullptr));
    workspace_bytes_ = 0;
    workspace_ = allocate(bytes);
    workspace_bytes_ = bytes;
    ++generation_;
  }
  return workspace_;
}

void* CudaContext::allocate(Index bytes) {
  refuse_while_recording("allocate");
  make_current();
  void* data = nullptr;
  const cudaError_t status = cudaMalloc(&data, static_cast<std::size_t>(std::max<Index>(bytes, 1)));
  if (status == cudaErrorMemoryAllocation) {
    (void)cudaGetLastError();
    std::size_t free = 0, total = 0;
    (void)cudaMemGetInfo(&free, &total);
    throw DeviceError(to_string(device()) + ": no memory for a block of " + std::to_string(bytes) +
                      " bytes: " + std::to_string(free) + " of " + std::to_string(total) +
                      " are free. A smaller train.micro_batch needs less");
  }
  cuda::check(status, "cudaMalloc");
  ++allocations_;
  return data;
}

void CudaContext::deallocate(void* data) noexcept { (void)cudaFree(data); }

void CudaContext::copy_bytes(const void* from, void* to, Index bytes) {
  cuda::check(
      cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice, stream_),
      "cudaMemcpyAsync on the device");
}

void CudaContext::upload_bytes(std::span<const std::byte> from, void* to) {
  refuse_while_recording("upload");
  staging_->upload(from, to, stream_);
}

void CudaContext::download_bytes(const void* from, std::span<std::byte> to) {
  refuse_while_recording("download");
  cuda::check(cudaMemcpyAsync(to.data(), from, to.size(), cudaMemcpyDeviceToHost, stream_),
              "cudaMemcpyAsync to the host");
  synchronize();
}

void CudaContext::zero(TensorView view) {
  if (view.bytes() == 0) return;
  cuda::check(cudaMemsetAsync(view.raw(), 0, static_cast<std::size_t>(view.bytes()), stream_),
              "cudaMemsetAsync");
}

void CudaContext::synchronize() {
  cuda::check(cudaStreamSynchronize(stream_), "cudaStreamSynchronize");
}

std::unique_ptr<Readback> CudaContext::make_readback(Index bytes) {
  return std::make_unique<cuda::PinnedReadback>(bytes, stream_);
}

std::unique_ptr<Recording> CudaContext::record(const std::function<void()>& work) {
  recording_ = true;
  try {
    auto graph = std::make_unique<cuda::Graph>(stream_, work);
    recording_ = false;
    return graph;
  } catch (...) {
    recording_ = false;
    throw;
  }
}

void CudaContext::refuse_while_recording(std::string_view what) const {
  if (recording_)
    throw DeviceError(to_string(device()) + ": " + std::string(what) +
                      " while work is being recorded");
}

CudaContext& Context::cuda() { return static_cast<CudaContext&>(*this); }

namespace cuda {

std::unique_ptr<Context> create_context(int index) { return std::make_unique<CudaContext>(index); }

int device_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

}  // namespace cuda

}  // namespace electra
