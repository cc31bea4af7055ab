#include "electra/kernels/matmul.h"

#include <catch2/catch.hpp>

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
  const auto form = GENERATE(0, 1, 2);  // overwrite, with a bias, add
  CAPTURE(to_string(in), to_string(out), m, n, k, static_cast<int>(ta), static_cast<int>(tb), form);
  const HostTensor a = test::random_tensor(ta == Transpose::yes ? Shape{k, m} : Shape{m, k}, in, 1);
  const HostTensor b = test::random_tensor(tb == Transpose::yes ? Shape{n, k} : Shape{k, n}, in, 2);
  const HostTensor bias = test::random_tensor({n}, DType::f32, 3);
  HostTensor c({m, n}, out);
  if (form == 2) c = test::random_tensor({m, n}, out, 4);
  const Begin begin = m == 33 || n == 5 ? Begin::unaligned : Begin::aligned;
  Twin twin(
      [&](auto at) {
        return Matmul{.a = at(a),
                      .b = at(b),
                      .c = at(c),
                      .bias = form == 1 ? at(bias) : TensorView{},
                      .transpose_a = ta,
                      .transpose_b = tb,
                      .write = form == 2 ? Write::add : Write::overwrite};
      },
      begin);
  // Sums are off by what f32 adds; a bias is rounded to the product's type before it is added.
  const double terms = std::sqrt(static_cast<double>(k));
  const bool rounds_bias = form == 1 && out == DType::bf16;
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

}  // namespace electra
