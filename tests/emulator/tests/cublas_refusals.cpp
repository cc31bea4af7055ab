// What the cuBLASLt look-alike refuses because the real library does, and how it makes misuse of a
// workspace visible. `cublas_refusals scarce` runs with GPU_EMULATOR_SCARCE_ALGORITHMS=1.
#include <cstring>
#include <string>

#include "product.h"

using product::Product;
using product::Shape;

constexpr Shape shape{.m = 32, .n = 16, .k = 64};

static void is(cublasStatus_t got, cublasStatus_t want,
               check::Where where = check::Where::current()) {
  if (got == want) return;
  std::printf("%s:%u: got %s, want %s\n", where.file_name(), where.line(),
              cublasLtGetStatusName(got), cublasLtGetStatusName(want));
  check::failures++;
}

/// The heuristic's answer after `change`.
template <class Change>
static cublasStatus_t asked(const Shape& s, Change change) {
  Product p(s);
  change(p);
  std::vector<cublasLtMatmulHeuristicResult_t> found;
  return p.heuristic(&found);
}

static void types() {
  const auto plain = [](Product&) {};
  is(asked({.m = 8, .n = 8, .k = 8, .inputs = CUDA_R_32F, .output = CUDA_R_16BF}, plain),
     CUBLAS_STATUS_NOT_SUPPORTED);
  is(asked({.m = 8, .n = 8, .k = 8, .compute = CUBLAS_COMPUTE_16F}, plain),
     CUBLAS_STATUS_NOT_SUPPORTED);
  is(asked({.m = 8,
            .n = 8,
            .k = 8,
            .inputs = CUDA_R_16BF,
            .output = CUDA_R_16BF,
            .compute = CUBLAS_COMPUTE_32F_FAST_TF32},
           plain),
     CUBLAS_STATUS_NOT_SUPPORTED);
  is(asked(shape, [](Product& p) { p.set(p.b, CUBLASLT_MATRIX_LAYOUT_TYPE, CUDA_R_16BF); }),
     CUBLAS_STATUS_NOT_SUPPORTED);
  is(asked(shape, [](Product& p) { p.set(p.c, CUBLASLT_MATRIX_LAYOUT_TYPE, CUDA_R_16BF); }),
     CUBLAS_STATUS_NOT_SUPPORTED);
  is(asked(shape, [](Product& p) { p.set(p.a, CUBLASLT_MATRIX_LAYOUT_ROWS, uint64_t{31}); }),
     CUBLAS_STATUS_INVALID_VALUE);
  is(asked(shape, [](Product& p) { p.set(p.a, CUBLASLT_MATRIX_LAYOUT_LD, int64_t{31}); }),
     CUBLAS_STATUS_INVALID_VALUE);
  is(asked(shape, [](Product& p) { p.set(p.a, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, int32_t{2}); }),
     CUBLAS_STATUS_INVALID_VALUE);
  const int64_t wrong_size = 1;
  Product p(shape);
  is(cublasLtMatrixLayoutSetAttribute(p.a, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &wrong_size,
                                      sizeof wrong_size),
     CUBLAS_STATUS_INVALID_VALUE);
}

static void epilogues() {
  const auto with = [](cublasLtEpilogue_t e, auto change) {
    return asked(shape, [=](Product& p) {
      p.set(CUBLASLT_MATMUL_DESC_EPILOGUE, e);
      p.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, int64_t{32});
      change(p);
    });
  };
  const auto rows = [](Product& p) {
    p.set(p.a, CUBLASLT_MATRIX_LAYOUT_LD, int64_t{64});
    p.set(p.b, CUBLASLT_MATRIX_LAYOUT_LD, int64_t{64});
    for (auto l : {p.c, p.d}) p.set(l, CUBLASLT_MATRIX_LAYOUT_LD, int64_t{16});
    for (auto l : {p.a, p.b, p.c, p.d}) p.set(l, CUBLASLT_MATRIX_LAYOUT_ORDER, CUBLASLT_ORDER_ROW);
  };
  is(with(CUBLASLT_EPILOGUE_DEFAULT, rows), CUBLAS_STATUS_SUCCESS);
  for (auto e : {CUBLASLT_EPILOGUE_BIAS, CUBLASLT_EPILOGUE_GELU_AUX_BIAS, CUBLASLT_EPILOGUE_DGELU})
    is(with(e, rows), CUBLAS_STATUS_NOT_SUPPORTED);
  const auto nothing = [](Product&) {};
  is(with(CUBLASLT_EPILOGUE_GELU_AUX_BIAS, nothing), CUBLAS_STATUS_SUCCESS);
  is(with(CUBLASLT_EPILOGUE_RELU_AUX, nothing), CUBLAS_STATUS_NOT_SUPPORTED);
  is(with(CUBLASLT_EPILOGUE_BIAS,
          [](Product& p) { p.set(CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, int32_t{CUDA_R_16BF}); }),
     CUBLAS_STATUS_INVALID_VALUE);
  is(with(CUBLASLT_EPILOGUE_BIAS,
          [](Product& p) { p.set(CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, int32_t{CUDA_R_32F}); }),
     CUBLAS_STATUS_SUCCESS);
  is(with(CUBLASLT_EPILOGUE_DGELU,
          [](Product& p) {
            p.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_DATA_TYPE, int32_t{CUDA_R_16BF});
          }),
     CUBLAS_STATUS_INVALID_VALUE);
  is(with(CUBLASLT_EPILOGUE_GELU_AUX,
          [](Product& p) { p.set(CUBLASLT_MATMUL_DESC_EPILOGUE_AUX_LD, int64_t{33}); }),
     CUBLAS_STATUS_INVALID_VALUE);
}

struct Memory {
  check::Device<float> a{std::vector<float>(64 * 64 + 8, 1)}, b{std::vector<float>(64 * 64 + 8, 1)},
      d{std::vector<float>(64 * 64 + 8, 0)};
  check::Device<char> workspace{1 << 18};
};

static void pointers() {
  Memory x;
  Product p(shape);
  p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{1} << 18);
  const auto run = [&](const cublasLtMatmulHeuristicResult_t& choice, const float* a,
                       size_t workspace_bytes, size_t shift = 0) {
    return p.run({.a = a,
                  .b = x.b,
                  .c = x.d,
                  .d = x.d,
                  .algorithm = &choice.algo,
                  .workspace = x.workspace + shift,
                  .workspace_bytes = workspace_bytes});
  };
  for (const auto& choice : p.heuristic()) {
    is(run(choice, x.a, choice.workspaceSize), CUBLAS_STATUS_SUCCESS);
    is(run(choice, x.a + 4, choice.workspaceSize), CUBLAS_STATUS_NOT_SUPPORTED);  // 256 was stated
    if (choice.workspaceSize)
      is(run(choice, x.a, choice.workspaceSize - 1), CUBLAS_STATUS_INVALID_VALUE);
    is(run(choice, x.a, 1 << 18, 16), CUBLAS_STATUS_INVALID_VALUE);  // leaves the allocation
    is(run(choice, x.a, 1 << 17, 8), CUBLAS_STATUS_INVALID_VALUE);   // not aligned
  }
  p.prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, uint32_t{16});
  for (const auto& choice : p.heuristic()) {
    is(run(choice, x.a + 4, choice.workspaceSize), CUBLAS_STATUS_SUCCESS);
    is(run(choice, x.a + 1, choice.workspaceSize), CUBLAS_STATUS_NOT_SUPPORTED);
  }
  p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{0});
  const auto small = p.heuristic();
  check::equal(small.size(), 1);
  check::equal(small[0].workspaceSize, 0);
  Product other({.m = 16, .n = 16, .k = 64});  // an algorithm belongs to its shape
  is(other.run({.a = x.a, .b = x.b, .c = x.d, .d = x.d, .algorithm = &small[0].algo}),
     CUBLAS_STATUS_NOT_SUPPORTED);
  const cublasLtMatmulAlgo_t blank = {};
  is(p.run({.a = x.a, .b = x.b, .c = x.d, .d = x.d, .algorithm = &blank}),
     CUBLAS_STATUS_INVALID_VALUE);
  is(p.run({.beta = 1, .a = x.a, .b = x.b, .d = x.d}), CUBLAS_STATUS_INVALID_VALUE);  // no C
  p.set(CUBLASLT_MATMUL_DESC_EPILOGUE, CUBLASLT_EPILOGUE_BIAS);
  is(p.run({.a = x.a, .b = x.b, .c = x.d, .d = x.d}), CUBLAS_STATUS_INVALID_VALUE);  // no bias
  p.set(CUBLASLT_MATMUL_DESC_BIAS_POINTER, static_cast<float*>(x.d) + 1);
  is(p.run({.a = x.a, .b = x.b, .c = x.d, .d = x.d}), CUBLAS_STATUS_NOT_SUPPORTED);
  check::cuda(cudaDeviceSynchronize());
}

/// A matrix that is larger than its memory.
static void out_of_bounds() {
  Memory x;
  Product p({.m = 64, .n = 64, .k = 128});
  is(p.run({.a = x.a, .b = x.b, .c = x.d, .d = x.d}), CUBLAS_STATUS_SUCCESS);
  check::is_error(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
  cudaDeviceReset();
}

/// Two streams with one workspace; with deferred streams the products come between each other.
static void shared_workspace() {
  Memory x, y;
  cudaStream_t streams[2];
  for (auto& s : streams) check::cuda(cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking));
  Product p(shape);
  p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, uint64_t{1} << 18);
  bool wrong = false;
  for (const auto& choice : p.heuristic())
    for (int repeat = 0; repeat < 4; repeat++) {
      for (int i = 0; i < 2; i++) {
        const Memory& m = i ? y : x;
        product::ok(p.run({.a = m.a,
                           .b = m.b,
                           .c = m.d,
                           .d = m.d,
                           .algorithm = &choice.algo,
                           .workspace = x.workspace,
                           .workspace_bytes = 1 << 18,
                           .stream = streams[i]}));
      }
      check::cuda(cudaDeviceSynchronize());
      wrong = wrong || x.d.host()[0] != 64 || y.d.host()[0] != 64;
    }
  if (wrong) std::printf("shared workspace seen\n");
  for (auto& s : streams) check::cuda(cudaStreamDestroy(s));
}

/// The heuristic gives nothing, less, or another order for some problems, and the same answer to
/// the same question.
static void scarce() {
  int refused = 0, empty = 0, fewer = 0;
  for (int i = 0; i < 60; i++) {
    Product p(shape);
    p.prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, (uint64_t{1} << 18) + uint64_t(i));
    std::vector<cublasLtMatmulHeuristicResult_t> found, again;
    const cublasStatus_t s = p.heuristic(&found);
    check::that(p.heuristic(&again) == s && again.size() == found.size(), "the same answer twice");
    refused += s == CUBLAS_STATUS_NOT_SUPPORTED;
    empty += s == CUBLAS_STATUS_SUCCESS && found.empty();
    fewer += !found.empty() && found.size() < 5;
  }
  check::that(refused > 0 && empty > 0 && fewer > 0 && refused + empty + fewer < 60, "scarce");
}

int main(int argc, char** argv) {
  const std::string which = argc > 1 ? argv[1] : "";
  if (which == "scarce") {
    scarce();
  } else if (which == "shared_workspace") {
    shared_workspace();
  } else {
    types();
    epilogues();
    pointers();
    out_of_bounds();
  }
  return check::result();
}
