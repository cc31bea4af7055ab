#pragma once

#include <cuda_runtime_api.h>

#include <memory>

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

  [[nodiscard]] cudaStream_t stream() const { return stream_; }

  /// Scratch for one kernel call: valid until the next call in this stream, uninitialised, aligned
  /// to 256 bytes. Grows when a shape is met for the first time and never shrinks.
  [[nodiscard]] void* workspace(Index bytes);
  template <class T>
  [[nodiscard]] T* workspace_of(Index count) {
    return static_cast<T*>(workspace(count * static_cast<Index>(sizeof(T))));
  }
  /// How often memory was taken from the device.
  [[nodiscard]] std::int64_t allocations() const { return allocations_; }

  void* allocate(Index bytes) override;
  void deallocate(void* data) noexcept override;
  void zero(TensorView view) override;
  void synchronize() override;
  std::unique_ptr<Readback> make_readback(Index bytes) override;
  std::unique_ptr<Recording> record(const std::function<void()>& work) override;
  [[nodiscard]] std::int64_t generation() const override { return generation_; }

  /// What the matrix-product library keeps (src/kernels/cuda/matmul.cu).
  struct Products {
    virtual ~Products() = default;
  };
  std::unique_ptr<Products> products;

 private:
  void copy_bytes(const void* from, void* to, Index bytes) override;
  void upload_bytes(std::span<const std::byte> from, void* to) override;
  void download_bytes(const void* from, std::span<std::byte> to) override;
  void make_current() const;
  void refuse_while_recording(std::string_view what) const;

  cudaStream_t stream_ = nullptr;
  std::unique_ptr<cuda::Staging> staging_;
  void* workspace_ = nullptr;
  Index workspace_bytes_ = 0;
  std::int64_t allocations_ = 0;
  std::int64_t generation_ = 0;
  bool recording_ = false;
};

}  // namespace electra
