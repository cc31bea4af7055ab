#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <string>
#include <vector>

#include "core/cuda/handles.h"
#include "core/cuda/kernel_clock.h"
#include "core/cuda/staging.h"
#include "electra/core/context.h"

namespace electra {

/// One NVIDIA GPU and one stream on it. Kernels return before they have run.
class CudaContext final : public Context {
 public:
  /// Throws DeviceError, with the remedy, for a card that is missing or below compute capability
  /// 8.0, or a driver that is too old.
  explicit CudaContext(int index);
  ~CudaContext() override;

  /// The stream, on this context's device, which becomes the calling thread's current one: CUDA
  /// takes work for no other.
  [[nodiscard]] cudaStream_t stream() const;

  /// Scratch for one kernel call: valid until the next call in this stream, uninitialised, aligned
  /// to 256 bytes. Grows when a shape is met for the first time and never shrinks.
  [[nodiscard]] void* workspace(Index bytes);
  template <class T>
  [[nodiscard]] T* workspace_of(Index count) {
    return static_cast<T*>(workspace(count * static_cast<Index>(sizeof(T))));
  }
  /// How often memory was taken from the device.
  [[nodiscard]] std::int64_t allocations() const { return allocations_; }
  /// How often the host waited for the stream, readbacks apart.
  [[nodiscard]] std::int64_t waits() const { return waits_ + staging_->waits(); }
  using Context::caller;

  /// Another block of this size; what was in the old one, which may be nullptr, is lost.
  [[nodiscard]] void* reallocate(void* data, Index bytes);

  void about_to_use(const ConstTensorView& view) override;
  void* allocate(Index bytes) override;
  void deallocate(void* data) noexcept override;
  void zero(TensorView view) override;
  void synchronize() override;
  std::unique_ptr<Readback> make_readback(Index bytes) override;
  std::unique_ptr<Recording> record(const std::function<void()>& work) override;
  [[nodiscard]] std::int64_t generation() const override { return generation_; }
  [[nodiscard]] std::string platform() const override;
  [[nodiscard]] std::span<const std::string> slow_products() const override {
    return slow_products_;
  }
  void add_slow_product(std::string shape) { slow_products_.push_back(std::move(shape)); }
  /// A kernel that is started beside those of `run`: an observer is told of it under this name.
  void run_beside(std::string_view name, const std::function<void()>& work);

  /// What the matrix-product library keeps (src/kernels/cuda/matmul.cu).
  struct Products {
    virtual ~Products() = default;
  };
  std::unique_ptr<Products> products;

  /// Sums that have been started (src/kernels/cuda/column_sums.cu). Those of one context: another
  /// one on the same GPU does not know of them, and must not touch their targets before this one
  /// was waited for.
  struct PendingSums {
    virtual ~PendingSums() = default;
    /// Whether a sum is still to be written to a part of this view.
    [[nodiscard]] virtual bool reaches(const ConstTensorView& view) const = 0;
    /// Puts what is left to do into the stream.
    virtual void finish() = 0;
    /// Drops what was started by work that never ran.
    virtual void forget() = 0;
  };
  std::unique_ptr<PendingSums> sums;
  void finish_sums();
  /// Throws DeviceError while work is being recorded.
  void refuse_while_recording(std::string_view what) const;

 private:
  void observe(std::string_view name, KernelCost cost, const std::function<void()>& work) override;
  void copy_bytes(const void* from, void* to, Index bytes) override;
  void upload_bytes(std::span<const std::byte> from, void* to) override;
  void download_bytes(const void* from, std::span<std::byte> to) override;
  void make_current() const;
  void end_recording();

  cuda::Stream stream_;
  std::unique_ptr<cuda::Staging> staging_;
  cuda::KernelClock clock_;
  void* workspace_ = nullptr;
  Index workspace_bytes_ = 0;
  std::int64_t allocations_ = 0;
  std::int64_t waits_ = 0;
  std::int64_t generation_ = 0;
  bool recording_ = false;
  std::vector<std::string> slow_products_;
  std::vector<void*> freed_later_;  // given back while recording, when nothing can be freed
};

}  // namespace electra
