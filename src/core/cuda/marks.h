#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace electra::cuda {

/// Numbered marks in a stream, to learn without waiting how far it has come. Not for two threads at
/// once.
class Marks {
 public:
  Marks() = default;
  ~Marks();
  Marks(const Marks&) = delete;
  Marks& operator=(const Marks&) = delete;

  void put(std::uint64_t number, cudaStream_t stream);
  /// The latest mark that the stream has newly passed, if any. Throws DeviceError for what the
  /// device has failed at.
  [[nodiscard]] std::optional<std::uint64_t> passed();

 private:
  struct Mark {
    std::uint64_t number = 0;
    cudaEvent_t event = nullptr;
  };

  std::deque<Mark> ahead_;
  std::vector<cudaEvent_t> free_;
};

}  // namespace electra::cuda
