#include "cublas/gemm.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "cudart/device_heap.h"
#include "cudart/engine.h"
#include "cudart/memory.h"

namespace gpu_emulator::cublas {
namespace {

// The tanh form that cuBLASLt's GELU epilogues use.
constexpr double gelu_scale = 0.7978845608028654, gelu_cubic = 0.044715;

double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(gelu_scale * (x + gelu_cubic * x * x * x)));
}

double gelu_gradient(double x) {
  const double t = std::tanh(gelu_scale * (x + gelu_cubic * x * x * x));
  return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * gelu_scale * (1 + 3 * gelu_cubic * x * x);
}

double scalar(const void* p, bool is_double) {
  if (!p) return 0;
  if (is_double) return *static_cast<const double*>(p);
  return *static_cast<const float*>(p);
}

/// All of op(a) and op(b) of one batch entry as floats, k innermost.
std::vector<float> gather(const Matrix& m, bool transposed, bool k_is_column, int64_t batch) {
  const int64_t rows = transposed ? m.columns : m.rows, columns = transposed ? m.rows : m.columns;
  std::vector<float> out(size_t(rows * columns));
  for (int64_t c = 0; c < columns; c++)
    for (int64_t r = 0; r < rows; r++) {
      const double v = transposed ? m.at(c, r, batch) : m.at(r, c, batch);
      out[size_t(k_is_column ? r * columns + c : c * rows + r)] = float(v);
    }
  return out;
}

float dot(const float* x, const float* y, int64_t n) {  // f32 accumulation in eight chains
  float lanes[8] = {};
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    for (int j = 0; j < 8; j++) lanes[j] += x[i + j] * y[i + j];
  float sum = 0;
  for (; i < n; i++) sum += x[i] * y[i];
  for (float lane : lanes) sum += lane;
  return sum;
}

/// One batch entry: both operands as floats, and the parts of k.
class Operands {
 public:
  Operands(const Gemm& g, int64_t batch)
      : a(gather(g.a, g.transpose_a, true, batch)),
        b(gather(g.b, g.transpose_b, false, batch)),
        depth_(g.depth()),
        step_((g.depth() + g.parts - 1) / g.parts) {}
  float part(int64_t row, int64_t column, int index) const {
    const int64_t begin = std::min(depth_, step_ * index), end = std::min(depth_, begin + step_);
    return dot(&a[size_t(row * depth_ + begin)], &b[size_t(column * depth_ + begin)], end - begin);
  }
  const std::vector<float> a, b;

 private:
  int64_t depth_, step_;
};

/// Partial products as they lie in the workspace: part p of column c is column p * columns + c.
Matrix partial_products(const Gemm& g) {
  const bool rounded = g.reduction == CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
  const int64_t columns = g.d.columns * g.parts;
  return {g.workspace,       rounded ? g.d.type : CUDA_R_32F, g.d.rows, columns, g.d.rows,
          g.d.rows * columns};
}

bool keeps_parts(const Gemm& g) {
  return g.reduction == CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE ||
         g.reduction == CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE;
}

void store_parts(const Gemm& g) {
  const Matrix parts = partial_products(g);
  for (int i = 0; i < g.batch_count; i++) {
    const Operands operands(g, i);
    for (int p = 0; p < g.parts; p++)
      for (int64_t column = 0; column < g.d.columns; column++)
        for (int64_t row = 0; row < g.d.rows; row++)
          parts.set(row, p * g.d.columns + column, i, operands.part(row, column, p));
  }
}

double finish(const Gemm& g, int64_t row, int64_t column, int64_t batch, double x) {
  const cublasLtEpilogue_t e = g.epilogue;
  if (has(e, with_bias)) x += g.bias.at(row, 0, batch);
  if (has(e, with_gelu)) {
    if (has(e, with_aux)) {
      g.aux.set(row, column, batch, x);
      x = g.aux.at(row, column, batch);
    }
    return gelu(x);
  }
  if (has(e, with_relu)) return std::isnan(x) ? x : std::max(x, 0.0);
  if (has(e, with_dgelu)) return x * gelu_gradient(g.aux.at(row, column, batch));
  return x;
}

void reduce_bias_gradients(const Gemm& g, int64_t batch, const Operands& operands) {
  const int64_t k = g.depth();
  const auto sums = [&](const std::vector<float>& v) {
    for (int64_t i = 0; i < int64_t(v.size()) / k; i++) {
      double sum = 0;
      for (int64_t j = 0; j < k; j++) sum += v[size_t(i * k + j)];
      g.bias.set(i, 0, batch, sum);
    }
  };
  if (has(g.epilogue, with_bias_gradient_a)) sums(operands.a);
  if (has(g.epilogue, with_bias_gradient_b)) sums(operands.b);
}

/// alpha * product + beta * c, rounded on the way as the reduction scheme does.
double combined(const Gemm& g, const Operands& operands, int64_t row, int64_t column, int64_t batch,
                double alpha, double beta) {
  const double before = beta == 0 ? 0 : beta * g.c.at(row, column, batch);
  if (alpha == 0) return before;
  if (g.reduction == CUBLASLT_REDUCTION_SCHEME_INPLACE) {
    double x = before;
    for (int p = 0; p < g.parts; p++) {
      g.d.set(row, column, batch, x + alpha * operands.part(row, column, p));
      x = g.d.at(row, column, batch);
    }
    return x;
  }
  if (!keeps_parts(g)) return alpha * operands.part(row, column, 0) + before;
  const Matrix parts = partial_products(g);
  float sum = 0;
  for (int p = 0; p < g.parts; p++) sum += float(parts.at(row, p * g.d.columns + column, batch));
  return alpha * sum + before;
}

void multiply(const Gemm& g, int64_t batch, double alpha, double beta) {
  const Operands operands(g, batch);
  std::vector<double> bias_gradient(size_t(g.d.rows), 0.0);
  for (int64_t column = 0; column < g.d.columns; column++)
    for (int64_t row = 0; row < g.d.rows; row++) {
      double x = combined(g, operands, row, column, batch, alpha, beta);
      x = finish(g, row, column, batch, x);
      g.d.set(row, column, batch, x);
      bias_gradient[size_t(row)] += x;
    }
  if (has(g.epilogue, with_dgelu | with_bias_gradient))
    for (int64_t row = 0; row < g.d.rows; row++)
      g.bias.set(row, 0, batch, bias_gradient[size_t(row)]);
  if (g.depth()) reduce_bias_gradients(g, batch, operands);
}

bool inside_memory(const char* what, const Matrix& m, int batch_count) {
  cudart::Allocation a;
  const uintptr_t begin = uintptr_t(m.data), end = begin + m.span(batch_count);
  if (cudart::heap_find(m.data, &a) ? end <= a.address + a.bytes : cudart::is_pinned(m.data))
    return true;
  std::fprintf(stderr, "gpu_emulator: matrix %s of a product (%lld x %lld) leaves device memory\n",
               what, static_cast<long long>(m.rows), static_cast<long long>(m.columns));
  return false;
}

constexpr unsigned char in_use = 0x5c;

/// What a product may leave of its workspace: nothing of the first MiB and of what it uses; behind
/// that, to be quick, a line of every 64 KiB is lost.
void poison_workspace(const Gemm& g) {
  if (!g.workspace) return;
  constexpr unsigned char nan = 0xff;
  constexpr size_t whole = size_t{1} << 20, stride = size_t{64} << 10, line = 64;
  auto* bytes = static_cast<unsigned char*>(g.workspace);
  const size_t first = std::min(g.workspace_bytes, std::max(whole, g.workspace_used));
  std::memset(bytes, nan, first);
  for (size_t at = first; at + line <= g.workspace_bytes; at += stride)
    std::memset(bytes + at, nan, line);
}

/// The first half of a product: what it leaves in its workspace until the second.
cudaError_t begin(const Gemm& g) {
  const bool all_inside = inside_memory("A", g.a, g.batch_count) &&
                          inside_memory("B", g.b, g.batch_count) &&
                          inside_memory("D", g.d, g.batch_count);
  if (!all_inside) return cudaErrorIllegalAddress;
  poison_workspace(g);
  if (keeps_parts(g))
    store_parts(g);
  else if (g.workspace_used)
    std::memset(g.workspace, in_use, g.workspace_used);
  return cudaSuccess;
}

cudaError_t end(const Gemm& g, double alpha, double beta) {
  const auto* bytes = static_cast<const unsigned char*>(g.workspace);
  if (g.workspace_used && !keeps_parts(g) &&
      std::any_of(bytes, bytes + g.workspace_used, [](unsigned char b) { return b != in_use; })) {
    std::fprintf(stderr, "gpu_emulator: the workspace of a product was written by other work\n");
    alpha = NAN;
  }
  for (int i = 0; i < g.batch_count; i++) multiply(g, i, alpha, beta);
  poison_workspace(g);
  return cudaSuccess;
}

}  // namespace

bool has(cublasLtEpilogue_t epilogue, unsigned parts) {
  return (unsigned(epilogue) & parts) == parts;
}

cublasStatus_t check(const Gemm& g) {
  const int64_t m = g.transpose_a ? g.a.columns : g.a.rows;
  const int64_t kb = g.transpose_b ? g.b.columns : g.b.rows,
                n = g.transpose_b ? g.b.rows : g.b.columns;
  if (m != g.d.rows || n != g.d.columns || g.depth() != kb) return CUBLAS_STATUS_INVALID_VALUE;
  for (const Matrix* x : {&g.a, &g.b, &g.c, &g.d}) {
    if (!supported(x->type)) return CUBLAS_STATUS_NOT_SUPPORTED;
    if (x->leading < (x->row_major ? x->columns : x->rows)) return CUBLAS_STATUS_INVALID_VALUE;
  }
  return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t enqueue(Gemm g, cudaStream_t stream) {
  cudart::Lock lock;
  double alpha = 0, beta = 0;
  if (!g.scale_on_device) {
    alpha = scalar(g.alpha, g.scale_is_double);
    beta = scalar(g.beta, g.scale_is_double);
  }
  const auto second = [=] {
    const double x = g.scale_on_device ? scalar(g.alpha, g.scale_is_double) : alpha;
    const double y = g.scale_on_device ? scalar(g.beta, g.scale_is_double) : beta;
    return end(g, x, y);
  };
  const auto whole = [=] {
    const cudaError_t e = begin(g);
    return e ? e : second();
  };
  cudaError_t e = cudaSuccess;
  if (g.workspace_used) {
    // In a graph, a split product is two kernels; the poisoning before another one is none.
    const auto type = g.parts > 1 ? cudaGraphNodeTypeKernel : cudaGraphNodeTypeMemset;
    e = cudart::submit(stream, {.run = [=] { return begin(g); }, .ready = {}, .type = type});
    if (!e)
      e = cudart::submit(stream, {.run = second, .ready = {}, .type = cudaGraphNodeTypeKernel});
  } else {
    e = cudart::submit(stream, {.run = whole, .ready = {}, .type = cudaGraphNodeTypeKernel});
  }
  return e == cudaSuccess ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_EXECUTION_FAILED;
}

}  // namespace gpu_emulator::cublas
