#include "electra/kernels/metrics.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::identical;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("masked-language-model figures on a GPU agree with the CPU's",
          "[cuda][kernel][metrics]") {
  const HostTensor loss({3}, DType::f32, {1, 2, 3});  // its second is added to
  const HostTensor counts({5}, DType::i32, {1, 2, 3, 4, 5});
  const Index used = GENERATE(0, 5, 5000);
  const HostTensor losses = test::random_tensor({5000}, DType::f32, 2);
  const HostTensor targets = test::random_integers({5000}, 3, 3);
  const HostTensor argmax = test::random_integers({5000}, 3, 4);
  const HostTensor samples = test::random_integers({5000}, 3, 5);
  const HostTensor count({1}, DType::i32, {static_cast<double>(used)});
  Twin masked([&](auto at) {
    return CountMasked{.losses = at(losses),
                       .targets = at(targets),
                       .argmax = at(argmax),
                       .samples = at(samples),
                       .count = at(count),
                       .loss = at(loss).slice(1, 1),
                       .counts = at(counts).slice(1, 3)};
  });
  CHECK(masked.error(loss) < 4 * unit(DType::f32));
  CHECK(masked.equal(counts));
  const HostTensor sums = masked.gpu_of(loss), numbers = masked.gpu_of(counts);
  CHECK((sums[0] == 1 && sums[2] == 3));
  CHECK((numbers[0] == 1 && numbers[4] == 5));
}

TEST_CASE("replaced-token figures on a GPU agree with the CPU's", "[cuda][kernel][metrics]") {
  const HostTensor loss({3}, DType::f32, {1, 2, 3});  // its second is added to
  const HostTensor counts({6}, DType::i32, {1, 2, 3, 4, 5, 6});
  const Index bins = CountReplaced::bins;
  const HostTensor histogram = test::random_integers({4, bins}, 5, 1);  // two rows are added to
  const HostTensor before = histogram;
  const Index length = GENERATE(500, 22'000);  // the second: several rounds of all blocks
  const HostTensor losses = test::random_tensor({3 * length}, DType::f32, 6);
  const HostTensor logits = test::random_tensor({3 * length}, DType::f32, 7, 3);
  const HostTensor labels = test::random_integers({3 * length}, 2, 8);
  const HostTensor lengths({3}, DType::i32,
                           {static_cast<double>(length), 0, static_cast<double>(length - 377)});
  Twin replaced([&](auto at) {
    return CountReplaced{.losses = at(losses),
                         .logits = at(logits),
                         .labels = at(labels),
                         .rows = {3, length, at(lengths)},
                         .loss = at(loss).slice(1, 1),
                         .counts = at(counts).slice(1, 4),
                         .histogram = at(histogram).slice(1, 2)};
  });
  CHECK(replaced.error(loss) < 4 * unit(DType::f32));
  CHECK(replaced.equal(counts));
  const HostTensor sums = replaced.gpu_of(loss), numbers = replaced.gpu_of(counts);
  CHECK((sums[0] == 1 && sums[2] == 3));
  CHECK((numbers[0] == 1 && numbers[5] == 6));
  // A probability at the edge of a bin may fall on either side.
  const HostTensor found = replaced.gpu_of(histogram);
  double moved = 0, more = 0;
  for (Index i = bins; i < 3 * bins; ++i) {
    moved += std::abs(found[i] - histogram[i]);
    more += found[i] - histogram[i];
  }
  CHECK(moved <= 4);
  CHECK(more == 0);
  for (const Index row : {0, 3})
    CHECK(identical(found.view().slice(row, 1), before.view().slice(row, 1)));
}

TEST_CASE("a step's figures are folded in on a GPU as on the CPU", "[cuda][kernel][metrics]") {
  const auto [sums, counts] = GENERATE(table<Index, Index>(
      {{1, 1}, {1, 700}, {300, 1}, {64, 64 + 2048}, {255, 256}, {256, 257}, {0, 5}, {5, 0}}));
  const bool finite = GENERATE(false, true);
  CAPTURE(sums, counts, finite);
  HostTensor sums_from = test::random_tensor({sums + 2}, DType::f32, 1, 9);
  const HostTensor sums_to = test::random_tensor({sums + 2}, DType::f32, 2, 9);
  const HostTensor counts_from = test::random_integers({counts + 2}, 1000, 3);
  const HostTensor counts_to = test::random_integers({counts + 2}, 1000, 4);
  const HostTensor good({1}, DType::i32, {finite ? 1.0 : 0.0});
  if (!finite && sums > 0) sums_from.set(sums, NAN);
  const std::vector<const HostTensor*> all{&sums_from, &sums_to, &counts_from, &counts_to};
  const std::vector<HostTensor> before{sums_from, sums_to, counts_from, counts_to};
  Twin fold([&](auto at) {  // all but the first and the last
    return FoldMetrics{.sums_from = at(sums_from).slice(1, sums),
                       .sums_to = at(sums_to).slice(1, sums),
                       .counts_from = at(counts_from).slice(1, counts),
                       .counts_to = at(counts_to).slice(1, counts),
                       .finite = at(good)};
  });
  for (std::size_t i = 0; i < all.size(); ++i) {
    CAPTURE(i);
    CHECK(fold.equal(*all[i]));
    const HostTensor found = fold.gpu_of(*all[i]);
    const Index last = found.size() - 1;
    CHECK((found[0] == before[i][0] && found[last] == before[i][last]));
  }
}

}  // namespace electra
