#include "electra/kernels/matmul.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "electra/kernels/cast.h"
#include "support/host_copy.h"
#include "support/twin.h"

namespace electra {

using test::Begin;
using test::HostTensor;
using test::Twin;

TEST_CASE("matrix products on a GPU agree with the CPU's", "[cuda][kernel][matmul]") {
  const auto [in, out] = GENERATE(table<DType, DType>(
      {{DType::f32, DType::f32}, {DType::bf16, DType::bf16}, {DType::bf16, DType::f32}}));
  const auto [m, n, k] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {3, 5, 7}, {16, 32, 8}, {33, 64, 130}, {64, 24, 200}}));
  const Transpose ta = GENERATE(Transpose::no, Transpose::yes);
  const Transpose tb = GENERATE(Transpose::no, Transpose::yes);
  const auto form =
      GENERATE(0, 1, 2, 3);  // overwrite, with a bias, add, with a bias rounded before
  CAPTURE(to_string(in), to_string(out), m, n, k, static_cast<int>(ta), static_cast<int>(tb), form);
  const HostTensor a = test::random_tensor(ta == Transpose::yes ? Shape{k, m} : Shape{m, k}, in, 1);
  const HostTensor b = test::random_tensor(tb == Transpose::yes ? Shape{n, k} : Shape{k, n}, in, 2);
  const HostTensor bias = test::random_tensor({n}, DType::f32, 3);
  HostTensor rounded_bias({n}, out);
  for (Index i = 0; i < n; ++i) rounded_bias.set(i, bias[i]);
  const bool biased = form == 1 || form == 3;
  HostTensor c({m, n}, out);
  if (form == 2) c = test::random_tensor({m, n}, out, 4);
  const Begin begin = m == 33 || n == 5 ? Begin::unaligned : Begin::aligned;
  Twin twin(
      [&](auto at) {
        return Matmul{.a = at(a),
                      .b = at(b),
                      .c = at(c),
                      .bias = biased ? at(bias) : TensorView{},
                      .rounded_bias = form == 3 ? at(rounded_bias) : TensorView{},
                      .transpose_a = ta,
                      .transpose_b = tb,
                      .write = form == 2 ? Write::add : Write::overwrite};
      },
      begin);
  // Sums are off by what f32 adds; a bias is rounded to the product's type before it is added.
  const double terms = std::sqrt(static_cast<double>(k));
  const bool rounds_bias = biased && out == DType::bf16;
  const double floor = out == DType::f32 ? terms : rounds_bias ? 2 : 1e-3 * terms;
  CHECK(twin.error(c, floor) < 2 * test::unit(out) + 4 * test::unit(DType::f32));
}

TEST_CASE("batched products on a GPU agree with the CPU's", "[cuda][kernel][matmul]") {
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  const HostTensor a = test::random_tensor({3, 9, 14}, dtype, 1);
  const HostTensor b = test::random_tensor({3, 6, 14}, dtype, 2);
  const HostTensor c({3, 9, 6}, dtype);
  Twin twin([&](auto at) {
    return Matmul{.a = at(a), .b = at(b), .c = at(c), .transpose_b = Transpose::yes};
  });
  CHECK(twin.error(c, dtype == DType::f32 ? 4 : 4e-3) < 2 * test::unit(dtype));
}

/// The library's kernel of last resort refuses products of this size: what comes out is cuBLASLt's.
TEST_CASE("a product that is too large to be done slowly is cuBLASLt's", "[cuda][kernel][matmul]") {
  const auto [in, out] = GENERATE(table<DType, DType>(
      {{DType::f32, DType::f32}, {DType::bf16, DType::bf16}, {DType::bf16, DType::f32}}));
  const bool weights = GENERATE(false, true);  // gradients of weights, added up; or activations
  if (weights && out == DType::bf16) return;
  constexpr Index m = 64, n = 72, k = Index{1} << 16;
  const auto context = Context::create({DeviceType::cuda, 0});
  const Shape shapes[2] = {weights ? Shape{k, m} : Shape{m, k},
                           weights ? Shape{k, n} : Shape{n, k}};
  const Buffer a(*context, m * k * size_of(in)), b(*context, n * k * size_of(in));
  const Buffer c(*context, m * n * size_of(out));
  for (const Buffer* operand : {&a, &b})
    context->run(Fill{.y = operand->view({operand == &a ? m * k : n * k}, in), .value = 0.5});
  context->run(Fill{.y = c.view({m * n}, out), .value = 8});
  const auto multiply = [&] {
    context->run(Matmul{.a = a.view(shapes[0], in),
                        .b = b.view(shapes[1], in),
                        .c = c.view({m, n}, out),
                        .transpose_a = weights ? Transpose::yes : Transpose::no,
                        .transpose_b = weights ? Transpose::no : Transpose::yes,
                        .write = weights ? Write::add : Write::overwrite});
  };
  if (std::getenv("GPU_EMULATOR_SCARCE_ALGORITHMS") != nullptr) {
    try {
      multiply();
    } catch (const DeviceError& error) {
      CHECK_THAT(error.what(),
                 Catch::Contains("matmul: cuBLASLt has no algorithm for [64, 65536] x [65536, 72] "
                                 "of " +
                                 std::string(to_string(in))));
      return;
    }
  } else {
    multiply();
  }
  const HostTensor found = test::host_copy(*context, c.view({m, n}, out));
  const double expected = 0.25 * static_cast<double>(k) + (weights ? 8 : 0);
  CHECK(test::worst_error(found, std::vector<double>(m * n, expected), 0) < test::unit(out));
}

}  // namespace electra
