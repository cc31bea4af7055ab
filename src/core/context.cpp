#include "electra/core/context.h"

#include <chrono>
#include <utility>

#include "core/cpu/cpu_context.h"
#include "core/cuda/create.h"

namespace electra {

std::unique_ptr<Context> Context::create(Device device, Options options) {
  if (device.type == DeviceType::cpu)
    return std::make_unique<CpuContext>(options.threads, options.products, options.waiting);
  if constexpr (built_with_cuda) return cuda::create_context(device.index);
  throw DeviceError("no " + to_string(device) +
                    ": this libelectra was built without CUDA; use the device cpu, or configure "
                    "it with -DELECTRA_CUDA=ON");
}

void Context::throw_no_kernel(std::string_view name) const {
  throw DeviceError(std::string(name) + ": there is no such kernel for " + to_string(device_));
}

void Context::set_observer(std::function<void(const KernelEvent&)> observer) {
  if (observer_) synchronize();  // what is not yet reported
  observer_ = std::move(observer);
}

void Context::observe(std::string_view name, KernelCost cost, const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  report({name, elapsed.count(), cost});
}

void Context::copy(ConstTensorView from, TensorView to) {
  if (from.size() != to.size() || from.dtype() != to.dtype())
    throw ShapeError("copy: expected " + std::string(to_string(to.dtype())) + " " +
                     to_string(to.shape()) + ", found " + std::string(to_string(from.dtype())) +
                     " " + to_string(from.shape()));
  about_to_use(from);
  about_to_use(to);
  if (from.bytes() > 0) copy_bytes(from.raw(), to.raw(), from.bytes());
}

void Context::upload(std::span<const std::byte> from, TensorView to) {
  if (static_cast<Index>(from.size()) != to.bytes())
    throw ShapeError("upload: expected " + std::to_string(to.bytes()) + " bytes, found " +
                     std::to_string(from.size()));
  about_to_use(to);
  if (!from.empty()) upload_bytes(from, to.raw());
}

void Context::download(ConstTensorView from, std::span<std::byte> to) {
  if (static_cast<Index>(to.size()) != from.bytes())
    throw ShapeError("download: expected " + std::to_string(from.bytes()) + " bytes, found " +
                     std::to_string(to.size()));
  about_to_use(from);
  if (!to.empty()) download_bytes(from.raw(), to);
}

CpuContext& Context::cpu() { return static_cast<CpuContext&>(*this); }

}  // namespace electra
