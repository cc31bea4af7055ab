#include <cublasLt.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "core/cuda/owned.h"
#include "electra/kernels/matmul.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/plain_product.cuh"

namespace electra {

namespace {

constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // NVIDIA's advice for Hopper

void check(cublasStatus_t status, std::string_view call, Where where = Where::here()) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw DeviceError("cublasLt: " + std::string(call) + " at " + to_string(where) + ": " +
                    cublasLtGetStatusName(status));
}

cudaDataType_t type_of(DType dtype) { return dtype == DType::bf16 ? CUDA_R_16BF : CUDA_R_32F; }

using cuda::Owned;
using LtHandle = Owned<cublasLtHandle_t, cublasLtDestroy>;
using Operation = Owned<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
using Layout = Owned<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy>;
using Preference = Owned<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

/// What an algorithm is chosen for.
struct Problem {
  Index batch, m, n, k;
  bool transpose_a, transpose_b, adds, biased;
  DType in, out;
  std::uint32_t alignment;  // bytes, of all operands

  [[nodiscard]] auto key() const {
    return std::tie(batch, m, n, k, transpose_a, transpose_b, adds, biased, in, out, alignment);
  }
  friend bool operator<(const Problem& p, const Problem& q) { return p.key() < q.key(); }
};

/// "[16384, 64] x [64, 256] of bf16 to f32".
std::string text_of(const Problem& p) {
  const auto matrix = [&](Index rows, Index columns) {
    return to_string(p.batch == 1 ? Shape{rows, columns} : Shape{p.batch, rows, columns});
  };
  return matrix(p.m, p.k) + " x " + matrix(p.k, p.n) + " of " + std::string(to_string(p.in)) +
         " to " + std::string(to_string(p.out));
}

template <class Value>
void set(const Operation& operation, cublasLtMatmulDescAttributes_t attribute, const Value& value) {
  check(cublasLtMatmulDescSetAttribute(operation.get(), attribute, &value, sizeof value),
        "cublasLtMatmulDescSetAttribute");
}

/// A row-major matrix [rows, columns] is cuBLASLt's column-major [columns, rows].
Layout layout_of(DType dtype, Index rows, Index columns, Index batch) {
  Layout layout;
  check(
      cublasLtMatrixLayoutCreate(layout.out(), type_of(dtype), static_cast<std::uint64_t>(columns),
                                 static_cast<std::uint64_t>(rows), columns),
      "cublasLtMatrixLayoutCreate");
  if (batch == 1) return layout;
  const auto count = static_cast<std::int32_t>(batch);
  const std::int64_t stride = rows * columns;
  check(cublasLtMatrixLayoutSetAttribute(layout.get(), CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count,
                                         sizeof count),
        "cublasLtMatrixLayoutSetAttribute");
  check(cublasLtMatrixLayoutSetAttribute(layout.get(), CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                         &stride, sizeof stride),
        "cublasLtMatrixLayoutSetAttribute");
  return layout;
}

/// One shape's descriptors and algorithm. c^T = op(b)^T op(a)^T: the operands trade places.
struct Plan {
  Operation operation;
  Layout a, b, c;
  std::optional<cublasLtMatmulAlgo_t> algorithm;
};

class LtProducts final : public CudaContext::Products {
 public:
  explicit LtProducts(CudaContext& context) : context_(context) {
    workspace_ = context.allocate(static_cast<Index>(workspace_bytes));  // makes its device current
    check(cublasLtCreate(handle_.out()), "cublasLtCreate");
  }
  ~LtProducts() override { context_.deallocate(workspace_); }
  LtProducts(const LtProducts&) = delete;
  LtProducts& operator=(const LtProducts&) = delete;

  /// False if the library has no algorithm for it.
  [[nodiscard]] bool run(const Problem& problem, const void* a, const void* b, void* c,
                         const void* bias) {
    const Plan& plan = plan_of(problem, bias);
    if (!plan.algorithm) return false;
    if (problem.biased) set(plan.operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    const float one = 1;
    const float beta = problem.adds ? 1 : 0;
    check(cublasLtMatmul(handle_.get(), plan.operation.get(), &one, b, plan.b.get(), a,
                         plan.a.get(), &beta, c, plan.c.get(), c, plan.c.get(), &*plan.algorithm,
                         workspace_, workspace_bytes, context_.stream()),
          "cublasLtMatmul");
    return true;
  }

 private:
  /// A plan loads kernels of the library, which no recording may hold.
  [[nodiscard]] const Plan& plan_of(const Problem& problem, const void* bias) {
    const auto found = plans_.find(problem);
    if (found != plans_.end()) return found->second;
    context_.refuse_while_recording("a product of a new shape, " + text_of(problem) + ",");
    const Plan& plan = plans_.emplace(problem, make(problem, bias)).first->second;
    if (!plan.algorithm) context_.add_slow_product(text_of(problem));
    return plan;
  }

  /// The heuristic wants to see a bias.
  Plan make(const Problem& p, const void* bias) const {
    Plan plan;
    check(cublasLtMatmulDescCreate(plan.operation.out(), CUBLAS_COMPUTE_32F, CUDA_R_32F),
          "cublasLtMatmulDescCreate");
    set(plan.operation, CUBLASLT_MATMUL_DESC_TRANSA, p.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N);
    set(plan.operation, CUBLASLT_MATMUL_DESC_TRANSB, p.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N);
    if (p.biased) {
      set(plan.operation, CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
      set(plan.operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, bias);
    }
    plan.a =
        p.transpose_a ? layout_of(p.in, p.k, p.m, p.batch) : layout_of(p.in, p.m, p.k, p.batch);
    plan.b =
        p.transpose_b ? layout_of(p.in, p.n, p.k, p.batch) : layout_of(p.in, p.k, p.n, p.batch);
    plan.c = layout_of(p.out, p.m, p.n, p.batch);
    plan.algorithm = choose(p, plan);
    return plan;
  }

  /// The library's first proposal that needs no reduction in a narrower type than f32.
  std::optional<cublasLtMatmulAlgo_t> choose(const Problem& p, const Plan& plan) const {
    Preference preference;
    check(cublasLtMatmulPreferenceCreate(preference.out()), "cublasLtMatmulPreferenceCreate");
    const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      check(cublasLtMatmulPreferenceSetAttribute(preference.get(), attribute, &value, sizeof value),
            "cublasLtMatmulPreferenceSetAttribute");
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{workspace_bytes});
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           std::uint32_t{CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE});
    for (const auto operand :
         {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
          CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES})
      prefer(operand, p.alignment);
    cublasLtMatmulHeuristicResult_t result{};
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
        handle_.get(), plan.operation.get(), plan.b.get(), plan.a.get(), plan.c.get(), plan.c.get(),
        preference.get(), 1, &result, &found);
    if (status == CUBLAS_STATUS_NOT_SUPPORTED || (status == CUBLAS_STATUS_SUCCESS && found == 0))
      return std::nullopt;
    check(status, "cublasLtMatmulAlgoGetHeuristic");
    check(result.state, "cublasLtMatmulAlgoGetHeuristic");
    return result.algo;
  }

  CudaContext& context_;
  LtHandle handle_;
  void* workspace_ = nullptr;
  std::map<Problem, Plan> plans_;
};

/// Of all addresses, and of all matrices of a batch.
std::uint32_t alignment_of(const Matmul& k, Index batch, const void* bias) {
  std::uintptr_t all = reinterpret_cast<std::uintptr_t>(bias);
  for (const ConstTensorView& view : {k.a, k.b, ConstTensorView(k.c)}) {
    all |= reinterpret_cast<std::uintptr_t>(view.raw());
    if (batch > 1) all |= static_cast<std::uintptr_t>(view.bytes() / batch);
  }
  constexpr std::uintptr_t most = 256;
  return static_cast<std::uint32_t>(std::min(most, all & (~all + 1)));
}

template <class T>
__global__ void __launch_bounds__(256) round_bias(const float* from, T* to, int width) {
  const int i = static_cast<int>(blockIdx.x * 256 + threadIdx.x);
  if (i < width) to[i] = cuda::narrow<T>(from[i]);
}

/// cuBLASLt adds a bias of the product's own type, from a multiple of 16 bytes.
const void* bias_of(CudaContext& context, const Matmul& k) {
  if (!k.bias) return nullptr;
  if (k.c.dtype() == DType::f32 && cuda::aligned<float>(4, {k.bias.raw()})) return k.bias.raw();
  if (k.rounded_bias && cuda::aligned<float>(4, {k.rounded_bias.raw()}))
    return k.rounded_bias.raw();
  const void* bias = nullptr;
  cuda::visit_activation(k.name, k.c.dtype(), [&]<class T>(T) {
    auto* to = context.workspace_of<T>(k.bias.size());
    cuda::launch(context, k.name, {cuda::blocks_for(k.bias.size(), 256), 256}, round_bias<T>,
                 k.bias.data<float>(), to, static_cast<int>(k.bias.size()));
    bias = to;
  });
  return bias;
}

}  // namespace

void run_on(CudaContext& context, const Matmul& k) {
  const auto [batch, m, n, inner] = math::extents(k);
  if (batch * m * n == 0) return;
  if (k.a.dtype() == DType::f64)
    throw DeviceError("matmul: on a GPU, expected f32 or bf16, found f64");
  if (inner == 0 && k.write == Write::add) return;
  if (inner == 0) return cuda::run_plain_product(context, k);
  if (!context.products) context.products = std::make_unique<LtProducts>(context);
  const void* bias = bias_of(context, k);
  const Problem problem{.batch = batch,
                        .m = m,
                        .n = n,
                        .k = inner,
                        .transpose_a = k.transpose_a == Transpose::yes,
                        .transpose_b = k.transpose_b == Transpose::yes,
                        .adds = k.write == Write::add,
                        .biased = static_cast<bool>(k.bias),
                        .in = k.a.dtype(),
                        .out = k.c.dtype(),
                        .alignment = alignment_of(k, batch, bias)};
  auto& products = static_cast<LtProducts&>(*context.products);
  if (products.run(problem, k.a.raw(), k.b.raw(), k.c.raw(), bias)) return;
  constexpr Index bearable = Index{1} << 28;  // multiplications: half a millisecond or so
  if (batch * m * n * inner > bearable)
    throw DeviceError("matmul: cuBLASLt has no algorithm for " + text_of(problem) +
                      ", and it is too large to be done slowly");
  cuda::run_plain_product(context, k);
}

}  // namespace electra
