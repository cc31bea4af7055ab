// cuBLASLt and cuBLAS look-alikes against a plain loop.
#include <cublasLt.h>
#include <cublas_v2.h>

#include <cmath>
#include <map>
#include <utility>

#include "check.h"
#include "product.h"
#include "test_matrix.h"

static double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(0.7978845608 * (x + 0.044715 * x * x * x)));
}
static double gelu_slope(double x) { return (gelu(x + 1e-5) - gelu(x - 1e-5)) / 2e-5; }

struct Case {
  cublasLtEpilogue_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
  cudaDataType inputs = CUDA_R_32F, output = CUDA_R_32F;
  bool ta = false, tb = false;
  int batch = 1;
  float beta = 2;
  int m = 24, n = 16, k = 40;
};

/// Host operands and results of a case, and what a plain loop makes of them.
struct Expected {
  HostMatrix a, b, c, bias, aux;
  std::vector<double> d, pre, gradient;
  explicit Expected(const Case& x)
      : a(x.ta ? x.k : x.m, x.ta ? x.m : x.k, x.batch),
        b(x.tb ? x.n : x.k, x.tb ? x.k : x.n, x.batch),
        c(x.m, x.n, x.batch),
        bias(x.m > x.n ? x.m : x.n, 1),
        aux(x.m, x.n, x.batch),
        d(c.v.size()),
        pre(c.v.size()),
        gradient(size_t(x.m > x.n ? x.m : x.n), 0.0) {
    const unsigned e = x.epilogue;
    for (int i = 0; i < x.batch; i++)
      for (int col = 0; col < x.n; col++)
        for (int row = 0; row < x.m; row++) {
          double y = 0;
          for (int j = 0; j < x.k; j++)
            y += double(x.ta ? a.at(j, row, i) : a.at(row, j, i)) *
                 (x.tb ? b.at(col, j, i) : b.at(j, col, i));
          y = 0.5 * y + x.beta * double(c.at(row, col, i));
          if (e & 4) y += bias.at(row, 0);
          const size_t at = (size_t(i) * x.n + col) * x.m + row;
          pre[at] = y;
          if (e & 32) y = gelu(y);
          if (e & 64) y *= gelu_slope(aux.at(row, col, i));
          if (e & 16) gradient[row] += y;
          d[at] = y;
        }
    for (int j = 0; j < x.k; j++) {
      for (int i = 0; (e & 256) && i < x.m; i++) gradient[i] += x.ta ? a.at(j, i) : a.at(i, j);
      for (int i = 0; (e & 512) && i < x.n; i++) gradient[i] += x.tb ? b.at(i, j) : b.at(j, i);
    }
  }
};

/// Runs every algorithm that the heuristic offers.
static void lt(const Case& x) {
  Expected want(x);
  const unsigned e = x.epilogue;
  DeviceMatrix a(want.a.v, x.inputs), b(want.b.v, x.inputs), c(want.c.v, x.output),
      d(want.c.v, x.output), bias(want.bias.v, x.output), aux(want.aux.v, x.output);
  check::Device<char> workspace(1 << 20);
  product::Product p({.m = x.m,
                      .n = x.n,
                      .k = x.k,
                      .ta = x.ta,
                      .tb = x.tb,
                      .inputs = x.inputs,
                      .output = x.output,
                      .batch = x.batch});
  p.set(CUBLASLT_MATMUL_DESC_EPILOGUE, x.epilogue);
  p.set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, static_cast<char*>(bias.memory));
  p.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_POINTER, static_cast<char*>(aux.memory));
  p.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, int64_t(x.m));
  p.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_BATCH_STRIDE, int64_t(x.m) * x.n);
  p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{1} << 20);
  if (x.batch > 1) {  // of each matrix of a batch: strides count
    const auto align = [&](auto operand, cudaDataType type) {
      p.prefer(operand, uint32_t(type == CUDA_R_16BF ? 2 : 4));
    };
    align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, x.inputs);
    align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, x.inputs);
    align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, x.output);
    align(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, x.output);
  }
  const auto algorithms = p.heuristic();
  check::that(algorithms.size() >= 2, "algorithms");
  for (const auto& choice : algorithms) {
    unsigned reduction = 99;
    int32_t split = 0;
    size_t written = 0;
    product::ok(cublasLtMatmulAlgoConfigGetAttribute(&choice.algo,
                                                     CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME,
                                                     &reduction, sizeof reduction, &written));
    product::ok(cublasLtMatmulAlgoConfigGetAttribute(&choice.algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM,
                                                     &split, sizeof split, &written));
    check::that((split > 1) == (reduction != CUBLASLT_REDUCTION_SCHEME_NONE), "split and scheme");
    product::ok(p.run({.alpha = 0.5f,
                       .beta = x.beta,
                       .a = a.memory,
                       .b = b.memory,
                       .c = c.memory,
                       .d = d.memory,
                       .algorithm = &choice.algo,
                       .workspace = workspace,
                       .workspace_bytes = 1 << 20}));
    check::cuda(cudaDeviceSynchronize());
    const auto got = d.host(), got_bias = bias.host(), got_aux = aux.host();
    check::MaxError error, aux_error, bias_error;
    for (size_t i = 0; i < got.size(); i++) {
      error.add(got[i], want.d[i]);
      if ((e & 32) && (e & 128)) aux_error.add(got_aux[i], want.pre[i]);
    }
    for (int i = 0; (e & (16 | 256 | 512)) && i < (e & 512 ? x.n : x.m); i++)
      bias_error.add(got_bias[i], want.gradient[i]);
    const double tolerance = x.output == CUDA_R_32F ? 1e-4 : split > 1 ? 0.2 : 0.1;
    error.within(tolerance, "matmul");
    aux_error.within(tolerance, "auxiliary output");
    bias_error.within(tolerance * 5, "bias gradient");
    for (char byte : workspace.host()) {
      if (byte == -1) continue;
      check::that(false, "the workspace is left poisoned");
      break;
    }
  }
}

/// Weight gradients: deep, split, added to what is there; nothing between f32 and the sum.
static void accumulate() {
  const int m = 16, n = 8, k = 256;
  HostMatrix a(m, k), b(n, k), c(m, n);
  DeviceMatrix da(a.v, CUDA_R_16BF), db(b.v, CUDA_R_16BF), d(c.v, CUDA_R_32F);
  check::Device<char> workspace(1 << 16);
  product::Product p({.m = m, .n = n, .k = k, .tb = true, .inputs = CUDA_R_16BF});
  p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{1} << 16);
  p.prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           uint32_t(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  const auto algorithms = p.heuristic();
  check::that(!algorithms.empty() && algorithms[0].workspaceSize == 4u * m * n * 4,
              "split-K first");
  for (const auto& choice : algorithms)
    product::ok(p.run({.beta = 1,
                       .a = da.memory,
                       .b = db.memory,
                       .c = d.memory,
                       .d = d.memory,
                       .algorithm = &choice.algo,
                       .workspace = workspace,
                       .workspace_bytes = 1 << 16}));
  const auto got = d.host();
  check::MaxError error;
  for (int col = 0; col < n; col++)
    for (int row = 0; row < m; row++) {
      double x = 0;
      for (int j = 0; j < k; j++) x += double(a.at(row, j)) * b.at(col, j);
      error.add(got[size_t(col) * m + row], double(algorithms.size()) * x + c.at(row, col));
    }
  error.within(1e-4, "accumulated weight gradient");
}

/// Reduction in the output type rounds each part to bf16: why it must be excluded.
static void rounded_reductions() {
  const int m = 8, n = 8, k = 512;
  HostMatrix a(k, m), b(k, n);
  DeviceMatrix da(a.v, CUDA_R_16BF), db(b.v, CUDA_R_16BF),
      d(std::vector<float>(size_t(m) * n, 0), CUDA_R_16BF);
  check::Device<char> workspace(1 << 16);
  product::Product p(
      {.m = m, .n = n, .k = k, .ta = true, .inputs = CUDA_R_16BF, .output = CUDA_R_16BF});
  p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{1} << 16);
  std::map<unsigned, std::vector<float>> results;
  for (const auto& choice : p.heuristic()) {
    unsigned reduction = 0;
    cublasLtMatmulAlgoConfigGetAttribute(&choice.algo, CUBLASLT_ALGO_CONFIG_REDUCTION_SCHEME,
                                         &reduction, sizeof reduction, nullptr);
    product::ok(p.run({.a = da.memory,
                       .b = db.memory,
                       .c = d.memory,
                       .d = d.memory,
                       .algorithm = &choice.algo,
                       .workspace = workspace,
                       .workspace_bytes = 1 << 16}));
    results[reduction] = d.host();
  }
  check::equal(results.size(), 4);
  check::that(
      results[CUBLASLT_REDUCTION_SCHEME_NONE] == results[CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE],
      "exact sums agree");
  check::that(results[CUBLASLT_REDUCTION_SCHEME_NONE] != results[CUBLASLT_REDUCTION_SCHEME_INPLACE],
              "in-place reduction rounds");
  check::that(
      results[CUBLASLT_REDUCTION_SCHEME_NONE] != results[CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE],
      "reduction in the output type rounds");
}

static void classic() {
  const int m = 9, n = 7, k = 5, batch = 3;
  HostMatrix a(m, k, batch), b(n, k, batch), c(m, n, batch);
  DeviceMatrix da(a.v, CUDA_R_16BF), db(b.v, CUDA_R_16BF), dc(c.v, CUDA_R_32F);
  cublasHandle_t handle;
  cublasCreate(&handle);
  cublasSetStream(handle, nullptr);
  cublasSetMathMode(handle, CUBLAS_TF32_TENSOR_OP_MATH);
  const float alpha = 1, beta = -1;
  const auto s = cublasGemmStridedBatchedEx(handle, CUBLAS_OP_N, CUBLAS_OP_T, m, n, k, &alpha,
                                            da.memory, CUDA_R_16BF, m, m * k, db.memory,
                                            CUDA_R_16BF, n, n * k, &beta, dc.memory, CUDA_R_32F, m,
                                            m * n, batch, CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
  check::that(s == CUBLAS_STATUS_SUCCESS);
  const auto got = dc.host();
  check::MaxError error;
  for (int i = 0; i < batch; i++)
    for (int col = 0; col < n; col++)
      for (int row = 0; row < m; row++) {
        double x = -c.at(row, col, i);
        for (int j = 0; j < k; j++) x += double(a.at(row, j, i)) * b.at(col, j, i);
        error.add(got[(size_t(i) * n + col) * m + row], x);
      }
  error.within(1e-5, "cublasGemmStridedBatchedEx");
  check::that(cublasSgemm(handle, CUBLAS_OP_N, CUBLAS_OP_N, 4, 4, 4, &alpha, nullptr, 3, nullptr, 4,
                          &beta, nullptr, 4) == CUBLAS_STATUS_INVALID_VALUE);
  cublasDestroy(handle);
}

int main() {
  const cudaDataType bf16 = CUDA_R_16BF, f32 = CUDA_R_32F;
  for (auto [inputs, output] : {std::pair{f32, f32}, {bf16, bf16}, {bf16, f32}}) {
    for (int t = 0; t < 4; t++)
      lt({.inputs = inputs,
          .output = output,
          .ta = (t & 1) != 0,
          .tb = (t & 2) != 0,
          .batch = 1 + t,
          .beta = float(t % 2)});
    for (auto e :
         {CUBLASLT_EPILOGUE_BIAS, CUBLASLT_EPILOGUE_GELU, CUBLASLT_EPILOGUE_GELU_BIAS,
          CUBLASLT_EPILOGUE_GELU_AUX, CUBLASLT_EPILOGUE_GELU_AUX_BIAS, CUBLASLT_EPILOGUE_DGELU,
          CUBLASLT_EPILOGUE_DGELU_BGRAD, CUBLASLT_EPILOGUE_BGRADA, CUBLASLT_EPILOGUE_BGRADB})
      lt({.epilogue = e, .inputs = inputs, .output = output, .ta = true});
    lt({.inputs = inputs, .output = output, .m = 8, .n = 8, .k = 100});  // deep
  }
  accumulate();
  rounded_reductions();
  classic();
  return check::result();
}
