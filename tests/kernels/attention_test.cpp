#include "electra/kernels/attention.h"

#include <catch2/catch.hpp>

#include "core/cpu/cpu_context.h"
#include "kernels/math/dropout.h"
#include "support/gradient_check.h"

namespace {

using namespace electra;
using test::HostTensor;
using test::random_tensor;
using test::relative_error;

struct Case {
  std::vector<Index> lengths;
  Index length, heads, width;
  float dropout = 0;
};

/// All tensors of one attention, forward and backward, poisoned where they are written.
struct Problem {
  Problem(const Case& c_, DType type)
      : c(c_),
        batch(static_cast<Index>(c_.lengths.size())),
        hidden(c_.heads * c_.width),
        qkv(random_tensor({batch * c_.length, 3 * hidden}, type, 11)),
        dout(random_tensor({batch * c_.length, hidden}, type, 12)),
        lengths({batch}, DType::i32, {c_.lengths.begin(), c_.lengths.end()}),
        step({1}, DType::i32, {17}),
        out({batch * c_.length, hidden}, type),
        log_sum_exp({batch, c_.heads, c_.length}, wide(type)),
        dqkv({batch * c_.length, 3 * hidden}, type) {}

  [[nodiscard]] RandomKey random() const {
    return {.seed = 0x123456789abcdefULL,
            .step = step.view(),
            .first_example = 5,
            .site = site(Network::generator, 2, Place::attention_dropout)};
  }
  [[nodiscard]] TextRows rows() const { return {batch, c.length, lengths.view()}; }
  [[nodiscard]] AttentionForward forward() const {
    return {.qkv = qkv.view(),
            .rows = rows(),
            .out = out.view(),
            .log_sum_exp = log_sum_exp.view(),
            .heads = c.heads,
            .dropout = c.dropout,
            .random = random()};
  }
  [[nodiscard]] AttentionBackward backward() const {
    return {.dout = dout.view(),
            .qkv = qkv.view(),
            .out = out.view(),
            .log_sum_exp = log_sum_exp.view(),
            .rows = rows(),
            .dqkv = dqkv.view(),
            .heads = c.heads,
            .dropout = c.dropout,
            .random = random()};
  }

  Case c;
  Index batch, hidden;
  HostTensor qkv, dout, lengths, step, out, log_sum_exp, dqkv;
};

/// keep * scale of one probability, number by number as the numbering is written down.
double mask(const Problem& p, Index sequence, Index head, Index query, Index key) {
  if (p.c.dropout == 0) return 1;
  const auto h = static_cast<std::uint32_t>(head), q = static_cast<std::uint32_t>(query),
             k = static_cast<std::uint32_t>(key);
  const std::uint32_t block = ((512 * h + q) * 16 + k / 32) * 4 + (k % 8) / 2;
  const auto words =
      philox(p.random().seed, block, 5 + static_cast<std::uint32_t>(sequence), p.random().site, 17);
  const std::uint32_t number = 2 * ((k % 32) / 8) + k % 2;
  const std::uint32_t bits = words[number / 2] >> (16 * (number % 2)) & 0xffffU;
  const auto threshold = static_cast<std::uint32_t>(65536.0F * p.c.dropout + 0.5F);
  return bits < threshold ? 0
                          : static_cast<double>(65536.0F / static_cast<float>(65536 - threshold));
}

struct Reference {
  std::vector<double> out, log_sum_exp, dqkv;
};

/// The contract's formulas in f64 on what the problem holds. `rounding` rounds what is stored or
/// multiplied in bf16, as an unfused implementation in that dtype would.
Reference reference(const Problem& p, DType rounding) {
  const auto [lengths, length, heads, width, dropout] = p.c;
  const auto rounded = [&](double value) {
    return rounding == DType::bf16
               ? static_cast<double>(to_float(to_bf16(static_cast<float>(value))))
               : value;
  };
  const auto size = [](const HostTensor& t) { return static_cast<std::size_t>(t.size()); };
  Reference r{std::vector<double>(size(p.out), 0), std::vector<double>(size(p.log_sum_exp), 0),
              std::vector<double>(size(p.qkv), 0)};
  const double scale = 1 / std::sqrt(static_cast<double>(width));
  const std::vector<double> x = p.qkv.values(), g = p.dout.values();
  for (Index b = 0; b < p.batch; ++b)
    for (Index h = 0; h < heads; ++h) {
      const Index n = lengths[static_cast<std::size_t>(b)];
      const auto at = [&](Index i, Index part, Index j) {
        return ((b * length + i) * 3 + part) * p.hidden + h * width + j;
      };
      const auto mixed = [&](Index i, Index j) {
        return static_cast<std::size_t>((b * length + i) * p.hidden + h * width + j);
      };
      const auto element = [&](Index i, Index part, Index j) {
        return x[static_cast<std::size_t>(at(i, part, j))];
      };
      for (Index q = 0; q < n; ++q) {
        std::vector<double> s(static_cast<std::size_t>(n), 0), keep(s), dp(s);
        double sum = 0, shared = 0;
        for (Index k = 0; k < n; ++k) {
          for (Index j = 0; j < width; ++j)
            s[static_cast<std::size_t>(k)] += scale * element(q, 0, j) * element(k, 1, j);
          sum += std::exp(s[static_cast<std::size_t>(k)]);
        }
        const double statistic = std::log(sum);
        r.log_sum_exp[static_cast<std::size_t>((b * heads + h) * length + q)] = statistic;
        for (Index k = 0; k < n; ++k) {
          const auto i = static_cast<std::size_t>(k);
          s[i] = std::exp(s[i] - statistic);
          keep[i] = mask(p, b, h, q, k);
          for (Index j = 0; j < width; ++j) {
            r.out[mixed(q, j)] += rounded(s[i] * keep[i]) * element(k, 2, j);
            dp[i] += keep[i] * g[mixed(q, j)] * element(k, 2, j);
          }
        }
        for (Index j = 0; j < width; ++j) {
          r.out[mixed(q, j)] = rounded(r.out[mixed(q, j)]);
          shared += g[mixed(q, j)] * r.out[mixed(q, j)];
        }
        for (Index k = 0; k < n; ++k) {
          const auto i = static_cast<std::size_t>(k);
          const double ds = rounded(scale * s[i] * (dp[i] - shared));
          for (Index j = 0; j < width; ++j) {
            r.dqkv[static_cast<std::size_t>(at(q, 0, j))] += ds * element(k, 1, j);
            r.dqkv[static_cast<std::size_t>(at(k, 1, j))] += ds * element(q, 0, j);
            r.dqkv[static_cast<std::size_t>(at(k, 2, j))] +=
                rounded(s[i] * keep[i]) * g[mixed(q, j)];
          }
        }
      }
    }
  for (double& value : r.dqkv) value = rounded(value);
  return r;
}

const std::vector<Case> cases = {
    {{1}, 1, 1, 1},
    {{0, 1, 5}, 5, 3, 7},
    {{31, 0, 33, 40}, 40, 2, 16, 0.1F},
    {{65, 64, 3}, 65, 2, 64, 0.1F},
    {{128, 100}, 128, 2, 64},
    {{130, 17}, 130, 1, 80, 0.25F},
    {{70}, 96, 1, 128, 0.1F},
    {{511}, 512, 1, 16, 0.1F},
    {{512}, 512, 1, 16},
    {{513, 40}, 513, 1, 64},
    {{562}, 600, 1, 16},
    {{1024}, 1024, 1, 8},
};

void poison(const TensorView& view) {
  for (Index i = 0; i < view.size(); ++i)
    test::set(view, i, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

TEST_CASE("attention agrees with its formulas", "[kernel][attention]") {
  CpuContext context(2);
  for (const Case& c : cases)
    for (const DType type : {DType::f32, DType::f64, DType::bf16}) {
      INFO(to_string(type) << " length " << c.length << " heads " << c.heads << " width " << c.width
                           << " dropout " << c.dropout);
      const Problem p(c, type);
      context.run(p.forward());
      context.run(p.backward());
      const Reference exact = reference(p, DType::f64);
      if (type != DType::bf16) {
        const double bound = type == DType::f64 ? 2e-13 : 2e-6;
        CHECK(relative_error(p.out, exact.out) < bound);
        CHECK(relative_error(p.log_sum_exp, exact.log_sum_exp, 1) < bound);
        CHECK(relative_error(p.dqkv, exact.dqkv, type == DType::f64 ? 1e-3 : 1) < bound);
        continue;
      }
      const Reference plain = reference(p, DType::bf16);
      CHECK(relative_error(p.out, exact.out) <= 2 * relative_error(plain.out, exact.out) + 1e-6);
      CHECK(relative_error(p.log_sum_exp, exact.log_sum_exp, 1) < 2e-6);
      CHECK(relative_error(p.dqkv, exact.dqkv, 1) <=
            2 * relative_error(plain.dqkv, exact.dqkv, 1) + 1e-6);
    }
}

TEST_CASE("attention's gradient is that of its differences", "[kernel][attention]") {
  CpuContext context(2);
  for (const float dropout : {0.0F, 0.3F}) {
    const Problem p({{6, 0, 4}, 6, 2, 5, dropout}, DType::f64);
    const auto loss = [&] {
      context.run(p.forward());
      return test::weighted_sum(p.out, p.dout);
    };
    loss();
    context.run(p.backward());
    CHECK(test::gradient_error(p.dqkv, p.qkv, loss) < 1e-9);
  }
}

TEST_CASE("attention leaves zeros at padding", "[kernel][attention]") {
  CpuContext context(2);
  const Problem p({{0, 3}, 70, 2, 8, 0.1F}, DType::f32);
  // What lies at padding is never read: NaN there changes nothing.
  const auto only_padding = [&](const TensorView& view, Index width) {
    for (Index i = 0; i < view.size(); ++i)
      if (i / width < 70 || i / width >= 73)
        test::set(view, i, std::numeric_limits<double>::quiet_NaN());
  };
  only_padding(p.qkv, 3 * p.hidden);
  only_padding(p.dout, p.hidden);
  context.run(p.forward());
  context.run(p.backward());
  for (Index i = 0; i < p.out.size(); ++i)
    CHECK(((p.out.at(i) != 0) == (i / p.hidden >= 70 && i / p.hidden < 73)));
  for (Index i = 0; i < p.dqkv.size(); ++i) {
    const Index row = i / (3 * p.hidden);
    if (row < 70 || row >= 73)
      REQUIRE(p.dqkv.at(i) == 0);
    else
      REQUIRE(std::isfinite(p.dqkv.at(i)));
  }
  for (Index i = 0; i < p.log_sum_exp.size(); ++i)
    if (i < 140 || i % 70 >= 3) REQUIRE(p.log_sum_exp.at(i) == 0);
}

TEST_CASE("attention lets NaN through", "[kernel][attention]") {
  CpuContext context(1);
  Problem p({{9}, 9, 1, 16}, DType::f32);
  p.qkv.set(4 * 3 * 16 + 16, std::numeric_limits<double>::quiet_NaN());  // of key 4
  context.run(p.forward());
  for (Index i = 0; i < p.out.size(); ++i) CHECK(std::isnan(p.out.at(i)));
}

TEST_CASE("attention gives the same bits for any threads, padding and split of the batch",
          "[kernel][attention][law]") {
  for (const DType type : {DType::f32, DType::bf16}) {
    const Problem p({{40, 70, 9}, 70, 2, 32, 0.2F}, type);
    CpuContext one(1), three(3);
    one.run(p.forward());
    one.run(p.backward());
    const HostTensor out = p.out, dqkv = p.dqkv;
    poison(p.out);
    poison(p.dqkv);
    three.run(p.forward());
    three.run(p.backward());
    CHECK(test::identical(p.out, out));
    CHECK(test::identical(p.dqkv, dqkv));

    // The last two sequences as a micro-batch of their own.
    const HostTensor part_out({140, 64}, type), part_dqkv({140, 192}, type);
    AttentionForward forward = p.forward();
    forward.qkv = forward.qkv.slice(70, 140);
    forward.rows = {2, 70, p.lengths.view().slice(1, 2)};
    forward.log_sum_exp = forward.log_sum_exp.slice(1, 2);
    forward.out = part_out;
    forward.random.first_example += 1;
    one.run(forward);
    CHECK(test::identical(part_out, out.view().slice(70, 140)));
    AttentionBackward backward = p.backward();
    backward.qkv = forward.qkv;
    backward.rows = forward.rows;
    backward.log_sum_exp = forward.log_sum_exp;
    backward.out = part_out;
    backward.dout = backward.dout.slice(70, 140);
    backward.dqkv = part_dqkv;
    backward.random.first_example += 1;
    one.run(backward);
    CHECK(test::identical(part_dqkv, dqkv.view().slice(70, 140)));

    // The first sequence without its padding.
    const HostTensor alone({40, 64}, type), statistic({1, 2, 40}, DType::f32);
    AttentionForward shorter = p.forward();
    shorter.qkv = ConstTensorView(p.qkv.view().raw(), {40, 192}, type);
    shorter.rows = {1, 40, p.lengths.view().slice(0, 1)};
    shorter.out = alone;
    shorter.log_sum_exp = statistic;
    three.run(shorter);
    CHECK(test::identical(alone, TensorView(out.view().raw(), {40, 64}, type)));
  }
}

TEST_CASE("attention refuses what does not fit", "[kernel][attention]") {
  using Catch::Matchers::Contains;
  CpuContext context(1);
  const Problem p({{4}, 4, 2, 3}, DType::f32);
  const auto run = [&](auto change) {
    AttentionForward kernel = p.forward();
    change(kernel);
    context.run(kernel);
  };
  const HostTensor odd({4, 19}, DType::f32);
  const HostTensor half({4, 6}, DType::bf16), few({1, 1, 4}, DType::f32);
  CHECK_THROWS_WITH(
      run([&](auto& k) { k.qkv = odd; }),
      Contains("attention_forward") && Contains("qkv: [4, 3 * hidden], found [4, 19]"));
  CHECK_THROWS_WITH(run([](auto& k) {
                      k.rows.length = 513;
                      k.dropout = 0.1F;
                    }),
                    Contains("at most 512 with dropout, found 513"));
  CHECK_THROWS_WITH(run([](auto& k) { k.heads = 4; }), Contains("heads to divide hidden 6"));
  CHECK_THROWS_WITH(run([&](auto& k) { k.out = half; }), Contains("out: expected f32 [4, 6]"));
  CHECK_THROWS_WITH(run([&](auto& k) { k.log_sum_exp = few; }), Contains("log_sum_exp"));
  CHECK_THROWS_WITH(run([](auto& k) { k.dropout = 1; }), Contains("dropout in [0, 1)"));
  CHECK_THROWS_WITH(run([](auto& k) {
                      k.dropout = 0.1F;
                      k.random.step = {};
                    }),
                    Contains("random.step"));
  AttentionBackward backward = p.backward();
  backward.dqkv = half;
  CHECK_THROWS_WITH(context.run(backward), Contains("dqkv: expected f32 [4, 18]"));
}
