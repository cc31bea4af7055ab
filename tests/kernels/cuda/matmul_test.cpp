#include "electra/kernels/matmul.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>

#include "electra/kernels/cast.h"
#include "support/host_copy.h"
#include "support/own_process.h"
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

namespace {

/// Two matrices of the same shape, full of ones, and room for their product with each other.
struct Square {
  explicit Square(Context& at, Index extent, DType type)
      : context(at), n(extent), dtype(type), memory(at, 3 * n * n * size_of(type)) {
    context.run(Fill{.y = memory.view({2 * n * n}, dtype), .value = 1});
  }
  void multiply() const {
    const auto matrix = [&](Index i) {
      return memory.view({n, n}, dtype, i * n * n * size_of(dtype));
    };
    context.run(Matmul{.a = matrix(0), .b = matrix(1), .c = matrix(2)});
  }

  Context& context;
  Index n;
  DType dtype;
  Buffer memory;
};

}  // namespace

TEST_CASE("a product of a new shape is not met while recording", "[cuda][kernel][matmul]") {
  const auto context = Context::create({DeviceType::cuda, 0});
  const Square known(*context, 64, DType::bf16), unknown(*context, 128, DType::bf16);
  known.multiply();
  CHECK(context->record([&] { known.multiply(); }) != nullptr);
  CHECK_THROWS_WITH(context->record([&] { unknown.multiply(); }),
                    Catch::Contains("a product of a new shape, [128, 128] x [128, 128] of bf16 to "
                                    "bf16, while work is being recorded"));
  unknown.multiply();  // and the context is none the worse for it
  CHECK(context->record([&] { unknown.multiply(); }) != nullptr);
}

TEST_CASE("multiplies matrices of many shapes twice and names the slow ones", "[.slow_products]") {
  const auto context = Context::create({DeviceType::cuda, 0});
  for (int times = 0; times < 2; ++times)
    for (Index n = 8; n <= 64; n += 8) Square(*context, n, DType::f32).multiply();
  for (const std::string& product : context->slow_products()) std::cout << product << '\n';
}

TEST_CASE("products that cuBLASLt has no algorithm for are counted, each once",
          "[cuda][kernel][matmul]") {
  if (!test::emulated()) {
    std::cout << "skipped: no emulated GPU, whose cuBLASLt can be made scarce\n";
    return;
  }
  const auto slow = [](const std::string& variables) {
    std::istringstream said(test::output_with(variables, "[.slow_products]"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(said, line);)
      if (line.ends_with(" of f32 to f32")) lines.push_back(line);
    return lines;
  };
  CHECK(slow("GPU_EMULATOR_SCARCE_ALGORITHMS=0").empty());
  const std::vector<std::string> scarce = slow("GPU_EMULATOR_SCARCE_ALGORITHMS=1");
  CHECK(!scarce.empty());
  CHECK(scarce.size() < 8);
  CHECK(std::set(scarce.begin(), scarce.end()).size() == scarce.size());
}

}  // namespace electra
