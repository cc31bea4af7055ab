#include "electra/kernels/embedding.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct Case {
  Index batch;
  Index length;
  Index width;
  DType dtype;
  float dropout = 0;
  Index rows = batch * length;
  HostTensor lengths = test::random_integers({batch}, static_cast<std::uint32_t>(length) + 1, 9);
  HostTensor step{{1}, DType::i32, {2}};
  HostTensor ids = test::random_integers({rows}, 11, 1);
  HostTensor types = test::random_integers({rows}, 2, 2);
  HostTensor word = test::random_tensor({11, width}, dtype, 3);
  HostTensor position = test::random_tensor({length + 2, width}, dtype, 4);
  HostTensor type = test::random_tensor({2, width}, dtype, 5);
  HostTensor gain = test::random_tensor({width}, wide(dtype), 6, 0.3, 1);
  HostTensor bias = test::random_tensor({width}, wide(dtype), 7);
  HostTensor y{{rows, width}, dtype};
  HostTensor mean{{rows}, wide(dtype)};
  HostTensor rstd{{rows}, wide(dtype)};
  HostTensor dy = test::random_tensor({rows, width}, dtype, 8);
  HostTensor dx{{rows, width}, dtype};
  HostTensor dgain = zeros({width});
  HostTensor dbias = zeros({width});
  HostTensor dword = zeros({11, width});
  HostTensor dposition = zeros({length + 2, width});
  HostTensor dtype_rows = zeros({2, width});
  float epsilon = 1e-3F;

  [[nodiscard]] HostTensor zeros(const Shape& shape) const {
    return {shape, wide(dtype), std::vector<double>(static_cast<std::size_t>(shape.size()))};
  }
  RandomKey key() { return {77, step, 5, site(Network::generator, 0, Place::embedding_dropout)}; }
  EmbeddingForward forward() {
    return {.ids = ids,
            .types = types,
            .rows = {batch, length, lengths},
            .word = word,
            .position = position,
            .type = type,
            .gain = gain,
            .bias = bias,
            .y = y,
            .mean = mean,
            .rstd = rstd,
            .epsilon = epsilon,
            .dropout = dropout,
            .random = key()};
  }
  EmbeddingBackward backward() {
    return {.dy = dy,
            .ids = ids,
            .types = types,
            .rows = {batch, length, lengths},
            .word = word,
            .position = position,
            .type = type,
            .gain = gain,
            .mean = mean,
            .rstd = rstd,
            .dx = dx,
            .dgain = dgain,
            .dbias = dbias,
            .dropout = dropout,
            .random = key()};
  }
  EmbeddingScatter scatter() {
    return {.dx = dx,
            .ids = ids,
            .types = types,
            .rows = {batch, length, lengths},
            .dword = dword,
            .dposition = dposition,
            .dtype = dtype_rows};
  }
  /// An index into a table that a row reads.
  static Index at(const HostTensor& choice, Index row) { return static_cast<Index>(choice[row]); }
  double factor(Index row, Index i) {
    return dropout == 0 ? 1 : test::dropout_factor(key(), dropout, row, i, length, width);
  }
};

struct Expected {
  std::vector<double> y, dx, dgain, dbias;

  explicit Expected(Case& c)
      : dgain(static_cast<std::size_t>(c.width)), dbias(static_cast<std::size_t>(c.width)) {
    const auto w = static_cast<double>(c.width);
    for (Index row = 0; row < c.rows; ++row) {
      std::vector<double> x, d;
      double mean = 0, variance = 0, g_mean = 0, gn_mean = 0;
      for (Index i = 0; i < c.width; ++i) {
        x.push_back(test::rounded(c.word[Case::at(c.ids, row) * c.width + i] +
                                      c.position[row % c.length * c.width + i] +
                                      c.type[Case::at(c.types, row) * c.width + i],
                                  c.dtype));
        d.push_back(c.dy[row * c.width + i] * c.factor(row, i));
        mean += x.back() / w;
      }
      for (const double value : x) variance += (value - mean) * (value - mean) / w;
      const double rstd = 1 / std::sqrt(variance + double{c.epsilon});
      for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = (x[i] - mean) * rstd;
        const double g = d[i] * c.gain[static_cast<Index>(i)];
        g_mean += g / w;
        gn_mean += g * x[i] / w;
        dgain[i] += d[i] * x[i];
        dbias[i] += d[i];
      }
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto column = static_cast<Index>(i);
        y.push_back((x[i] * c.gain[column] + c.bias[column]) * c.factor(row, column));
        dx.push_back(rstd * (d[i] * c.gain[column] - g_mean - x[i] * gn_mean));
      }
    }
  }
};

}  // namespace

TEST_CASE("a word table of bf16 beside f32 is read as what it holds", "[kernel][embedding]") {
  Case exact{3, 5, 24, DType::f32};
  HostTensor rounded({11, 24}, DType::bf16);
  for (Index i = 0; i < rounded.size(); ++i) {
    rounded.set(i, exact.word[i]);
    exact.word.set(i, rounded[i]);
  }
  const auto context = Context::create({});
  context->run(exact.forward());
  Case mixed{3, 5, 24, DType::f32};
  EmbeddingForward kernel = mixed.forward();
  kernel.word = rounded;
  context->run(kernel);
  CHECK(mixed.y == exact.y);
  CHECK(mixed.mean == exact.mean);
  EmbeddingForward wrong = exact.forward();
  wrong.position = rounded.view().slice(0, 7);
  CHECK_THROWS_WITH(context->run(wrong), Contains("word: expected bf16 [11, 24], found f32"));
}

TEST_CASE("embedding agrees with its definition", "[kernel][embedding]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto dropout = GENERATE(0.0F, 0.1F);
  const auto [batch, length, width] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {2, 3, 7}, {3, 5, 13}, {2, 35, 64}, {5, 26, 33}, {2, 9, 768}}));
  CAPTURE(to_string(dtype), dropout, batch, length, width);
  const auto context = Context::create({}, {.threads = 2});
  Case c{batch, length, width, dtype, dropout};
  Expected e(c);
  context->run(c.forward());
  context->run(c.backward());
  const double unit = test::unit(dtype);
  const double statistics = test::unit(wide(dtype));
  // A sum that rounds the other way in float than in double moves by a unit of bf16.
  const double moved = dtype == DType::bf16 ? 64 * statistics + unit / 8 : statistics;
  const double steepness = width < 8 ? 1 / std::sqrt(double{c.epsilon}) : 1;
  const double terms = std::sqrt(static_cast<double>(c.rows));
  CHECK(test::worst_error(c.y, e.y) < 8 * unit);
  CHECK(test::worst_error(c.dx, e.dx, steepness) < 8 * unit);
  CHECK(test::worst_error(c.dgain, e.dgain) < 4 * terms * moved);
  CHECK(test::worst_error(c.dbias, e.dbias) < 4 * terms * statistics);
}

TEST_CASE("embedding's backward and scatter are the slope of its forward", "[kernel][embedding]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{2, 4, 5, DType::f64, 0.3F};
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  static_cast<void>(loss());
  context->run(c.backward());
  context->run(c.scatter());
  CHECK(test::gradient_error(c.dword, c.word, loss) < 1e-8);
  CHECK(test::gradient_error(c.dposition, c.position, loss) < 1e-8);
  CHECK(test::gradient_error(c.dtype_rows, c.type, loss) < 1e-8);
  CHECK(test::gradient_error(c.dgain, c.gain, loss) < 1e-8);
  CHECK(test::gradient_error(c.dbias, c.bias, loss) < 1e-8);
}

TEST_CASE("embedding scatter adds repeated ids, the same bits for any threads",
          "[kernel][embedding]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const Index width = GENERATE(1, 13, 64, 100);
  Case c{9, 16, width, dtype};
  c.dx = test::random_tensor({c.rows, width}, dtype, 20);
  for (HostTensor* t : {&c.dword, &c.dposition, &c.dtype_rows})
    for (Index i = 0; i < t->size(); ++i) t->set(i, 1);
  std::vector<double> word(static_cast<std::size_t>(c.dword.size()), 1),
      position(static_cast<std::size_t>(c.dposition.size()), 1),
      type(static_cast<std::size_t>(c.dtype_rows.size()), 1);
  for (Index row = 0; row < c.rows; ++row)
    for (Index i = 0; i < width; ++i) {
      const double d = c.dx[row * width + i];
      word[static_cast<std::size_t>(Case::at(c.ids, row) * width + i)] += d;
      position[static_cast<std::size_t>(row % c.length * width + i)] += d;
      type[static_cast<std::size_t>(Case::at(c.types, row) * width + i)] += d;
    }
  Case first = c;
  Context::create({}, {.threads = 1})->run(first.scatter());
  const double bound = 20 * test::unit(wide(dtype));
  CHECK(test::worst_error(first.dword, word) < bound);
  CHECK(test::worst_error(first.dposition, position) < bound);
  CHECK(test::worst_error(first.dtype_rows, type) < bound);
  for (const int threads : {2, 3, 4}) {
    Case again = c;
    Context::create({}, {.threads = threads})->run(again.scatter());
    CHECK(again.dword == first.dword);
    CHECK(again.dposition == first.dposition);
    CHECK(again.dtype_rows == first.dtype_rows);
  }
}

TEST_CASE("embedding's backward works in place, with any number of threads",
          "[kernel][embedding]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  const auto one = Context::create({}, {.threads = 1});
  Case a{10, 14, 21, dtype, 0.1F};
  one->run(a.forward());
  Case b = a;
  one->run(a.backward());
  auto backward = b.backward();
  backward.dx = b.dy;
  Context::create({}, {.threads = 3})->run(backward);
  CHECK(b.dy == a.dx);
  CHECK(b.dgain == a.dgain);
  CHECK(b.dbias == a.dbias);
}

TEST_CASE("embedding names an id that its table lacks", "[kernel][embedding]") {
  const auto context = Context::create({}, {.threads = 2});
  Case c{2, 3, 4, DType::f32};
  c.ids.set(4, 11);
  CHECK_THROWS_WITH(context->run(c.forward()),
                    Contains("embedding_forward: ids, row 4: expected 0 to 10, found 11"));
  CHECK_THROWS_AS(context->run(c.backward()), ShapeError);
  CHECK_THROWS_AS(context->run(c.scatter()), ShapeError);
  c.ids.set(4, 0);
  c.types.set(1, -1);
  CHECK_THROWS_WITH(context->run(c.scatter()),
                    Contains("embedding_scatter: types, row 1: expected 0 to 1, found -1"));
}

TEST_CASE("embedding refuses what does not fit", "[kernel][embedding]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{2, 6, 4, DType::bf16};
  auto forward = c.forward();
  forward.position = c.position.view().slice(0, 5);
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("expected at least as many positions as the length"));
  auto scatter = c.scatter();
  HostTensor half({11, 4}, DType::bf16);
  scatter.dword = half;
  CHECK_THROWS_WITH(context->run(scatter), Contains("word: expected f32 [11, 4]"));
}

}  // namespace electra
