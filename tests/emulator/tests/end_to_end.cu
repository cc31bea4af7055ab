// An ordinary training program: a linear layer with bias and GELU trained by gradient descent, with
// cuBLASLt, two streams, events and a graph per step. The loss must fall as it does on the host.
#include <cublasLt.h>

#include <random>

#include "check.h"

constexpr int inputs = 32, outputs = 16, batch_size = 24;

__global__ void loss_gradient(const float* y, const float* target, float* dy, float* loss, int n) {
  __shared__ float partial[4];
  float sum = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    const float d = y[i] - target[i];
    dy[i] = 2 * d / n;
    sum += d * d / n;
  }
  for (int m = 16; m; m >>= 1) sum += __shfl_xor_sync(~0u, sum, m);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x == 0) *loss = partial[0] + partial[1] + partial[2] + partial[3];
}

template <class Update>
__global__ void update(float* w, const float* g, int n, Update f) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) w[i] = f(w[i], g[i]);
}

static void ok(cublasStatus_t s) {
  check::that(s == CUBLAS_STATUS_SUCCESS, cublasLtGetStatusName(s));
}

/// One cuBLASLt product with its descriptors
class Product {
 public:
  Product(int m, int n, int k, bool ta, bool tb, cublasLtEpilogue_t e, float* bias, float* aux) {
    ok(cublasLtMatmulDescCreate(&d_, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    set(CUBLASLT_MATMUL_DESC_TRANSA, ta ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_TRANSB, tb ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE, e);
    set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, aux);
    set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, int64_t(m));
    ok(cublasLtMatrixLayoutCreate(&a_, CUDA_R_32F, ta ? k : m, ta ? m : k, ta ? k : m));
    ok(cublasLtMatrixLayoutCreate(&b_, CUDA_R_32F, tb ? n : k, tb ? k : n, tb ? n : k));
    ok(cublasLtMatrixLayoutCreate(&c_, CUDA_R_32F, m, n, m));
  }
  void run(cublasLtHandle_t h, const float* a, const float* b, float* c, cudaStream_t s) const {
    const float one = 1, zero = 0;
    ok(cublasLtMatmul(h, d_, &one, a, a_, b, b_, &zero, c, c_, c, c_, nullptr, nullptr, 0, s));
  }
  ~Product() {
    cublasLtMatmulDescDestroy(d_);
    for (auto l : {a_, b_, c_}) cublasLtMatrixLayoutDestroy(l);
  }

 private:
  template <class T>
  void set(cublasLtMatmulDescAttributes_t what, T value) {
    ok(cublasLtMatmulDescSetAttribute(d_, what, &value, sizeof value));
  }
  cublasLtMatmulDesc_t d_;
  cublasLtMatrixLayout_t a_, b_, c_;
};

int main() {
  std::mt19937 g(1);
  std::normal_distribution<float> normal;
  const auto random = [&](size_t n, float s) {
    std::vector<float> v(n);
    for (float& x : v) x = s * normal(g);
    return v;
  };
  check::Device<float> x(random(inputs * batch_size, 1)), w(random(inputs * outputs, 0.2f)),
      bias(std::vector<float>(outputs, 0)), target(random(outputs * batch_size, 0.5f)),
      y(outputs * batch_size), pre(outputs * batch_size), dy(outputs * batch_size),
      identity_dy(outputs * batch_size), dw(inputs * outputs), db(outputs), loss(1);
  std::vector<float> eye(outputs * outputs, 0);
  for (int i = 0; i < outputs; i++) eye[i * outputs + i] = 1;
  check::Device<float> identity(eye);
  cublasLtHandle_t h;
  ok(cublasLtCreate(&h));
  cudaStream_t main_stream, side;
  check::cuda(cudaStreamCreateWithFlags(&main_stream, cudaStreamNonBlocking));
  check::cuda(cudaStreamCreateWithFlags(&side, cudaStreamNonBlocking));
  cudaEvent_t gradients, updated;
  check::cuda(cudaEventCreateWithFlags(&gradients, cudaEventDisableTiming));
  check::cuda(cudaEventCreateWithFlags(&updated, cudaEventDisableTiming));
  check::cuda(cudaDeviceSynchronize());

  // y = gelu(w^T x + bias); back through GELU by a product with the identity
  const Product forward(outputs, batch_size, inputs, true, false, CUBLASLT_EPILOGUE_GELU_AUX_BIAS,
                        bias, pre);
  const Product through(outputs, batch_size, outputs, false, false, CUBLASLT_EPILOGUE_DGELU_BGRAD,
                        db, pre);
  const Product weights(inputs, outputs, batch_size, false, true, CUBLASLT_EPILOGUE_DEFAULT,
                        nullptr, nullptr);
  const auto descend = [] __device__(float p, float q) { return p - 0.5f * q; };
  cudaGraph_t graph;
  check::cuda(cudaStreamBeginCapture(main_stream, cudaStreamCaptureModeGlobal));
  forward.run(h, w, x, y, main_stream);
  loss_gradient<<<1, 128, 0, main_stream>>>(y, target, identity_dy, loss, outputs * batch_size);
  through.run(h, identity, identity_dy, dy, main_stream);
  check::cuda(cudaEventRecord(gradients, main_stream));
  check::cuda(cudaStreamWaitEvent(side, gradients));
  update<<<1, 32, 0, side>>>(bias, db, outputs, descend);
  check::cuda(cudaEventRecord(updated, side));
  weights.run(h, x, dy, dw, main_stream);
  update<<<(inputs * outputs + 127) / 128, 128, 0, main_stream>>>(w, dw, inputs * outputs, descend);
  check::cuda(cudaStreamWaitEvent(main_stream, updated));
  check::cuda(cudaStreamEndCapture(main_stream, &graph));
  cudaGraphExec_t step;
  check::cuda(cudaGraphInstantiate(&step, graph, 0));

  float* losses;
  check::cuda(cudaMallocHost(&losses, 41 * sizeof(float)));
  for (int i = 0; i <= 40; i++) {
    check::cuda(cudaGraphLaunch(step, main_stream));
    check::cuda(
        cudaMemcpyAsync(losses + i, loss, sizeof(float), cudaMemcpyDeviceToHost, main_stream));
  }
  check::cuda(cudaStreamSynchronize(main_stream));
  std::printf("loss %g -> %g\n", losses[0], losses[40]);
  for (int i = 1; i <= 40; i++) check::that(losses[i] < losses[i - 1], "the loss falls");
  check::that(losses[40] < 0.7f * losses[0], "it falls enough");
  check::cuda(cudaFreeHost(losses));
  cudaGraphExecDestroy(step);
  cudaGraphDestroy(graph);
  cublasLtDestroy(h);
  for (cudaEvent_t e : {gradients, updated}) check::cuda(cudaEventDestroy(e));
  for (cudaStream_t s : {main_stream, side}) check::cuda(cudaStreamDestroy(s));
  return check::result();
}
