#include "electra/core/context.h"

#include <chrono>

#include "core/cpu/cpu_context.h"
#include "core/cuda/create.h"

namespace electra {

std::unique_ptr<Context> Context::create(Device device, Options options) {
  if (device.type == DeviceType::cpu) return std::make_unique<CpuContext>(options.threads);
  if constexpr (built_with_cuda) return cuda::create_context(device.index);
  throw DeviceError("no " + to_string(device) +
                    ": this libelectra was built without CUDA; use the device cpu");
}

void Context::observe(std::string_view name, KernelCost cost, const std::function<void()>& work) {
  synchronize();
  const auto start = std::chrono::steady_clock::now();
  work();
  synchronize();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  observer_({name, elapsed.count(), cost});
}

void Context::copy(ConstTensorView from, TensorView to) {
  if (from.size() != to.size() || from.dtype() != to.dtype())
    throw ShapeError("copy: expected " + std::string(to_string(to.dtype())) + " " +
                     to_string(to.shape()) + ", found " + std::string(to_string(from.dtype())) +
                     " " + to_string(from.shape()));
  if (from.bytes() > 0) copy_bytes(from.raw(), to.raw(), from.bytes());
}

void Context::upload(std::span<const std::byte> from, TensorView to) {
  if (static_cast<Index>(from.size()) != to.bytes())
    throw ShapeError("upload: expected " + std::to_string(to.bytes()) + " bytes, found " +
                     std::to_string(from.size()));
  if (!from.empty()) upload_bytes(from, to.raw());
}

void Context::download(ConstTensorView from, std::span<std::byte> to) {
  if (static_cast<Index>(to.size()) != from.bytes())
    throw ShapeError("download: expected " + std::to_string(from.bytes()) + " bytes, found " +
                     std::to_string(to.size()));
  if (!to.empty()) download_bytes(from.raw(), to);
}

CpuContext& Context::cpu() { return static_cast<CpuContext&>(*this); }

}  // namespace electra
