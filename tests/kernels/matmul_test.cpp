#include "electra/kernels/matmul.h"

#include <catch2/catch.hpp>
#include <thread>

#include "core/cpu/cpu_context.h"
#include "support/near.h"

namespace {

using namespace electra;
using test::HostTensor;
using test::random_tensor;
using test::relative_error;

struct Case {
  Index batch, m, n, k;  // batch 0: matrices without a batch extent
  Transpose a = Transpose::no, b = Transpose::no;
};

Shape matrix(Index batch, Index rows, Index columns, Transpose transpose = Transpose::no) {
  if (transpose == Transpose::yes) std::swap(rows, columns);
  return batch > 0 ? Shape{batch, rows, columns} : Shape{rows, columns};
}

/// One product with all its tensors; c holds numbers where it is added to, else NaN.
struct Problem {
  Problem(const Case& c_, DType type, DType c_type, Write write_, bool with_bias)
      : shape(c_),
        write(write_),
        a(random_tensor(matrix(c_.batch, c_.m, c_.k, c_.a), type, 1)),
        b(random_tensor(matrix(c_.batch, c_.k, c_.n, c_.b), type, 2)),
        c(write_ == Write::add ? random_tensor(matrix(c_.batch, c_.m, c_.n), c_type, 3)
                               : HostTensor(matrix(c_.batch, c_.m, c_.n), c_type)),
        bias(with_bias ? random_tensor({c_.n}, wide(type), 4) : HostTensor({0}, wide(type))) {}

  [[nodiscard]] Matmul kernel() const {
    return {.a = a.view(),
            .b = b.view(),
            .c = c.view(),
            .bias = bias.size() > 0 ? ConstTensorView(bias.view()) : ConstTensorView(),
            .transpose_a = shape.a,
            .transpose_b = shape.b,
            .write = write};
  }

  /// In f64, from what c holds now, rounded to c's dtype.
  [[nodiscard]] std::vector<double> expected() const {
    HostTensor result(c.shape(), c.dtype());
    const auto [batch, m, n, k, ta, tb] = shape;
    for (Index s = 0; s < std::max<Index>(batch, 1); ++s)
      for (Index i = 0; i < m; ++i)
        for (Index j = 0; j < n; ++j) {
          double sum = write == Write::add ? c.at((s * m + i) * n + j) : 0;
          if (bias.size() > 0) sum += bias.at(j);
          for (Index p = 0; p < k; ++p)
            sum += a.at(s * m * k + (ta == Transpose::yes ? p * m + i : i * k + p)) *
                   b.at(s * k * n + (tb == Transpose::yes ? j * k + p : p * n + j));
          result.set((s * m + i) * n + j, sum);
        }
    return result.values();
  }

  Case shape;
  Write write;
  HostTensor a, b, c, bias;
};

void poison(const TensorView& view) {
  for (Index i = 0; i < view.size(); ++i)
    test::set(view, i, std::numeric_limits<double>::quiet_NaN());
}

const std::vector<Case> cases = {
    {0, 1, 1, 1},   {0, 1, 17, 5},    {0, 7, 1, 33},    {0, 6, 16, 8},  {0, 13, 33, 65},
    {0, 70, 31, 3}, {0, 50, 70, 300}, {0, 97, 19, 513}, {3, 9, 21, 18}, {16, 5, 40, 7}};

/// Rounding of sums of k products of standard normals, relative to their norm.
double bound(DType type, DType c_type) {
  if (c_type == DType::bf16) return 2.5e-3;  // a few elements fall on the other side of a tie
  return type == DType::f64 ? 1e-14 : 2e-6;
}

void check_all(CpuContext& context, DType type, DType c_type) {
  for (const Case& plain : cases)
    for (const Transpose ta : {Transpose::no, Transpose::yes})
      for (const Transpose tb : {Transpose::no, Transpose::yes})
        for (const auto& [write, with_bias] :
             {std::pair{Write::overwrite, false}, {Write::overwrite, true}, {Write::add, false}}) {
          if (with_bias && plain.batch > 0) continue;
          const Case c{plain.batch, plain.m, plain.n, plain.k, ta, tb};
          INFO("batch " << c.batch << " m " << c.m << " n " << c.n << " k " << c.k << " transposed "
                        << int(ta) << int(tb) << " add " << int(write) << " bias " << with_bias);
          const Problem problem(c, type, c_type, write, with_bias);
          const auto expected = problem.expected();
          context.run(problem.kernel());
          CHECK(relative_error(problem.c, expected) < bound(type, c_type));
        }
}

}  // namespace

TEST_CASE("matmul agrees with sums in f64", "[kernel][matmul]") {
  CpuContext context(2, GENERATE(Products::best, Products::own));
  SECTION("f32") { check_all(context, DType::f32, DType::f32); }
  SECTION("f64") { check_all(context, DType::f64, DType::f64); }
  SECTION("bf16 to bf16") { check_all(context, DType::bf16, DType::bf16); }
  SECTION("bf16 to f32") { check_all(context, DType::bf16, DType::f32); }
}

TEST_CASE("own products have the same bits for any number of threads", "[kernel][matmul]") {
  for (const DType type : {DType::f32, DType::bf16, DType::f64})
    for (const Case& c : cases) {
      CpuContext two(2, Products::own), one(1, Products::own);
      const Problem problem(c, type, wide(type), Write::overwrite, false);
      two.run(problem.kernel());
      const HostTensor found = problem.c;
      poison(problem.c);
      one.run(problem.kernel());
      CHECK(test::identical(found, problem.c));
    }
}

TEST_CASE("matmul rounds bf16 once", "[kernel][matmul]") {
  // 256 + 1/2 + 1/2: in bf16 each half would be lost, and their sum is not.
  CpuContext context(1, GENERATE(Products::best, Products::own));
  const HostTensor a({1, 3}, DType::bf16, {256, 1, 1});
  const HostTensor b({3, 1}, DType::bf16, {1, 0.5, 0.5});
  const HostTensor c({1, 1}, DType::bf16);
  const HostTensor bias({1}, DType::f32, {1});
  context.run(Matmul{.a = a.view(), .b = b.view(), .c = c.view(), .bias = bias.view()});
  CHECK(c.at(0) == 258);
}

TEST_CASE("matmul's own tiles give the same bits for every split", "[kernel][matmul][law]") {
  for (const DType type : {DType::f32, DType::bf16, DType::f64}) {
    const Problem whole({0, 100, 75, 600}, type, type, Write::overwrite, false);
    CpuContext one(1, Products::own), three(3, Products::own);
    one.run(whole.kernel());
    const HostTensor first = whole.c;
    poison(whole.c);
    three.run(whole.kernel());
    CHECK(test::identical(whole.c, first));
    const HostTensor part({37, 75}, type);
    Matmul rows = whole.kernel();
    rows.a = rows.a.slice(41, 37);
    rows.c = part;
    three.run(rows);
    CHECK(test::identical(part, first.view().slice(41, 37)));
  }
}

TEST_CASE("matmul gives the same bits again, and nearly so on two threads",
          "[kernel][matmul][law]") {
  const Problem problem({0, 130, 96, 300}, DType::f32, DType::f32, Write::overwrite, true);
  const Products products = GENERATE(Products::best, Products::own);
  CpuContext one(1, products), two(2, products);
  one.run(problem.kernel());
  const HostTensor first = problem.c;
  poison(problem.c);
  one.run(problem.kernel());
  CHECK(test::identical(problem.c, first));
  two.run(problem.kernel());
  CHECK(relative_error(problem.c, first) < 1e-6);
}

TEST_CASE("matmul runs in several contexts at once", "[kernel][matmul]") {
  const Products products = GENERATE(Products::best, Products::own);
  const auto work = [products](std::uint64_t seed, double& worst) {
    CpuContext context(2, products);
    const Index m = 20 + static_cast<Index>(seed);
    for (int repeat = 0; repeat < 20; ++repeat) {
      const Problem problem({0, m, 24, 40}, DType::f32, DType::f32, Write::overwrite, false);
      context.run(problem.kernel());
      worst = std::max(worst, relative_error(problem.c, problem.expected()));
    }
  };
  std::vector<double> worst(3, 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < worst.size(); ++i)
    threads.emplace_back([&, i] { work(i, worst[i]); });
  for (std::thread& thread : threads) thread.join();
  for (const double error : worst) CHECK(error < 2e-6);
}

TEST_CASE("matmul of nothing", "[kernel][matmul]") {
  CpuContext context(2, GENERATE(Products::best, Products::own));
  const HostTensor c({2, 3}, DType::f32), bias({3}, DType::f32, {1, 2, 3});
  const HostTensor a({2, 0}, DType::f32), b({0, 3}, DType::f32);
  context.run(Matmul{.a = a.view(), .b = b.view(), .c = c.view()});
  CHECK(c.values() == std::vector<double>(6, 0));
  context.run(Matmul{.a = a.view(), .b = b.view(), .c = c.view(), .bias = bias.view()});
  CHECK(c.values() == std::vector<double>{1, 2, 3, 1, 2, 3});
  context.run(Matmul{.a = a.view(), .b = b.view(), .c = c.view(), .write = Write::add});
  CHECK(c.values() == std::vector<double>{1, 2, 3, 1, 2, 3});
  const HostTensor none({0, 3}, DType::f32), rows({0, 2}, DType::f32), two({2, 3}, DType::f32);
  CHECK_NOTHROW(context.run(Matmul{.a = rows.view(), .b = two.view(), .c = none.view()}));
}

TEST_CASE("matmul refuses what does not fit", "[kernel][matmul]") {
  using Catch::Matchers::Contains;
  CpuContext context(1);
  const HostTensor a({4, 3}, DType::f32), b({3, 5}, DType::f32), c({4, 5}, DType::f32);
  const auto run = [&](auto change) {
    Matmul kernel{.a = a.view(), .b = b.view(), .c = c.view()};
    change(kernel);
    context.run(kernel);
  };
  const HostTensor wrong({4, 5}, DType::f32), half({3, 5}, DType::bf16), bias({4}, DType::f32);
  const HostTensor fits({5}, DType::f32), vector({3}, DType::f32), low({4, 5}, DType::bf16);
  CHECK_THROWS_WITH(run([&](Matmul& k) { k.b = wrong; }),
                    Contains("matmul") && Contains("b: expected f32 [3, 5], found f32 [4, 5]") &&
                        Contains("matmul_test.cpp"));
  CHECK_THROWS_WITH(run([&](Matmul& k) { k.b = half; }), Contains("found bf16"));
  CHECK_THROWS_WITH(run([&](Matmul& k) { k.c = low; }), Contains("c: expected f32 [4, 5]"));
  CHECK_THROWS_WITH(run([&](Matmul& k) { k.bias = bias; }), Contains("bias: expected f32 [5]"));
  CHECK_THROWS_WITH(run([&](Matmul& k) { k.a = vector; }), Contains("2 or 3 extents"));
  CHECK_THROWS_WITH(run([&](Matmul& k) {
                      k.bias = fits;
                      k.write = Write::add;
                    }),
                    Contains("only with Write::overwrite"));
  CHECK_THROWS_AS(run([&](Matmul& k) { k.transpose_a = Transpose::yes; }), ShapeError);
}
