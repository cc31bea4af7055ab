#pragma once

#include <cuda_runtime_api.h>

#include <functional>

#include "electra/core/recording.h"

namespace electra {
class CudaContext;
}

namespace electra::cuda {

/// A CUDA graph of what `work` puts into a context's stream.
class Graph final : public Recording {
 public:
  Graph(CudaContext& context, const std::function<void()>& work);
  ~Graph() override;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  void replay() override;
  [[nodiscard]] Index kernels() const override { return kernels_; }

 private:
  CudaContext& context_;
  cudaGraphExec_t executable_ = nullptr;
  Index kernels_ = 0;
};

}  // namespace electra::cuda
