#include "core/cuda/cuda_context.h"

#include <string>
#include <utility>

#include "core/cuda/check.h"
#include "core/cuda/create.h"
#include "core/cuda/usable.h"

namespace electra {

namespace {

constexpr Index staging_half = Index{4} << 20;  // several steps' batches

}  // namespace

CudaContext::CudaContext(int index) : Context({DeviceType::cuda, index}) {
  cuda::check_usable(index);
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
    synchronize();
    if (workspace_ != nullptr) deallocate(std::exchange(workspace_, nullptr));
    workspace_bytes_ = 0;
    workspace_ = allocate(bytes);
    workspace_bytes_ = bytes;
  }
  return workspace_;
}

void* CudaContext::allocate(Index bytes) {
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

void CudaContext::copy(ConstTensorView from, TensorView to) {
  if (from.size() != to.size() || from.dtype() != to.dtype())
    throw ShapeError("copy: expected " + std::string(to_string(to.dtype())) + " " +
                     to_string(to.shape()) + ", found " + std::string(to_string(from.dtype())) +
                     " " + to_string(from.shape()));
  if (from.bytes() == 0) return;
  cuda::check(cudaMemcpyAsync(to.raw(), from.raw(), static_cast<std::size_t>(from.bytes()),
                              cudaMemcpyDeviceToDevice, stream_),
              "cudaMemcpyAsync on the device");
}

void CudaContext::upload(std::span<const std::byte> from, TensorView to) {
  if (static_cast<Index>(from.size()) != to.bytes())
    throw ShapeError("upload: expected " + std::to_string(to.bytes()) + " bytes, found " +
                     std::to_string(from.size()));
  staging_->upload(from, to.raw(), stream_);
}

void CudaContext::download(ConstTensorView from, std::span<std::byte> to) {
  if (static_cast<Index>(to.size()) != from.bytes())
    throw ShapeError("download: expected " + std::to_string(from.bytes()) + " bytes, found " +
                     std::to_string(to.size()));
  if (to.empty()) return;
  cuda::check(cudaMemcpyAsync(to.data(), from.raw(), to.size(), cudaMemcpyDeviceToHost, stream_),
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

CudaContext& Context::cuda() { return static_cast<CudaContext&>(*this); }

namespace cuda {

std::unique_ptr<Context> create_context(int index) { return std::make_unique<CudaContext>(index); }

}  // namespace cuda

}  // namespace electra
