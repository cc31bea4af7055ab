#include "electra/kernels/cross_entropy.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("vocabulary cross-entropy on a GPU agrees with the CPU's",
          "[cuda][kernel][cross_entropy]") {
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  const auto [vocabulary, padded] =
      GENERATE(table<Index, Index>({{1, 8}, {7, 8}, {1000, 1024}, {2049, 2112}, {5000, 5000}}));
  const auto correct =
      GENERATE(VocabularyCrossEntropy::Correct::allow, VocabularyCrossEntropy::Correct::disallow);
  if (vocabulary == 1 && correct == VocabularyCrossEntropy::Correct::disallow) return;
  CAPTURE(to_string(dtype), vocabulary, static_cast<int>(correct));
  const Index capacity = 7, length = 10;
  HostTensor logits = test::random_tensor({capacity, padded}, dtype, 1, 2);
  for (Index id = 0; id < padded; ++id) logits.set(id, 0.5);  // a row of equals: the lowest id wins
  const HostTensor targets =
      test::random_integers({capacity}, static_cast<std::uint32_t>(vocabulary), 2);
  const HostTensor positions({capacity}, DType::i32, {0, 3, 9, 11, 12, 25, 0});
  const HostTensor lengths({3}, DType::i32, {10, 10, 10}), count({1}, DType::i32, {6});
  const HostTensor scale({1}, DType::f32, {0.5}), temperature({1}, DType::f32, {1.5});
  const HostTensor step({1}, DType::i32, {2}), non_finite({1}, DType::i32, {0});
  const HostTensor losses({capacity}, DType::f32), argmax({capacity}, DType::i32);
  const HostTensor samples({capacity}, DType::i32), other({capacity, padded}, dtype);
  // In the logits' place, or beside them.
  const HostTensor& dlogits = vocabulary == 1000 ? logits : other;
  Twin twin([&](auto at) {
    return VocabularyCrossEntropy{.logits = at(logits),
                                  .targets = at(targets),
                                  .positions = at(positions),
                                  .rows = {3, length, at(lengths)},
                                  .count = at(count),
                                  .scale = at(scale),
                                  .temperature = at(temperature),
                                  .losses = at(losses),
                                  .argmax = at(argmax),
                                  .samples = at(samples),
                                  .dlogits = at(dlogits),
                                  .non_finite = at(non_finite),
                                  .vocabulary = vocabulary,
                                  .correct = correct,
                                  .random = {.seed = 6, .step = at(step), .first_example = 1}};
  });
  CHECK(twin.error(losses) < 4 * unit(DType::f32));
  CHECK(twin.equal(argmax));
  CHECK(twin.equal(samples));
  CHECK(twin.error(dlogits, 0.01) < 2 * unit(dtype) + 4 * unit(DType::f32));
  CHECK(twin.gpu_of(non_finite)[0] == 0);
}

TEST_CASE("a NaN among the logits is reported on a GPU", "[cuda][kernel][cross_entropy]") {
  const Index vocabulary = 600, bad = GENERATE(0, 599);
  HostTensor logits = test::random_tensor({2, 608}, DType::f32, 1);
  logits.set(608 + bad, NAN);
  const HostTensor targets({2}, DType::i32, {5, 6}), positions({2}, DType::i32, {1, 2});
  const HostTensor count({1}, DType::i32, {2}), step({1}, DType::i32, {2});
  const HostTensor one({1}, DType::f32, {1}), non_finite({1}, DType::i32, {0});
  const HostTensor losses({2}, DType::f32), argmax({2}, DType::i32), samples({2}, DType::i32);
  const HostTensor lengths({1}, DType::i32, {10});
  Twin twin([&](auto at) {
    return VocabularyCrossEntropy{.logits = at(logits),
                                  .targets = at(targets),
                                  .positions = at(positions),
                                  .rows = {1, 10, at(lengths)},
                                  .count = at(count),
                                  .scale = at(one),
                                  .temperature = at(one),
                                  .losses = at(losses),
                                  .argmax = at(argmax),
                                  .samples = at(samples),
                                  .non_finite = at(non_finite),
                                  .vocabulary = vocabulary,
                                  .random = {.seed = 6, .step = at(step)}};
  });
  CHECK(twin.gpu_of(non_finite)[0] == 1);
  CHECK(twin.gpu_of(argmax)[1] == 0);
  CHECK(twin.gpu_of(samples)[1] == 0);
  CHECK(twin.gpu_of(argmax)[0] == argmax[0]);
  CHECK(std::isfinite(twin.gpu_of(losses)[0]));
}

}  // namespace electra
