#include "cudnn/descriptor.h"

#include <array>
#include <utility>

#include "core/cuda/cuda_context.h"
#include "support/environment.h"

namespace electra::bench::cudnn {

void check(cudnnStatus_t status, const std::string& call) {
  if (status == CUDNN_STATUS_SUCCESS) return;
  std::array<char, 256> said{};
  cudnnGetLastErrorString(said.data(), said.size());
  throw Refusal("cuDNN: " + call + ": " + cudnnGetErrorString(status) + ": " + said.data());
}

cudnnHandle_t handle() {
  static const cudnnHandle_t only = [] {
    cudnnHandle_t created = nullptr;
    const cudaStream_t stream = static_cast<CudaContext&>(context()).stream();
    check(cudnnCreate(&created), "cudnnCreate");
    check(cudnnSetStream(created, stream), "cudnnSetStream");
    return created;
  }();
  return only;
}

cudnnDataType_t type_of(DType dtype) {
  return dtype == DType::bf16 ? CUDNN_DATA_BFLOAT16 : CUDNN_DATA_FLOAT;
}

Descriptor::Descriptor(cudnnBackendDescriptorType_t type) : type_(type) {
  check(cudnnBackendCreateDescriptor(type, &descriptor_),
        "descriptor " + std::to_string(static_cast<int>(type)));
}

Descriptor::~Descriptor() {
  if (descriptor_ != nullptr) (void)cudnnBackendDestroyDescriptor(descriptor_);
}

Descriptor::Descriptor(Descriptor&& other) noexcept
    : type_(other.type_), descriptor_(std::exchange(other.descriptor_, nullptr)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(type_, other.type_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Descriptor& Descriptor::set(cudnnBackendAttributeName_t name,
                            std::span<const std::int64_t> values) {
  return set_raw(name, CUDNN_TYPE_INT64, static_cast<std::int64_t>(values.size()), values.data());
}

Descriptor& Descriptor::set(cudnnBackendAttributeName_t name, std::int64_t value) {
  return set_raw(name, CUDNN_TYPE_INT64, 1, &value);
}

Descriptor& Descriptor::set(cudnnBackendAttributeName_t name, std::span<void* const> pointers) {
  const auto count = static_cast<std::int64_t>(pointers.size());
  return set_raw(name, CUDNN_TYPE_VOID_PTR, count, pointers.data());
}

Descriptor& Descriptor::set(cudnnBackendAttributeName_t name, const Descriptor& other) {
  return set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &other.descriptor_);
}

Descriptor& Descriptor::set(cudnnBackendAttributeName_t name,
                            const std::vector<Descriptor>& others) {
  std::vector<cudnnBackendDescriptor_t> raw;
  for (const Descriptor& other : others) raw.push_back(other.descriptor_);
  const auto count = static_cast<std::int64_t>(raw.size());
  return set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, raw.data());
}

Descriptor& Descriptor::set_flag(cudnnBackendAttributeName_t name) {
  const bool yes = true;
  return set_raw(name, CUDNN_TYPE_BOOLEAN, 1, &yes);
}

Descriptor& Descriptor::set_handle(cudnnBackendAttributeName_t name) {
  const cudnnHandle_t own = handle();
  return set_raw(name, CUDNN_TYPE_HANDLE, 1, &own);
}

Descriptor& Descriptor::finalize() {
  check(cudnnBackendFinalize(descriptor_),
        "finalize descriptor " + std::to_string(static_cast<int>(type_)));
  return *this;
}

Descriptor& Descriptor::set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                                std::int64_t count, const void* values) {
  check(cudnnBackendSetAttribute(descriptor_, name, type, count, values),
        "attribute " + std::to_string(static_cast<int>(name)));
  return *this;
}

}  // namespace electra::bench::cudnn
