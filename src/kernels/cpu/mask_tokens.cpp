#include "electra/kernels/mask_tokens.h"

#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_context.h"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

constexpr std::uint32_t evaluation_bit = 1U << 31U;

/// floor(word * bound / 2^32): a number below the bound.
[[nodiscard]] Index below(std::uint32_t word, Index bound) {
  return static_cast<Index>((std::uint64_t{word} * static_cast<std::uint64_t>(bound)) >> 32U);
}

/// The words of one example at one place, by number; keeps the last block.
class Words {
 public:
  Words(const MaskTokens& kernel, Index example, Place place)
      : seed_(kernel.random.seed),
        example_(kernel.random.first_example + static_cast<std::uint32_t>(example)),
        site_(at_place({kernel.random.site.value & evaluation_bit}, place)),
        step_(static_cast<std::uint32_t>(*kernel.random.step.data<std::int32_t>())) {}

  std::uint32_t operator[](Index i) {
    if (i / 4 != block_) {
      block_ = i / 4;
      words_ = philox(seed_, static_cast<std::uint32_t>(block_), example_, site_, step_);
    }
    return words_[static_cast<std::size_t>(i % 4)];
  }

 private:
  std::uint64_t seed_;
  std::uint32_t example_;
  Site site_;
  std::uint32_t step_;
  Index block_ = -1;
  std::array<std::uint32_t, 4> words_{};
};

/// Chooses and masks one example after the other; the masked positions are appended.
class Masker {
 public:
  Masker(const MaskTokens& kernel, std::span<std::int64_t> candidates, std::span<Index> chosen)
      : k_(kernel),
        places_(math::row_places<Index>(kernel.rows)),
        most_(static_cast<Index>(chosen.size())),
        candidates_(candidates),
        chosen_(chosen) {}

  void mask(Index example) {
    const Index first = places_.first_row(example);
    const auto* ids = k_.ids.data<std::int32_t>() + first;
    auto* masked = k_.masked_ids.data<std::int32_t>() + first;
    const Index candidates = find_candidates(ids, places_.length_of(example));
    const Index asked = k_.mask_counts.data<std::int32_t>()[example];
    const Index count = candidates == 0 ? 0 : std::clamp<Index>(asked, 0, most_);
    const auto chosen = k_.draw == MaskTokens::Draw::with_replacement
                            ? with_replacement(example, candidates, count)
                            : without_replacement(example, candidates, std::min(count, candidates));
    for (const Index place : chosen) append(first + place, ids[place]);
    std::copy_n(ids, places_.rows_of(example), masked);
    show(example, chosen, masked);
  }

  [[nodiscard]] Index count() const { return count_; }

 private:
  Index find_candidates(const std::int32_t* ids, Index length) {
    const SpecialIds& s = k_.special;
    Index count = 0;
    for (Index place = 0; place < length; ++place) {
      const std::int32_t id = ids[place];
      if (id != s.pad && id != s.cls && id != s.sep && id != s.mask)
        candidates_[static_cast<std::size_t>(count++)] = place;
    }
    return count;
  }

  std::span<Index> without_replacement(Index example, Index candidates, Index count) {
    Words words(k_, example, Place::mask_position);
    const auto all = candidates_.first(static_cast<std::size_t>(candidates));
    const auto chosen = chosen_.first(static_cast<std::size_t>(count));
    // A word and its place as one number: sorting it sorts words, ties to the lower position.
    for (std::int64_t& candidate : all)
      candidate |= static_cast<std::int64_t>(words[candidate] >> 1U) << 32U |
                   static_cast<std::int64_t>(words[candidate] & 1U) << 31U;
    std::partial_sort(all.begin(), all.begin() + count, all.end());
    std::transform(all.begin(), all.begin() + count, chosen.begin(),
                   [](std::int64_t candidate) { return candidate & 0x7fffffff; });
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  std::span<Index> with_replacement(Index example, Index candidates, Index count) {
    Words words(k_, example, Place::mask_position);
    const auto chosen = chosen_.first(static_cast<std::size_t>(count));
    for (Index i = 0; i < count; ++i)
      chosen[static_cast<std::size_t>(i)] =
          candidates_[static_cast<std::size_t>(below(words[i], candidates))];
    std::sort(chosen.begin(), chosen.end());
    return chosen;
  }

  void append(Index position, std::int32_t id) {
    k_.positions.data<std::int32_t>()[count_] = static_cast<std::int32_t>(position);
    k_.originals.data<std::int32_t>()[count_++] = id;
  }

  void show(Index example, std::span<const Index> chosen, std::int32_t* masked) {
    Words keep(k_, example, Place::mask_keep);
    Words random(k_, example, Place::mask_random);
    const double kept = 0x1p32 * double{k_.keep};
    const double drawn = kept + 0x1p32 * double{k_.random_share};
    for (const Index place : chosen) {
      const double word = keep[place];
      if (word < kept) continue;
      masked[place] = word < drawn ? static_cast<std::int32_t>(below(random[place], k_.vocabulary))
                                   : k_.special.mask;
    }
  }

  const MaskTokens& k_;
  math::RowPlaces<Index> places_;
  Index most_;
  std::span<std::int64_t> candidates_;
  std::span<Index> chosen_;
  Index count_ = 0;
};

}  // namespace

void run_on(CpuContext& context, const MaskTokens& k) {
  const Index batch = k.rows.batch;
  const auto length = static_cast<std::size_t>(k.rows.length);
  const Index most = batch == 0 ? 0 : k.positions.size() / batch;
  const auto scratch = context.workspace_of<std::int64_t>(k.rows.length + most);
  Masker masker(k, scratch.first(length), scratch.subspan(length));
  for (Index example = 0; example < batch; ++example) masker.mask(example);
  const Index rest = k.positions.size() - masker.count();
  std::fill_n(k.positions.data<std::int32_t>() + masker.count(), rest, 0);
  std::fill_n(k.originals.data<std::int32_t>() + masker.count(), rest, 0);
  *k.count.data<std::int32_t>() = static_cast<std::int32_t>(masker.count());
}

void run_on(CpuContext& context, const ReplaceTokens& k) {
  context.copy(k.ids, k.corrupted_ids);
  context.zero(k.labels);
  const auto* ids = k.ids.data<std::int32_t>();
  const auto* positions = k.positions.data<std::int32_t>();
  const auto* samples = k.samples.data<std::int32_t>();
  const Index count = std::min<Index>(*k.count.data<std::int32_t>(), k.positions.size());
  for (Index first = 0, next = 0; first < count; first = next) {
    std::int64_t sum = 0;
    for (; next < count && positions[next] == positions[first]; ++next) sum += samples[next];
    const auto id = static_cast<std::int32_t>(sum / (next - first));
    k.labels.data<std::int32_t>()[positions[first]] = id != ids[positions[first]] ? 1 : 0;
    k.corrupted_ids.data<std::int32_t>()[positions[first]] = id;
  }
}

}  // namespace electra
