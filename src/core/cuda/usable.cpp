#include "core/cuda/usable.h"

#include <cstdlib>
#include <string>

#include "core/cuda/check.h"
#include "core/cuda/create.h"

namespace electra::cuda {

namespace {

constexpr int oldest_capability = 80;  // bf16 on tensor cores, cp.async

int attribute(cudaDeviceAttr which, int index) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, index), "cudaDeviceGetAttribute");
  return value;
}

std::string name_of(int index) {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, index), "cudaGetDeviceProperties");
  return properties.name;
}

/// "13.0" of 13000.
std::string version_text(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

std::string old_driver() {
  int driver = 0;
  (void)cudaDriverGetVersion(&driver);
  if (driver == 0) {  // for which CUDA has no code of its own
    return "no NVIDIA driver was found: install one, or start the container with --gpus all";
  }
  return "the NVIDIA driver, made for CUDA " + version_text(driver) +
         ", is older than the toolkit that libelectra was built with, " +
         version_text(CUDART_VERSION) + ": update the driver, or build with an older toolkit";
}

std::string no_device() {
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  if (visible == nullptr) return "no NVIDIA GPU was found";
  return "no NVIDIA GPU was found; CUDA_VISIBLE_DEVICES is \"" + std::string(visible) + "\"";
}

struct Devices {
  int count = 0;
  std::string trouble;  // why there are none
};

Devices devices() {
  Devices found;
  const cudaError_t status = cudaGetDeviceCount(&found.count);
  (void)cudaGetLastError();
  if (status == cudaErrorInsufficientDriver)
    found.trouble = old_driver();
  else if (status == cudaErrorNoDevice || (status == cudaSuccess && found.count == 0))
    found.trouble = no_device();
  else if (status != cudaSuccess)
    found.trouble = std::string("the NVIDIA driver answers ") + cudaGetErrorName(status) + ": " +
                    cudaGetErrorString(status);
  if (!found.trouble.empty()) found.count = 0;
  return found;
}

/// Why this GPU cannot be used; empty if it can be.
std::string card_trouble(int index) {
  const int major = attribute(cudaDevAttrComputeCapabilityMajor, index);
  const int minor = attribute(cudaDevAttrComputeCapabilityMinor, index);
  if (10 * major + minor >= oldest_capability) return {};
  return name_of(index) + " has compute capability " + std::to_string(major) + "." +
         std::to_string(minor) + "; libelectra needs 8.0 or later (Ampere and newer)";
}

}  // namespace

void check_usable(int index) {
  const auto [count, trouble] = devices();
  if (count == 0) throw DeviceError("cuda: " + trouble + ". Otherwise use the device cpu");
  if (index < 0 || index >= count)
    throw DeviceError("cuda: expected a device from cuda:0 to cuda:" + std::to_string(count - 1) +
                      ", found cuda:" + std::to_string(index));
  const std::string why = card_trouble(index);
  if (why.empty()) return;
  throw DeviceError("cuda:" + std::to_string(index) + ": " + why +
                    ". Otherwise use the device cpu");
}

FirstGpu first_gpu() {
  auto [count, trouble] = devices();
  for (int index = 0; index < count; ++index) {
    std::string why = card_trouble(index);
    if (why.empty()) return {index, name_of(index), {}};
    if (trouble.empty()) trouble = std::move(why);
  }
  return {{}, {}, std::move(trouble)};
}

std::string card_and_driver(int index) {
  int driver = 0, runtime = 0;
  check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
  check(cudaRuntimeGetVersion(&runtime), "cudaRuntimeGetVersion");
  return name_of(index) + ", compute capability " +
         std::to_string(attribute(cudaDevAttrComputeCapabilityMajor, index)) + "." +
         std::to_string(attribute(cudaDevAttrComputeCapabilityMinor, index)) +
         ", driver for CUDA " + version_text(driver) + ", CUDA runtime " + version_text(runtime);
}

int device_count() { return devices().count; }

}  // namespace electra::cuda
