#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "electra/core/build_config.h"
#include "electra/core/checker.h"
#include "electra/core/device.h"
#include "electra/core/error.h"
#include "electra/core/readback.h"
#include "electra/core/recording.h"
#include "electra/core/tensor.h"

namespace electra {

class CpuContext;
class CudaContext;

/// The useful work of one kernel call: what rooflines and --parts are computed from.
struct KernelCost {
  double flops = 0;  // multiply and add count as two
  double bytes = 0;  // each input read once, each output written once
};

/// Told of every kernel that a context has run, in order.
struct KernelEvent {
  std::string_view name;
  double seconds = 0;
  KernelCost cost;
};

template <class K>
concept Kernel = requires(const K& kernel, const Checker& checker, CpuContext& cpu) {
  { K::name } -> std::convertible_to<std::string_view>;
  kernel.check(checker);
  run_on(cpu, kernel);
};

/// How a CPU multiplies matrices: by oneDNN where this library has it and it is faster on this
/// processor, else by the library's own tiles; or always by those.
enum class Products : std::uint8_t { best, own };

/// How the threads of a CPU wait for their next piece of work: as OpenMP's do, ready at once for
/// longer than a kernel takes; or asleep after some microseconds, so that other programs have the
/// processors. Threads that sleep are the library's own, and do without oneDNN, whose are not.
enum class Waiting : std::uint8_t { ready, asleep };

/// One device and one in-order stream of work on it. Passed explicitly; nothing is global.
class Context {
 public:
  struct Options {
    int threads = 0;  // of a CPU context; 0 is every processor the process may use
    Products products = Products::best;  // of a CPU context
    Waiting waiting = Waiting::ready;    // of a CPU context
  };

  /// Throws DeviceError, with the remedy, if the device cannot be had.
  [[nodiscard]] static std::unique_ptr<Context> create(Device device, Options options);
  [[nodiscard]] static std::unique_ptr<Context> create(Device device) {
    return create(device, Options{});
  }

  virtual ~Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  [[nodiscard]] Device device() const { return device_; }

  /// Checks shapes and dtypes, then runs the kernel in stream order: the only dispatch point.
  template <Kernel K>
  void run(const K& kernel, Where where = Where::here()) {
    kernel.check(Checker(K::name, *this, where));
    caller_ = where;
    if (observer_) {
      observe(K::name, cost_of(kernel), [&] { dispatch(kernel); });
    } else {
      dispatch(kernel);
    }
  }

  /// Reports each kernel's time to `observer`, in order; empty to stop. A CPU reports at once; a
  /// GPU takes the times by its own events and reports them when it is next waited for.
  void set_observer(std::function<void(const KernelEvent&)> observer);
  [[nodiscard]] bool observed() const { return static_cast<bool>(observer_); }

  /// Finishes what is still to be written to this view: called for every tensor of a kernel and for
  /// every copy; to be called by whoever reaches device memory by other ways.
  virtual void about_to_use(const ConstTensorView&) {}

  /// Memory aligned to 256 bytes. Throws DeviceError with the size if there is none.
  [[nodiscard]] virtual void* allocate(Index bytes) = 0;
  virtual void deallocate(void* data) noexcept = 0;
  /// Copies between views of equal size and dtype on this device, in stream order.
  void copy(ConstTensorView from, TensorView to);
  /// Host memory to this device, in stream order; `from` may be reused on return.
  void upload(std::span<const std::byte> from, TensorView to);
  /// This device to host memory; waits until it is there.
  void download(ConstTensorView from, std::span<std::byte> to);
  /// Sets every byte to zero, in stream order.
  virtual void zero(TensorView view) = 0;
  /// Waits for all work in the stream.
  virtual void synchronize() = 0;

  /// The host's copy of a tensor of this many bytes.
  [[nodiscard]] virtual std::unique_ptr<Readback> make_readback(Index bytes) = 0;
  /// Records the kernels and fills that `work` puts into the stream, without running them. A device
  /// that cannot returns nullptr and has not called `work`. Nothing may be uploaded, downloaded or
  /// allocated meanwhile: throws DeviceError.
  [[nodiscard]] virtual std::unique_ptr<Recording> record(const std::function<void()>& work) = 0;
  /// What decides the bits of results beside this library: the card and the versions of what drives
  /// it, in one line.
  [[nodiscard]] virtual std::string platform() const { return to_string(device_); }
  /// The matrix products that went a way far slower than the library's own, each once, by shape.
  [[nodiscard]] virtual std::span<const std::string> slow_products() const { return {}; }
  /// Changes whenever memory of the context's own that recordings use has moved.
  [[nodiscard]] virtual std::int64_t generation() const { return 0; }

 protected:
  explicit Context(Device device) : device_(device) {}

  /// Where the kernel that runs now was asked for.
  [[nodiscard]] Where caller() const { return caller_; }

  /// Does `work` and reports how long it took.
  virtual void observe(std::string_view name, KernelCost cost, const std::function<void()>& work);
  void report(const KernelEvent& event) const { observer_(event); }

  virtual void copy_bytes(const void* from, void* to, Index bytes) = 0;
  virtual void upload_bytes(std::span<const std::byte> from, void* to) = 0;
  virtual void download_bytes(const void* from, std::span<std::byte> to) = 0;

 private:
  template <class K>
  void dispatch(const K& kernel) {
    if (device_.type == DeviceType::cpu) return run_on(cpu(), kernel);
    if constexpr (built_with_cuda && requires(CudaContext & gpu) { run_on(gpu, kernel); })
      return run_on(cuda(), kernel);
    throw_no_kernel(K::name);
  }
  template <class K>
  [[nodiscard]] static KernelCost cost_of(const K& kernel) {
    if constexpr (requires {
                    { kernel.cost() } -> std::same_as<KernelCost>;
                  })
      return kernel.cost();
    else
      return {};
  }
  [[noreturn]] void throw_no_kernel(std::string_view name) const;
  [[nodiscard]] CpuContext& cpu();
  [[nodiscard]] CudaContext& cuda();

  Device device_;
  Where caller_ = Where::here();
  std::function<void(const KernelEvent&)> observer_;
};

}  // namespace electra
