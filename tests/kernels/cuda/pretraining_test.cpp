#include <catch2/catch.hpp>

#include "electra/kernels/adamw.h"
#include "electra/kernels/cross_entropy.h"
#include "electra/kernels/gradient_norm.h"
#include "electra/kernels/mask_tokens.h"
#include "electra/kernels/metrics.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::identical;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("masking on a GPU gives the CPU's bits", "[cuda][kernel][mask_tokens]") {
  const auto draw =
      GENERATE(MaskTokens::Draw::without_replacement, MaskTokens::Draw::with_replacement);
  const auto [batch, length, most] =
      GENERATE(table<Index, Index, Index>({{1, 1, 1}, {4, 9, 3}, {3, 130, 20}, {2, 512, 77}}));
  const float random_share = GENERATE(0.0F, 0.3F);
  const Site site{random_share > 0 ? 1U << 31U : 0U};  // evaluation, or training
  CAPTURE(batch, length, static_cast<int>(draw));
  const HostTensor ids = test::random_integers({batch * length}, 12, 1);  // specials among them
  HostTensor lengths({batch}, DType::i32), counts({batch}, DType::i32);
  for (Index b = 0; b < batch; ++b) {
    lengths.set(b, static_cast<double>(b == 1 ? 0 : length - b));
    counts.set(b, static_cast<double>(b == 2 ? most / 2 : most));
  }
  const HostTensor step({1}, DType::i32, {3});
  const HostTensor masked({batch * length}, DType::i32), positions({batch * most}, DType::i32);
  const HostTensor originals({batch * most}, DType::i32), count({1}, DType::i32);
  Twin twin([&](auto at) {
    return MaskTokens{.ids = at(ids),
                      .rows = {batch, length, at(lengths)},
                      .mask_counts = at(counts),
                      .masked_ids = at(masked),
                      .positions = at(positions),
                      .originals = at(originals),
                      .count = at(count),
                      .special = {.pad = 0, .cls = 2, .sep = 3, .mask = 4},
                      .vocabulary = 12,
                      .keep = 0.2F,
                      .random_share = random_share,
                      .draw = draw,
                      .random = {.seed = 8, .step = at(step), .first_example = 4, .site = site}};
  });
  CHECK(twin.equal(masked));
  CHECK(twin.equal(positions));
  CHECK(twin.equal(originals));
  CHECK(twin.equal(count));
  const HostTensor samples = test::random_integers({batch * most}, 12, 2);
  const HostTensor corrupted({batch * length}, DType::i32), labels({batch * length}, DType::i32);
  Twin replace([&](auto at) {
    return ReplaceTokens{.ids = at(ids),
                         .rows = {batch, length, at(lengths)},
                         .positions = at(positions),
                         .samples = at(samples),
                         .count = at(count),
                         .corrupted_ids = at(corrupted),
                         .labels = at(labels)};
  });
  CHECK(replace.equal(corrupted));
  CHECK(replace.equal(labels));
}

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

TEST_CASE("gradient norms on a GPU agree with the CPU's", "[cuda][kernel][gradient_norm]") {
  const Index size =
      GENERATE(1, 3, 1024, 1027, 530'000, 2'630'001);  // several rounds of all blocks
  const double largest = GENERATE(1.0, HUGE_VAL);
  const float clip_norm = GENERATE(0.0F, 0.5F, 1e6F);
  CAPTURE(size, largest, clip_norm);
  HostTensor gradient = test::random_tensor({size}, DType::f32, 1);
  gradient.set(size - 1, largest);
  const HostTensor non_finite({1}, DType::i32, {0});
  const HostTensor norm({1}, DType::f32), scale({1}, DType::f32), good({1}, DType::i32);
  Twin norms([&](auto at) {
    return GradientNorm{.gradient = at(gradient),
                        .non_finite = at(non_finite),
                        .norm = at(norm),
                        .scale = at(scale),
                        .finite = at(good),
                        .clip_norm = clip_norm};
  });
  if (std::isfinite(largest)) CHECK(norms.error(norm) < 2 * unit(DType::f32));
  CHECK(norms.error(scale) < 2 * unit(DType::f32));
  CHECK(norms.equal(good));
  CHECK(norms.gpu_of(good)[0] == (std::isfinite(largest) ? 1 : 0));
}

TEST_CASE("the optimizer on a GPU agrees with the CPU's", "[cuda][kernel][adamw]") {
  const auto correction = GENERATE(AdamW::BiasCorrection::off, AdamW::BiasCorrection::on);
  const bool with_value = GENERATE(false, true);
  const bool finite = GENERATE(true, false);
  const Index size = 64 * 40;
  const HostTensor gradient = test::random_tensor({size}, DType::f32, 1, 3);
  const HostTensor non_finite({1}, DType::i32, {finite ? 0.0 : 1.0});
  const HostTensor norm({1}, DType::f32), scale({1}, DType::f32), good({1}, DType::i32);
  Twin norms([&](auto at) {
    return GradientNorm{.gradient = at(gradient),
                        .non_finite = at(non_finite),
                        .norm = at(norm),
                        .scale = at(scale),
                        .finite = at(good),
                        .clip_norm = 2};
  });
  CHECK(norms.error(norm) < 2 * unit(DType::f32));
  CHECK(norms.error(scale) < 2 * unit(DType::f32));
  CHECK(norms.equal(good));

  const HostTensor step({1}, DType::i32, {4}), rate({1}, DType::f32);
  Twin rates([&](auto at) {
    return LearningRate{
        .step = at(step), .rate = at(rate), .peak = 1e-2, .warmup = 9, .steps = 50, .power = 0.5};
  });
  CHECK(rates.error(rate, 1e-9) < unit(DType::f32));

  const HostTensor master = test::random_tensor({size}, DType::f32, 2);
  const HostTensor value({size}, DType::bf16, std::vector<double>(size, 1.0));
  const HostTensor moment_1 = test::random_tensor({size}, DType::f32, 3);
  HostTensor moment_2 = test::random_tensor({size}, DType::f32, 4);
  for (Index i = 0; i < size; ++i) moment_2.set(i, std::abs(moment_2[i]));
  const HostTensor segments({4, 3}, DType::i32, {0, 1, 1, 1, 18, 0, 20, 4, 1, 25, 15, 1});
  const HostTensor factors({4}, DType::f32, {1, 0.5, 0, 2});
  Twin update([&](auto at) {
    return AdamW{.master = at(master),
                 .value = with_value ? at(value) : TensorView{},
                 .gradient = at(gradient),
                 .moment_1 = at(moment_1),
                 .moment_2 = at(moment_2),
                 .segments = at(segments),
                 .rate_factors = at(factors),
                 .rate = at(rate),
                 .scale = at(scale),
                 .finite = at(good),
                 .step = at(step),
                 .bias_correction = correction};
  });
  CHECK(update.error(master) < 4 * unit(DType::f32));
  CHECK(update.error(moment_1) < 2 * unit(DType::f32));
  CHECK(update.error(moment_2) < 2 * unit(DType::f32));
  if (with_value) CHECK(update.error(value) < unit(DType::bf16));

  const HostTensor skipped({2}, DType::i32, {3, 1});
  Twin advance([&](auto at) {
    return AdvanceStep{
        .finite = at(good), .step = at(step), .skipped = at(skipped), .non_finite = at(non_finite)};
  });
  CHECK(advance.equal(step));
  CHECK(advance.equal(skipped));
  CHECK(advance.equal(non_finite));
}

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
