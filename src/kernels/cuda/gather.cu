#include "electra/kernels/gather.h"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 128;

/// How a block's threads lie over rows: 2^shift side by side, rows below one another.
struct Tile {
  int shift;

  __device__ int row() const {
    return (static_cast<int>(blockIdx.x) << (7 - shift)) + (static_cast<int>(threadIdx.x) >> shift);
  }
  __device__ int column() const { return static_cast<int>(threadIdx.x) & ((1 << shift) - 1); }
  __device__ int columns() const { return 1 << shift; }
  [[nodiscard]] Index rows() const { return threads >> shift; }
};

/// As many side by side as a row has pieces, if a block has as many.
[[nodiscard]] Tile tile_of(Index pieces) {
  Tile tile{0};
  while (tile.shift < 7 && (Index{1} << tile.shift) < pieces) ++tile.shift;
  return tile;
}

/// Rows are `pieces` pieces wide.
template <class Piece>
__global__ void __launch_bounds__(threads)
    gather_rows(const Piece* x, const std::int32_t* indices, const std::int32_t* count, Piece* y,
                Tile tile, int capacity, int pieces) {
  const int row = tile.row();
  if (row >= capacity) return;
  const bool used = row < *count;
  const Piece* from = x + (used ? static_cast<Index>(indices[row]) * pieces : 0);
  Piece* to = y + static_cast<Index>(row) * pieces;
  for (int c = tile.column(); c < pieces; c += tile.columns()) to[c] = used ? from[c] : Piece{};
}

/// Threads side by side for each row of x: the first of a run of equal indices adds the whole run.
template <class T, int elements>
__global__ void __launch_bounds__(threads)
    scatter_rows(const T* x, const std::int32_t* indices, const std::int32_t* count, T* y,
                 Tile tile, bool adds, int width) {
  const int first = tile.row();
  const int used = *count;
  if (first >= used || (first > 0 && indices[first - 1] == indices[first])) return;
  int last = first + 1;
  while (last < used && indices[last] == indices[first]) ++last;
  T* to = y + static_cast<Index>(indices[first]) * width;
  for (int c = tile.column() * elements; c < width; c += tile.columns() * elements) {
    float sum[elements] = {};
    if (adds) cuda::load(to + c, sum);
    for (int row = first; row < last; ++row) {
      float values[elements];
      cuda::load(x + static_cast<Index>(row) * width + c, values);
#pragma unroll
      for (int e = 0; e < elements; ++e) sum[e] += values[e];
    }
    cuda::store(sum, to + c);
  }
}

template <class Piece>
void gather(CudaContext& context, const GatherRows& k) {
  const Index capacity = k.indices.size();
  const Index pieces = k.x.width() * size_of(k.x.dtype()) / Index{sizeof(Piece)};
  const Tile tile = tile_of(pieces);
  cuda::launch(context, k.name, {cuda::blocks_for(capacity, tile.rows()), threads},
               gather_rows<Piece>, static_cast<const Piece*>(k.x.raw()),
               k.indices.data<std::int32_t>(), k.count.data<std::int32_t>(),
               static_cast<Piece*>(k.y.raw()), tile, static_cast<int>(capacity),
               static_cast<int>(pieces));
}

template <class T, int elements>
void scatter(CudaContext& context, const ScatterRows& k) {
  const bool adds = k.y.write == Write::add;
  const Tile tile = tile_of(k.x.width() / elements);
  if (!adds) context.zero(k.y.view);
  cuda::launch(context, k.name, {cuda::blocks_for(k.indices.size(), tile.rows()), threads},
               scatter_rows<T, elements>, k.x.data<T>(), k.indices.data<std::int32_t>(),
               k.count.data<std::int32_t>(), k.y.view.data<T>(), tile, adds,
               static_cast<int>(k.x.width()));
}

/// Whether rows of this width can be moved in whole vectors from and to these addresses.
template <class T>
[[nodiscard]] bool whole_vectors(Index width, std::initializer_list<const void*> addresses) {
  constexpr int elements = cuda::widest_access / static_cast<int>(sizeof(T));
  return width % elements == 0 && cuda::aligned<T>(elements, addresses);
}

}  // namespace

void run_on(CudaContext& context, const GatherRows& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    if (whole_vectors<T>(k.x.width(), {k.x.raw(), k.y.raw()})) return gather<uint4>(context, k);
    gather<cuda::Moved<sizeof(T)>>(context, k);
  });
}

void run_on(CudaContext& context, const ScatterRows& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    if (whole_vectors<T>(k.x.width(), {k.x.raw(), k.y.view.raw()}))
      return scatter<T, cuda::widest_access / static_cast<int>(sizeof(T))>(context, k);
    scatter<T, 1>(context, k);
  });
}

}  // namespace electra
