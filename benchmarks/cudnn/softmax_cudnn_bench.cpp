/// Softmax by cuDNN, under the names of kernels/softmax_bench; it knows neither scale nor lengths.

#include "cudnn/run.h"
#include "kernels/softmax_case.h"

namespace electra::bench {
namespace {

/// A matrix [rows, width] as cuDNN's older interface describes it.
class Matrix {
 public:
  Matrix(Index rows, Index width, DType dtype) {
    cudnn::check(cudnnCreateTensorDescriptor(&descriptor_), "cudnnCreateTensorDescriptor");
    cudnn::check(cudnnSetTensor4dDescriptor(descriptor_, CUDNN_TENSOR_NCHW, cudnn::type_of(dtype),
                                            static_cast<int>(rows), static_cast<int>(width), 1, 1),
                 "cudnnSetTensor4dDescriptor");
  }
  ~Matrix() { (void)cudnnDestroyTensorDescriptor(descriptor_); }
  Matrix(const Matrix&) = delete;
  Matrix& operator=(const Matrix&) = delete;
  [[nodiscard]] cudnnTensorDescriptor_t get() const { return descriptor_; }

 private:
  cudnnTensorDescriptor_t descriptor_ = nullptr;
};

void softmax(benchmark::State& state, const SoftmaxModel& model, DType dtype, Pass pass) {
  const SoftmaxCase softmax(model, dtype);
  const auto forward = softmax.forward();
  const auto backward = softmax.backward();
  const float one = 1, zero = 0;
  const auto prepare = [&]() -> std::function<void()> {
    const auto matrix = std::make_shared<Matrix>(forward.x.rows(), forward.x.width(), dtype);
    if (pass == Pass::forward)
      return [&, matrix] {
        cudnn::check(cudnnSoftmaxForward(cudnn::handle(), CUDNN_SOFTMAX_ACCURATE,
                                         CUDNN_SOFTMAX_MODE_INSTANCE, &one, matrix->get(),
                                         forward.x.raw(), &zero, matrix->get(), forward.y.raw()),
                     "cudnnSoftmaxForward");
      };
    return [&, matrix] {
      cudnn::check(
          cudnnSoftmaxBackward(cudnn::handle(), CUDNN_SOFTMAX_ACCURATE, CUDNN_SOFTMAX_MODE_INSTANCE,
                               &one, matrix->get(), backward.y.raw(), matrix->get(),
                               backward.dy.raw(), &zero, matrix->get(), backward.dx.raw()),
          "cudnnSoftmaxBackward");
    };
  };
  const KernelCost cost = pass == Pass::forward ? forward.cost() : backward.cost();
  cudnn::run(state, cost, Bound::copy, prepare);
}

const bool registered = [] {
  for (const DType dtype : {DType::f32, DType::bf16})
    for (const SoftmaxModel& model : softmax_models)
      for (const Pass pass : {Pass::forward, Pass::backward})
        benchmark::RegisterBenchmark(
            softmax_name(model, dtype, pass).c_str(),
            [=](benchmark::State& state) { softmax(state, model, dtype, pass); })
            ->Apply(timing);
  return true;
}();

}  // namespace
}  // namespace electra::bench
