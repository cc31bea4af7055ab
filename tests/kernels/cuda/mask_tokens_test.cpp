#include "electra/kernels/mask_tokens.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::Twin;

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

}  // namespace electra
