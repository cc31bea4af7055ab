#include "core/cuda/cuda_context.h"

#include <cublasLt.h>

#include <string>
#include <utility>

#include "core/cuda/check.h"
#include "core/cuda/create.h"
#include "core/cuda/graph.h"
#include "core/cuda/pinned_readback.h"
#include "core/cuda/usable.h"

namespace electra {

namespace {

constexpr Index staging_half = Index{4} << 20;  // several steps' batches

}  // namespace

CudaContext::CudaContext(int index) : Context({DeviceType::cuda, index}) {
  cuda::check_usable(index);
  make_current();
  stream_ = cuda::make_stream();
  staging_ = std::make_unique<cuda::Staging>(staging_half);
}

CudaContext::~CudaContext() {
  (void)cudaSetDevice(device().index);
  (void)cudaStreamSynchronize(stream_.get());
  products.reset();
  sums.reset();
  staging_.reset();
  (void)cudaFree(workspace_);
}

void CudaContext::make_current() const {
  cuda::check(cudaSetDevice(device().index), "cudaSetDevice");
}

cudaStream_t CudaContext::stream() const {
  make_current();
  return stream_.get();
}

std::string CudaContext::platform() const {
  return cuda::card_and_driver(device().index) + ", cuBLASLt " +
         std::to_string(cublasLtGetVersion());
}

void CudaContext::observe(std::string_view name, KernelCost cost,
                          const std::function<void()>& work) {
  if (recording_) return work();
  clock_.time(name, cost, stream(), work);
}

void CudaContext::run_beside(std::string_view name, const std::function<void()>& work) {
  if (observed()) return observe(name, {}, work);
  work();
}

void* CudaContext::workspace(Index bytes) {
  if (bytes > workspace_bytes_) {
    refuse_while_recording("a larger workspace");
    workspace_bytes_ = 0;
    workspace_ = reallocate(std::exchange(workspace_, nullptr), bytes);
    workspace_bytes_ = bytes;
  }
  return workspace_;
}

void* CudaContext::reallocate(void* data, Index bytes) {
  synchronize();
  if (data != nullptr) deallocate(data);
  ++generation_;
  return allocate(bytes);
}

void CudaContext::finish_sums() {
  if (sums) sums->finish();
}

void CudaContext::about_to_use(const ConstTensorView& view) {
  if (sums && sums->reaches(view)) sums->finish();
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

void CudaContext::deallocate(void* data) noexcept {
  if (recording_) return freed_later_.push_back(data);
  try {
    finish_sums();          // which may go to this memory
  } catch (const Error&) {  // the context is lost, and whoever uses it next is told
  }
  (void)cudaFree(data);
}

void CudaContext::copy_bytes(const void* from, void* to, Index bytes) {
  cuda::check(cudaMemcpyAsync(to, from, static_cast<std::size_t>(bytes), cudaMemcpyDeviceToDevice,
                              stream()),
              "cudaMemcpyAsync on the device");
}

void CudaContext::upload_bytes(std::span<const std::byte> from, void* to) {
  refuse_while_recording("upload");
  staging_->upload(from, to, stream());
}

void CudaContext::download_bytes(const void* from, std::span<std::byte> to) {
  refuse_while_recording("download");
  cuda::check(cudaMemcpyAsync(to.data(), from, to.size(), cudaMemcpyDeviceToHost, stream()),
              "cudaMemcpyAsync to the host");
  synchronize();
}

void CudaContext::zero(TensorView view) {
  about_to_use(view);
  if (view.bytes() == 0) return;
  cuda::check(cudaMemsetAsync(view.raw(), 0, static_cast<std::size_t>(view.bytes()), stream()),
              "cudaMemsetAsync");
}

void CudaContext::synchronize() {
  refuse_while_recording("a wait");
  finish_sums();
  ++waits_;
  cuda::check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize");
  for (const KernelEvent& event : clock_.take()) report(event);
}

std::unique_ptr<Readback> CudaContext::make_readback(Index bytes) {
  make_current();
  return std::make_unique<cuda::PinnedReadback>(bytes, *this);
}

std::unique_ptr<Recording> CudaContext::record(const std::function<void()>& work) {
  finish_sums();
  recording_ = true;
  try {
    auto graph = std::make_unique<cuda::Graph>(*this, [&] {
      work();
      finish_sums();
    });
    end_recording();
    return graph;
  } catch (...) {
    if (sums) sums->forget();
    end_recording();
    throw;
  }
}

void CudaContext::end_recording() {
  recording_ = false;
  for (void* data : std::exchange(freed_later_, {})) deallocate(data);
}

void CudaContext::refuse_while_recording(std::string_view what) const {
  if (recording_)
    throw DeviceError(to_string(device()) + ": " + std::string(what) +
                      " while work is being recorded");
}

CudaContext& Context::cuda() { return static_cast<CudaContext&>(*this); }

namespace cuda {

std::unique_ptr<Context> create_context(int index) { return std::make_unique<CudaContext>(index); }

}  // namespace cuda

}  // namespace electra
