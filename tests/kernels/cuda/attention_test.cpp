#include "electra/kernels/attention.h"

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

/// Forward and backward, of sequences with these numbers of tokens.
void check_attention(DType dtype, const Extents& e, const std::vector<double>& tokens,
                     float dropout, Begin begin = Begin::aligned) {
  const auto [length, heads, width] = e;
  CAPTURE(to_string(dtype), length, heads, width, dropout);
  const Index batch = std::ssize(tokens), hidden = heads * width;
  const HostTensor qkv = test::random_tensor({batch, length, 3 * hidden}, dtype, 1);
  const HostTensor lengths({batch}, DType::i32, tokens);
  const HostTensor step({1}, DType::i32, {5});
  const HostTensor out({batch, length, hidden}, dtype);
  const HostTensor log_sum_exp({batch, heads, length}, DType::f32);
  const auto key = [&](ConstTensorView at) {
    return RandomKey{.seed = 0xfedcba9876543210U, .step = at, .first_example = 2, .site = {33}};
  };
  Twin forward(
      [&](auto at) {
        return AttentionForward{.qkv = at(qkv),
                                .lengths = at(lengths),
                                .out = at(out),
                                .log_sum_exp = at(log_sum_exp),
                                .heads = heads,
                                .dropout = dropout,
                                .random = key(at(step))};
      },
      begin);
  CHECK(forward.error(out) < bound(dtype, length));
  CHECK(forward.error(log_sum_exp) < bound(DType::f32, length + width));

  const HostTensor dout = test::random_tensor({batch, length, hidden}, dtype, 2);
  const HostTensor dqkv({batch, length, 3 * hidden}, dtype);
  Twin backward(
      [&](auto at) {
        return AttentionBackward{.dout = at(dout),
                                 .qkv = at(qkv),
                                 .out = at(out),
                                 .log_sum_exp = at(log_sum_exp),
                                 .lengths = at(lengths),
                                 .dqkv = at(dqkv),
                                 .heads = heads,
                                 .dropout = dropout,
                                 .random = key(at(step))};
      },
      begin);
  CHECK(backward.error(dqkv) < 4 * bound(dtype, length + width));
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
  const Index length = GENERATE(2, 15, 16, 17, 63, 65, 127, 128, 255, 256, 511, 512);
  const auto whole = static_cast<double>(length);
  if (length < 200)
    check_attention(DType::bf16, {length, 2, 64}, {whole, whole - 1, 0, 1}, 0.2F);
  else
    check_attention(DType::bf16, {length, 1, 64}, {whole, whole - 60}, 0.1F);
}

TEST_CASE("attention on a GPU takes wide heads and rows that are not aligned",
          "[cuda][kernel][attention]") {
  check_attention(DType::f32, {17, 1, 256}, {17, 5}, 0.1F);
  check_attention(DType::bf16, {33, 2, 64}, {33, 32}, 0.1F, Begin::unaligned);
}

}  // namespace electra
