#include "electra/kernels/mask_tokens.h"
#include "kernels/cuda/dropout.cuh"
#include "kernels/cuda/reduce.cuh"

namespace electra {

namespace {

constexpr int threads = 256;
constexpr std::uint32_t evaluation_bit = 1U << 31U;

/// floor(word * bound / 2^32): a number below the bound.
__device__ int below(std::uint32_t word, int bound) {
  return static_cast<int>((std::uint64_t{word} * static_cast<std::uint32_t>(bound)) >> 32U);
}

/// The words of one example at one place, by number.
struct Words {
  cuda::Draw draw;
  std::uint32_t example;

  __device__ std::uint32_t at(Place place, int number) const {
    cuda::Draw here = draw;
    here.site = (draw.site & evaluation_bit) | static_cast<std::uint32_t>(place);
    const math::Words4 w = here.words(static_cast<std::uint32_t>(number / 4), example);
    const int i = number % 4;
    return i == 0 ? w.x : i == 1 ? w.y : i == 2 ? w.z : w.w;
  }
};

struct Masking {
  cuda::Draw draw;
  SpecialIds special;
  cuda::RowPlaces places;
  int most;  // masked positions of one example
  int vocabulary;
  double kept;   // words below are kept …
  double drawn;  // … and those below this are random
  bool with_replacement;
};

/// The numbers i < count with keep(i), in order; returns how many. Only the first warp calls it.
template <class Keep>
__device__ int compact(int count, int* to, const Keep& keep) {
  int found = 0;
  for (int first = 0; first < count; first += cuda::warp_size) {
    const int i = first + cuda::lane();
    const bool kept = i < count && keep(i);
    const unsigned votes = __ballot_sync(cuda::whole_warp, kept);
    if (kept) to[found + __popc(votes & ((1U << cuda::lane()) - 1U))] = i;
    found += __popc(votes);
  }
  return found;
}

/// Chooses `count` of the candidates, in ascending order, into `chosen`: the lowest words.
__device__ void choose_without(const Words& words, const int* candidates, int all, int count,
                               std::uint32_t* keys, int* is_low, int* chosen) {
  for (int i = static_cast<int>(threadIdx.x); i < all; i += threads)
    keys[i] = words.at(Place::mask_position, candidates[i]);
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < all; i += threads) {
    int rank = 0;
    for (int j = 0; j < all; ++j) rank += keys[j] < keys[i] || (keys[j] == keys[i] && j < i);
    is_low[i] = rank < count;
  }
  __syncthreads();
  if (cuda::warp() == 0) {
    auto* picked = reinterpret_cast<int*>(keys);
    const int found = compact(all, picked, [&](int i) { return is_low[i] != 0; });
    __syncwarp();
    for (int i = cuda::lane(); i < found; i += cuda::warp_size) chosen[i] = candidates[picked[i]];
  }
  __syncthreads();
}

/// Draws `count` candidates, duplicates included, and sorts them.
__device__ void choose_with(const Words& words, const int* candidates, int all, int count,
                            int* drawn, int* chosen) {
  for (int i = static_cast<int>(threadIdx.x); i < count; i += threads)
    drawn[i] = candidates[below(words.at(Place::mask_position, i), all)];
  __syncthreads();
  for (int i = static_cast<int>(threadIdx.x); i < count; i += threads) {
    int rank = 0;
    for (int j = 0; j < count; ++j) rank += drawn[j] < drawn[i] || (drawn[j] == drawn[i] && j < i);
    chosen[rank] = drawn[i];
  }
  __syncthreads();
}

/// One example a block: what the generator reads, the chosen columns and how many there are.
__global__ void __launch_bounds__(threads)
    mask_examples(const std::int32_t* ids, const std::int32_t* mask_counts,
                  std::int32_t* masked_ids, int* columns, int* counts, Masking m) {
  extern __shared__ int shared[];
  int* candidates = shared;
  auto* keys = reinterpret_cast<std::uint32_t*>(candidates + m.places.length);
  int* picked = candidates + 2 * m.places.length;
  int* chosen = columns + static_cast<Index>(blockIdx.x) * m.most;
  __shared__ int found;
  const auto example = static_cast<int>(blockIdx.x);
  const std::int32_t* text = ids + m.places.first_row(example);
  std::int32_t* masked = masked_ids + m.places.first_row(example);
  const Words words{m.draw, static_cast<std::uint32_t>(example)};

  int* staged = picked;  // the text, until the candidates are known
  for (int i = static_cast<int>(threadIdx.x); i < m.places.rows_of(example); i += threads)
    masked[i] = staged[i] = text[i];
  __syncthreads();
  if (cuda::warp() == 0) {
    const auto is_candidate = [&](int i) {
      const std::int32_t id = staged[i];
      return id != m.special.pad && id != m.special.cls && id != m.special.sep &&
             id != m.special.mask;
    };
    const int all = compact(m.places.length_of(example), candidates, is_candidate);
    if (cuda::lane() == 0) found = all;
  }
  __syncthreads();
  const int all = found;
  int count = mask_counts[example] < m.most ? mask_counts[example] : m.most;
  if (all == 0 || count < 0) count = 0;
  if (!m.with_replacement && count > all) count = all;
  if (m.with_replacement)
    choose_with(words, candidates, all, count, picked, chosen);
  else
    choose_without(words, candidates, all, count, keys, picked, chosen);

  for (int i = static_cast<int>(threadIdx.x); i < count; i += threads) {
    const int column = chosen[i];
    if (i > 0 && chosen[i - 1] == column) continue;
    const double word = words.at(Place::mask_keep, column);
    if (word < m.kept) continue;
    masked[column] =
        word < m.drawn ? below(words.at(Place::mask_random, column), m.vocabulary) : m.special.mask;
  }
  if (threadIdx.x == 0) counts[example] = count;
}

/// One example a block: its chosen columns as positions in the batch, behind those of the examples
/// before it. The last one clears what is left.
__global__ void __launch_bounds__(threads)
    list_positions(const std::int32_t* ids, const int* columns, const int* counts,
                   std::int32_t* positions, std::int32_t* originals, std::int32_t* count,
                   int capacity, cuda::RowPlaces places, int most) {
  __shared__ int shared[threads / cuda::warp_size];
  const auto example = static_cast<int>(blockIdx.x);
  int before = 0;
  for (int i = static_cast<int>(threadIdx.x); i < example; i += threads) before += counts[i];
  before = cuda::block_sum<threads>(before, shared);
  for (int i = static_cast<int>(threadIdx.x); i < counts[example]; i += threads) {
    const int position =
        places.first_row(example) + columns[static_cast<Index>(example) * most + i];
    positions[before + i] = position;
    originals[before + i] = ids[position];
  }
  if (example + 1 < static_cast<int>(gridDim.x)) return;
  const int all = before + counts[example];
  for (int i = all + static_cast<int>(threadIdx.x); i < capacity; i += threads) {
    positions[i] = 0;
    originals[i] = 0;
  }
  if (threadIdx.x == 0) *count = all;
}

/// The first i with positions[i] >= bound: a warp looks at 32 places at a time.
__device__ int lower_bound(const std::int32_t* positions, int count, int bound) {
  int low = 0, high = count;
  while (low < high) {
    const int step = (high - low + cuda::warp_size - 1) / cuda::warp_size;
    const int at = low + cuda::lane() * step;
    const bool below = at < high && positions[at] < bound;
    const int found = __popc(__ballot_sync(cuda::whole_warp, below));
    if (found == 0) return low;
    const int next = low + found * step;
    low = next - step + 1;
    high = next < high ? next : high;
  }
  return low;
}

/// One example a block.
__global__ void __launch_bounds__(threads)
    replace_tokens(const std::int32_t* ids, const std::int32_t* positions,
                   const std::int32_t* samples, const std::int32_t* count,
                   std::int32_t* corrupted_ids, std::int32_t* labels, int capacity,
                   cuda::RowPlaces places) {
  const int begin = places.first_row(static_cast<int>(blockIdx.x));
  const int length = places.rows_of(static_cast<int>(blockIdx.x));
  for (int i = begin + static_cast<int>(threadIdx.x); i < begin + length; i += threads) {
    corrupted_ids[i] = ids[i];
    labels[i] = 0;
  }
  __shared__ int bounds[2];
  if (cuda::warp() < 2) {
    const int used = *count < capacity ? *count : capacity;
    const int bound = lower_bound(positions, used, begin + cuda::warp() * length);
    if (cuda::lane() == 0) bounds[cuda::warp()] = bound;
  }
  __syncthreads();
  const int first = bounds[0], last = bounds[1];
  for (int i = first + static_cast<int>(threadIdx.x); i < last; i += threads) {
    const int position = positions[i];
    if (i > first && positions[i - 1] == position) continue;
    std::int64_t sum = 0;
    int next = i;
    for (; next < last && positions[next] == position; ++next) sum += samples[next];
    const auto id = static_cast<std::int32_t>(sum / (next - i));
    corrupted_ids[position] = id;
    labels[position] = id != ids[position] ? 1 : 0;
  }
}

}  // namespace

void run_on(CudaContext& context, const MaskTokens& k) {
  const Index batch = k.rows.batch;
  const Index length = k.rows.length;
  const Index capacity = k.positions.size();
  if (batch == 0) {
    for (const TensorView& view : {k.positions, k.originals, k.count}) context.zero(view);
    return;
  }
  const Index most = capacity / batch;
  const double kept = 0x1p32 * double{k.keep};
  const Masking masking{.draw = cuda::draw_of(k.random),
                        .special = k.special,
                        .places = math::row_places<int>(k.rows),
                        .most = static_cast<int>(most),
                        .vocabulary = static_cast<int>(k.vocabulary),
                        .kept = kept,
                        .drawn = kept + 0x1p32 * double{k.random_share},
                        .with_replacement = k.draw == MaskTokens::Draw::with_replacement};
  int* columns = context.workspace_of<int>(batch * most + batch);
  int* counts = columns + batch * most;
  const Index shared = 4 * (2 * length + (length > most ? length : most));
  cuda::launch(context, k.name, {static_cast<unsigned>(batch), threads, shared}, mask_examples,
               k.ids.data<std::int32_t>(), k.mask_counts.data<std::int32_t>(),
               k.masked_ids.data<std::int32_t>(), columns, counts, masking);
  cuda::launch(context, k.name, {static_cast<unsigned>(batch), threads}, list_positions,
               k.ids.data<std::int32_t>(), columns, counts, k.positions.data<std::int32_t>(),
               k.originals.data<std::int32_t>(), k.count.data<std::int32_t>(),
               static_cast<int>(capacity), masking.places, static_cast<int>(most));
}

void run_on(CudaContext& context, const ReplaceTokens& k) {
  cuda::launch(context, k.name, {static_cast<unsigned>(k.rows.batch), threads}, replace_tokens,
               k.ids.data<std::int32_t>(), k.positions.data<std::int32_t>(),
               k.samples.data<std::int32_t>(), k.count.data<std::int32_t>(),
               k.corrupted_ids.data<std::int32_t>(), k.labels.data<std::int32_t>(),
               static_cast<int>(k.positions.size()), math::row_places<int>(k.rows));
}

}  // namespace electra
