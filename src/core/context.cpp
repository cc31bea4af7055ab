#include "electra/core/context.h"

#include <chrono>

#include "core/cpu/cpu_context.h"
#include "core/cuda/create.h"

namespace electra {

std::unique_ptr<Context> Context::create(Device device, Options options) {
  if (device.type == DeviceType::cpu) return std::make_unique<CpuContext>(options.threads);
  if constexpr (built_with_cuda) return cuda::create_context(device.index);
  throw DeviceError("no " + to_string(device) +
                    ": this libelectra was built without CUDA; use the device cpu, or configure "
                    "it with -DELECTRA_CUDA=ON");
}

void Context::observe(std::string_view name, KernelCost cost, const std::function<void()>& work) {
  synchronize();
  const auto start = std::chrono::steady_clock::now();
  work();
  synchronize();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  observer_({name, elapsed.count(), cost});
}

CpuContext& Context::cpu() { return static_cast<CpuContext&>(*this); }

}  // namespace electra
