#pragma once

#include <algorithm>
#include <memory>
#include <span>

#include "core/cpu/thread_team.h"
#include "electra/core/context.h"

namespace electra {

/// The CPU as a device: kernels run on return, on `threads` threads.
class CpuContext final : public Context {
 public:
  explicit CpuContext(int threads, Products products = Products::best,
                      Waiting waiting = Waiting::ready);
  ~CpuContext() override;

  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] Products products() const { return products_; }

  /// Calls body(begin, end) over pieces of [0, count), at least `grain` long, one a thread. The
  /// only source of parallelism in the library's kernels; calls must not nest.
  template <class Body>
  void parallel_for(Index count, Index grain, const Body& body) {
    const Index pieces = std::min<Index>(threads_, (count + grain - 1) / std::max<Index>(grain, 1));
    if (pieces <= 1) {
      if (count > 0) body(Index{0}, count);
      return;
    }
    run_pieces(static_cast<int>(pieces), [&](int piece) {
      const Index begin = count * piece / pieces;
      const Index end = count * (piece + 1) / pieces;
      if (begin < end) body(begin, end);
    });
  }
  /// Calls body(piece) for each piece in [0, pieces), in parallel; pieces <= threads(). Throws what
  /// the first of them to fail threw.
  template <class Body>
  void run_pieces(int pieces, const Body& body) {
    run_pieces(pieces, Pieces(body));
  }
  void run_pieces(int pieces, Pieces body);

  /// Scratch for one kernel call: valid until the next call, uninitialised, aligned to 64 bytes.
  /// Grows when a shape is met for the first time and never shrinks.
  [[nodiscard]] std::span<std::byte> workspace(Index bytes);
  template <class T>
  [[nodiscard]] std::span<T> workspace_of(Index count) {
    const auto bytes = workspace(count * static_cast<Index>(sizeof(T)));
    return {reinterpret_cast<T*>(bytes.data()), static_cast<std::size_t>(count)};
  }
  [[nodiscard]] Index workspace_bytes() const { return static_cast<Index>(workspace_bytes_); }

  void* allocate(Index bytes) override;
  void deallocate(void* data) noexcept override;
  void zero(TensorView view) override;
  void synchronize() override {}
  std::string platform() const override;
  std::unique_ptr<Readback> make_readback(Index bytes) override;
  std::unique_ptr<Recording> record(const std::function<void()>&) override { return nullptr; }

  /// What the matrix-product library keeps by shape (src/kernels/cpu/matmul.cpp).
  struct ProductCache {
    virtual ~ProductCache() = default;
  };
  std::unique_ptr<ProductCache> product_cache;

 private:
  void copy_bytes(const void* from, void* to, Index bytes) override;
  void upload_bytes(std::span<const std::byte> from, void* to) override;
  void download_bytes(const void* from, std::span<std::byte> to) override;

  int threads_;
  Waiting waiting_;
  Products products_;
  std::unique_ptr<ThreadTeam> team_;  // of threads that sleep; none: OpenMP's
  void* workspace_ = nullptr;
  std::size_t workspace_bytes_ = 0;
};

}  // namespace electra
