#pragma once

#include <cudnn.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "electra/core/context.h"

/// cuDNN's C backend API, as far as the benchmarks need it.
namespace electra::bench::cudnn {

/// What cuDNN refuses; benchmarks report it and go on.
class Refusal : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Refusal, with the call and what cuDNN says, unless `status` is a success.
void check(cudnnStatus_t status, const std::string& call);

/// cuDNN for the benchmarks' context: its device, its stream.
[[nodiscard]] cudnnHandle_t handle();

[[nodiscard]] cudnnDataType_t type_of(DType dtype);

/// Owns one backend descriptor: attributes are set, then it is finalized.
class Descriptor {
 public:
  explicit Descriptor(cudnnBackendDescriptorType_t type);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  [[nodiscard]] cudnnBackendDescriptor_t get() const { return descriptor_; }

  Descriptor& set(cudnnBackendAttributeName_t name, std::span<const std::int64_t> values);
  Descriptor& set(cudnnBackendAttributeName_t name, std::int64_t value);
  Descriptor& set(cudnnBackendAttributeName_t name, std::span<void* const> pointers);
  Descriptor& set(cudnnBackendAttributeName_t name, const Descriptor& other);
  Descriptor& set(cudnnBackendAttributeName_t name, const std::vector<Descriptor>& others);
  Descriptor& set_flag(cudnnBackendAttributeName_t name);
  Descriptor& set_handle(cudnnBackendAttributeName_t name);
  /// An attribute of one of cuDNN's enumerations.
  template <class Enum>
  Descriptor& set(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type, Enum value) {
    return set_raw(name, type, 1, &value);
  }
  Descriptor& finalize();

 private:
  Descriptor& set_raw(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
                      std::int64_t count, const void* values);

  cudnnBackendDescriptorType_t type_;
  cudnnBackendDescriptor_t descriptor_ = nullptr;
};

}  // namespace electra::bench::cudnn
