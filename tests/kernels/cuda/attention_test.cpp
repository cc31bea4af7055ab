#include "electra/kernels/attention.h"

#include <array>
#include <catch2/catch.hpp>
#include <iterator>

#include "support/twin.h"

namespace electra {
namespace {

using test::Begin;
using test::HostTensor;
using test::Twin;

/// Activations pass through a product of this many terms, in f32.
double bound(DType dtype, Index terms) {
  return 4 * test::unit(dtype) + 4 * test::unit(DType::f32) * std::sqrt(static_cast<double>(terms));
}

struct Extents {
  Index length, heads, width;
};

/// The largest error of dq, dk or dv, each measured against its own usual size; infinite where rows
/// of padding are not exactly 0.
double gradient_error(const HostTensor& found, const HostTensor& expected,
                      const std::vector<double>& tokens) {
  const Index length = expected.shape()[0] / std::ssize(tokens), hidden = expected.shape()[1] / 3;
  const auto part_of = [&](Index i) { return i % (3 * hidden) / hidden; };
  std::array<double, 3> squares{};
  for (Index i = 0; i < expected.size(); ++i)
    squares.at(static_cast<std::size_t>(part_of(i))) += expected[i] * expected[i];
  double worst = 0;
  for (Index i = 0; i < expected.size(); ++i) {
    const Index row = i / (3 * hidden);
    const double used = tokens[static_cast<std::size_t>(row / length)];
    if (static_cast<double>(row % length) >= used && found[i] != 0) return HUGE_VAL;
    const double square = squares.at(static_cast<std::size_t>(part_of(i)));
    const double size = 0.02 + std::sqrt(3 * square / static_cast<double>(expected.size()));
    const double error = std::abs(found[i] - expected[i]) / (std::abs(expected[i]) + size);
    if (!(error <= worst)) worst = std::isfinite(error) ? error : HUGE_VAL;
  }
  return worst;
}

/// Forward and backward, of sequences with these numbers of tokens; returns the GPU's gradient.
HostTensor check_attention(const HostTensor& qkv, Index heads, const std::vector<double>& tokens,
                           float dropout, Begin begin = Begin::aligned) {
  const DType dtype = qkv.dtype();
  const Index batch = std::ssize(tokens), rows = qkv.shape()[0], hidden = qkv.shape()[1] / 3;
  const Index length = rows / batch;
  const Index width = hidden / heads;
  CAPTURE(to_string(dtype), length, heads, width, dropout);
  const HostTensor lengths({batch}, DType::i32, tokens);
  const HostTensor step({1}, DType::i32, {5});
  const HostTensor out({rows, hidden}, dtype);
  const HostTensor log_sum_exp({batch, heads, length}, DType::f32);
  const auto key = [&](ConstTensorView at) {
    return RandomKey{.seed = 0xfedcba9876543210U, .step = at, .first_example = 2, .site = {33}};
  };
  Twin forward(
      [&](auto at) {
        return AttentionForward{.qkv = at(qkv),
                                .rows = {batch, length, at(lengths)},
                                .out = at(out),
                                .log_sum_exp = at(log_sum_exp),
                                .heads = heads,
                                .dropout = dropout,
                                .random = key(at(step))};
      },
      begin);
  CHECK(forward.error(out) < bound(dtype, length));
  CHECK(forward.error(log_sum_exp) < bound(DType::f32, length + width));

  const HostTensor dout = test::random_tensor({rows, hidden}, dtype, 2);
  const HostTensor dqkv({rows, 3 * hidden}, dtype);
  Twin backward(
      [&](auto at) {
        return AttentionBackward{.dout = at(dout),
                                 .qkv = at(qkv),
                                 .out = at(out),
                                 .log_sum_exp = at(log_sum_exp),
                                 .rows = {batch, length, at(lengths)},
                                 .dqkv = at(dqkv),
                                 .heads = heads,
                                 .dropout = dropout,
                                 .random = key(at(step))};
      },
      begin);
  const HostTensor found = backward.gpu_of(dqkv);
  CHECK(gradient_error(found, dqkv, tokens) < 2 * bound(dtype, length + width));
  return found;
}

void check_attention(DType dtype, const Extents& e, const std::vector<double>& tokens,
                     float dropout, Begin begin = Begin::aligned) {
  const Shape shape{std::ssize(tokens) * e.length, 3 * e.heads * e.width};
  check_attention(test::random_tensor(shape, dtype, 1), e.heads, tokens, dropout, begin);
}

/// The largest sum of dk over the keys of one head, measured by the size of what is added up.
double sum_over_keys(const HostTensor& dqkv) {
  const Index width = dqkv.shape()[1] / 3;
  double worst = 0;
  for (Index column = width; column < 2 * width; ++column) {
    double sum = 0, square = 0;
    for (Index key = 0; key < dqkv.shape()[0]; ++key) {
      const double value = dqkv[key * 3 * width + column];
      sum += value;
      square += value * value;
    }
    worst = std::max(worst, std::abs(sum) / std::sqrt(square));
  }
  return worst;
}

}  // namespace

TEST_CASE("attention on a GPU agrees with the CPU's", "[cuda][kernel][attention]") {
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  const auto [length, heads, width] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 64}, {5, 2, 3}, {31, 2, 64}, {64, 1, 64}, {70, 2, 36}, {129, 1, 64}, {40, 1, 128}}));
  const float dropout = GENERATE(0.0F, 0.1F);
  check_attention(
      dtype, {length, heads, width},
      {static_cast<double>(length), static_cast<double>(length / 2), length > 40 ? 0.0 : 1.0},
      dropout);
}

TEST_CASE("attention on tensor cores agrees with the CPU's at all lengths",
          "[cuda][kernel][attention]") {
  for (Index length = 1; length <= 130; ++length) {
    const auto whole = static_cast<double>(length);
    std::vector<double> tokens{length % 4 == 2 ? whole / 2 : whole};
    if (length % 8 == 0) tokens = {whole - 1, 0, whole};
    check_attention(DType::bf16, {length, length % 16 == 0 ? 2 : 1, 64}, tokens,
                    length % 3 == 0 ? 0 : 0.2F);
  }
}

TEST_CASE("attention on tensor cores agrees with the CPU's where it is long",
          "[cuda][kernel][attention]") {
  const auto [length, used] = GENERATE(table<Index, Index>(
      {{159, 159}, {192, 150}, {255, 255}, {256, 193}, {511, 420}, {512, 512}}));
  check_attention(DType::bf16, {length, length < 180 ? 2 : 1, 64}, {static_cast<double>(used)},
                  0.1F);
}

TEST_CASE("attention on a GPU agrees with the CPU's beyond 512, without dropout",
          "[cuda][kernel][attention][exhaustive][slow]") {
  const auto [dtype, length, width, used] =
      GENERATE(table<DType, Index, Index, Index>({{DType::bf16, 513, 64, 513},
                                                  {DType::bf16, 600, 64, 562},
                                                  {DType::bf16, 1024, 64, 1024},
                                                  {DType::f32, 513, 16, 513},
                                                  {DType::f32, 600, 16, 562},
                                                  {DType::f32, 1024, 8, 1024}}));
  check_attention(dtype, {length, 1, width}, {static_cast<double>(used)}, 0);
}

TEST_CASE("keys beyond the length count as nothing where all scores are far below 0",
          "[cuda][kernel][attention]") {
  // Scores near -512: a key of zeros that took part would count infinitely.
  const auto [length, used] = GENERATE(table<Index, Index>({{20, 13}, {140, 133}}));
  const Index hidden = 64;
  HostTensor qkv = test::random_tensor({length, 3 * hidden}, DType::bf16, 1);
  for (Index row = 0; row < length; ++row) {
    qkv.set(row * 3 * hidden, 4096);
    qkv.set(row * 3 * hidden + hidden, -1);
  }
  check_attention(qkv, 1, {static_cast<double>(used)}, 0.1F);
}

TEST_CASE("gradients of keys sum to 0 on a GPU, however little of an output bf16 keeps",
          "[cuda][kernel][attention]") {
  // What moves all keys of a head alike moves no probability. Values near 64 leave outputs two bits
  // for what tells them apart; queries near 1 add up what each of them leaves over.
  const auto [length, width] =
      GENERATE(table<Index, Index>({{24, 16}, {75, 36}, {64, 64}, {128, 64}, {33, 64}, {100, 64}}));
  HostTensor qkv = test::random_tensor({length, 3 * width}, DType::bf16, 1);
  for (Index i = 0; i < qkv.size(); ++i) {
    const Index part = i % (3 * width) / width;
    if (part == 0) qkv.set(i, 1 + qkv[i] / 8);
    if (part == 2) qkv.set(i, 64 + 2 * qkv[i]);
  }
  const HostTensor dqkv = check_attention(qkv, 1, {static_cast<double>(length)}, 0);
  CHECK(sum_over_keys(dqkv) < 8 * test::unit(DType::bf16));
}

TEST_CASE("attention on a GPU takes wide heads and rows that are not aligned",
          "[cuda][kernel][attention]") {
  check_attention(DType::f32, {17, 1, 256}, {17, 5}, 0.1F);
  check_attention(DType::bf16, {33, 2, 64}, {33, 32}, 0.1F, Begin::unaligned);
}

}  // namespace electra
