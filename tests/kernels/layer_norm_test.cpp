#include "electra/kernels/layer_norm.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// Everything the two kernels touch, and their plain float64 reference.
struct Case {
  Index rows;
  Index width;
  DType dtype;
  HostTensor x = test::random_tensor({rows, width}, dtype, 1, 2, 0.7);
  HostTensor gain = test::random_tensor({width}, wide(dtype), 2, 0.3, 1);
  HostTensor bias = test::random_tensor({width}, wide(dtype), 3);
  HostTensor dy = test::random_tensor({rows, width}, dtype, 4);
  HostTensor y{{rows, width}, dtype};
  HostTensor mean{{rows}, wide(dtype)};
  HostTensor rstd{{rows}, wide(dtype)};
  HostTensor dx{{rows, width}, dtype};
  HostTensor dgain = test::random_tensor({width}, wide(dtype), 5);
  HostTensor dbias = test::random_tensor({width}, wide(dtype), 6);
  float epsilon = 1e-3F;

  LayerNormForward forward() {
    return {
        .x = x, .gain = gain, .bias = bias, .y = y, .mean = mean, .rstd = rstd, .epsilon = epsilon};
  }
  LayerNormBackward backward(Write write = Write::overwrite) {
    return {.dy = dy,
            .x = x,
            .gain = gain,
            .mean = mean,
            .rstd = rstd,
            .dx = {dx.view(), write},
            .dgain = dgain,
            .dbias = dbias};
  }
};

struct Expected {
  std::vector<double> y, mean, rstd, dx, dgain, dbias;
};

Expected expected(const Case& c) {
  const auto w = static_cast<double>(c.width);
  Expected e;
  for (Index i = 0; i < c.width; ++i) {
    e.dgain.push_back(c.dgain[i]);
    e.dbias.push_back(c.dbias[i]);
  }
  for (Index row = 0; row < c.rows; ++row) {
    const Index at = row * c.width;
    double mean = 0, variance = 0, g_mean = 0, gn_mean = 0;
    for (Index i = 0; i < c.width; ++i) mean += c.x[at + i] / w;
    for (Index i = 0; i < c.width; ++i) variance += (c.x[at + i] - mean) * (c.x[at + i] - mean) / w;
    const double rstd = 1 / std::sqrt(variance + double{c.epsilon});
    const auto n = [&](Index i) { return (c.x[at + i] - mean) * rstd; };
    for (Index i = 0; i < c.width; ++i) {
      g_mean += c.dy[at + i] * c.gain[i] / w;
      gn_mean += c.dy[at + i] * c.gain[i] * n(i) / w;
    }
    for (Index i = 0; i < c.width; ++i) {
      e.y.push_back(n(i) * c.gain[i] + c.bias[i]);
      e.dx.push_back(rstd * (c.dy[at + i] * c.gain[i] - g_mean - n(i) * gn_mean));
      e.dgain[static_cast<std::size_t>(i)] += c.dy[at + i] * n(i);
      e.dbias[static_cast<std::size_t>(i)] += c.dy[at + i];
    }
    e.mean.push_back(mean);
    e.rstd.push_back(rstd);
  }
  return e;
}

}  // namespace

TEST_CASE("layer norm agrees with its definition", "[kernel][layer_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, width] = GENERATE(table<Index, Index>(
      {{1, 1}, {1, 7}, {3, 8}, {5, 13}, {65, 64}, {130, 33}, {70, 256}, {9, 768}}));
  CAPTURE(to_string(dtype), rows, width);
  const auto context = Context::create({}, {.threads = 2});
  Case c{rows, width, dtype};
  const Expected e = expected(c);
  context->run(c.forward());
  context->run(c.backward());
  const double unit = test::unit(dtype);
  const double statistics = test::unit(wide(dtype));
  CHECK(test::worst_error(c.y, e.y) < 4 * unit);
  CHECK(test::worst_error(c.mean, e.mean) < 4 * statistics);
  CHECK(test::worst_error(c.rstd, e.rstd) < 10 * statistics);
  const double steepness = width < 8 ? 1 / std::sqrt(double{c.epsilon}) : 1;
  CHECK(test::worst_error(c.dx, e.dx, steepness) < 8 * unit);
  const double terms = std::sqrt(static_cast<double>(rows));
  CHECK(test::worst_error(c.dgain, e.dgain) < 4 * terms * statistics);
  CHECK(test::worst_error(c.dbias, e.dbias) < 4 * terms * statistics);
}

TEST_CASE("layer norm's backward is the slope of its forward", "[kernel][layer_norm]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{3, 5, DType::f64};
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  static_cast<void>(loss());
  for (HostTensor* gradient : {&c.dgain, &c.dbias})
    for (Index i = 0; i < c.width; ++i) gradient->set(i, 0);
  context->run(c.backward());
  CHECK(test::gradient_error(c.dx, c.x, loss) < 1e-8);
  CHECK(test::gradient_error(c.dgain, c.gain, loss) < 1e-8);
  CHECK(test::gradient_error(c.dbias, c.bias, loss) < 1e-8);
}

TEST_CASE("layer norm works in place and adds where told", "[kernel][layer_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto context = Context::create({}, {.threads = 2});
  Case apart{40, 37, dtype};
  Case in_place = apart;
  context->run(apart.forward());
  auto forward = in_place.forward();
  forward.y = in_place.x;
  context->run(forward);
  CHECK(in_place.x == apart.y);

  Case adding = apart;
  context->run(apart.backward());
  in_place.x = apart.x;
  in_place.dgain = adding.dgain;
  in_place.dbias = adding.dbias;
  auto backward = in_place.backward();
  backward.dx = {in_place.dy.view()};
  context->run(backward);
  CHECK(in_place.dy == apart.dx);
  CHECK(in_place.dgain == apart.dgain);

  adding.dx = test::random_tensor({40, 37}, dtype, 9);
  std::vector<double> sums;
  for (Index i = 0; i < adding.dx.size(); ++i) sums.push_back(adding.dx[i] + apart.dx[i]);
  context->run(adding.backward(Write::add));
  CHECK(test::worst_error(adding.dx, sums) < 2 * test::unit(dtype));
}

TEST_CASE("layer norm gives the same bits for any number of threads", "[kernel][layer_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  Case first{300, 40, dtype};
  const auto one = Context::create({}, {.threads = 1});
  one->run(first.forward());
  Case one_thread = first;
  one->run(one_thread.backward());
  for (const int threads : {2, 3, 5}) {
    Case c = first;
    const auto context = Context::create({}, {.threads = threads});
    context->run(c.forward());
    context->run(c.backward());
    CHECK(c.y == one_thread.y);
    CHECK(c.dx == one_thread.dx);
    CHECK(c.dgain == one_thread.dgain);
    CHECK(c.dbias == one_thread.dbias);
  }
}

TEST_CASE("layer norm survives rows far from zero and passes NaN on", "[kernel][layer_norm]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{2, 100, DType::f32};
  for (Index i = 0; i < 100; ++i) c.x.set(i, 10000 + (i % 2 == 0 ? 1 : -1));
  c.x.set(150, NAN);
  context->run(c.forward());
  CHECK(c.mean[0] == 10000);
  CHECK(c.rstd[0] == Approx(1 / std::sqrt(1.001)).epsilon(1e-6));
  for (Index i = 100; i < 200; ++i) CHECK(std::isnan(c.y[i]));
}

TEST_CASE("layer norm refuses what does not fit", "[kernel][layer_norm]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{4, 6, DType::bf16};
  HostTensor narrow({5}, DType::f32);
  HostTensor half({6}, DType::bf16);
  auto forward = c.forward();
  forward.gain = narrow;
  CHECK_THROWS_WITH(context->run(forward), Contains("layer_norm_forward: gain: expected") &&
                                               Contains("[6]") && Contains("[5]"));
  auto backward = c.backward();
  backward.dgain = half;
  CHECK_THROWS_AS(context->run(backward), ShapeError);
}

}  // namespace electra
