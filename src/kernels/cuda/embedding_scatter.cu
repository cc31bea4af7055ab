#include <utility>

#include "electra/kernels/embedding.h"
#include "kernels/cuda/column_strips.cuh"

namespace electra {

namespace {

// The rows are sorted by id (blocks of 2,048 in shared memory, then merges), and runs of equal ids
// are summed in pieces of 64 rows: a run within a piece is added at once, what reaches over a
// piece's edge is added by a second kernel. So every sum has a fixed order, and no atomics.

constexpr int sort_threads = 512;
constexpr int sorted_block = 2048;
constexpr int threads = 128;
constexpr int piece = 64;

/// An id and the row that has it: sorting keys sorts ids, ties by row.
using Key = std::uint64_t;
constexpr Key last_key = ~Key{0};

__device__ int id_of(Key key) { return static_cast<int>(key >> 32U); }
__device__ Index row_of(Key key) { return static_cast<Index>(key & 0xffffffffU); }

/// Sorts blocks of keys (bitonic).
__global__ void __launch_bounds__(sort_threads)
    sort_blocks(const std::int32_t* ids, Key* keys, int rows) {
  __shared__ Key shared[sorted_block];
  const int base = static_cast<int>(blockIdx.x) * sorted_block;
  for (int i = static_cast<int>(threadIdx.x); i < sorted_block; i += sort_threads) {
    const int row = base + i;
    shared[i] = row < rows ? (static_cast<Key>(static_cast<std::uint32_t>(ids[row])) << 32U) |
                                 static_cast<Key>(static_cast<std::uint32_t>(row))
                           : last_key;
  }
  __syncthreads();
  for (int size = 2; size <= sorted_block; size *= 2)
    for (int stride = size / 2; stride > 0; stride /= 2) {
      for (int pair = static_cast<int>(threadIdx.x); pair < sorted_block / 2;
           pair += sort_threads) {
        const int low = 2 * pair - (pair & (stride - 1));
        const int high = low + stride;
        const bool ascending = (low & size) == 0;
        if ((shared[low] > shared[high]) == ascending) {
          const Key key = shared[low];
          shared[low] = shared[high];
          shared[high] = key;
        }
      }
      __syncthreads();
    }
  for (int i = static_cast<int>(threadIdx.x); i < sorted_block; i += sort_threads)
    if (base + i < rows) keys[base + i] = shared[i];
}

/// Merges neighbouring sorted runs of `run` keys: each key finds its rank in the other run.
__global__ void __launch_bounds__(threads) merge_runs(const Key* from, Key* to, int rows, int run) {
  const int i = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (i >= rows) return;
  const Key key = from[i];
  const int begin = i / run * run;
  const bool is_left = (i / run) % 2 == 0;
  const int other = is_left ? begin + run : begin - run;
  int low = other < rows ? other : rows;
  int high = other + run < rows ? other + run : rows;
  const int start = low;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (from[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  const int pair = is_left ? begin : other;
  to[pair + (i - begin) + (low - start)] = key;
}

/// What is left of a piece of the sorted rows at its edges: the sum of the rows that belong to the
/// run of the piece before, and of those whose run goes on in the next.
struct Edges {
  float* head;  // [pieces, width]
  float* tail;  // [pieces, width]
};

template <class T>
__global__ void __launch_bounds__(threads)
    sum_pieces(const Key* keys, const T* dx, float* dword, Edges edges, int rows, int width) {
  const int first = static_cast<int>(blockIdx.x) * piece;
  const int last = first + piece < rows ? first + piece : rows;
  const int before = first > 0 ? id_of(keys[first - 1]) : -1;
  const int after = last < rows ? id_of(keys[last]) : -1;
  const Index edge = static_cast<Index>(blockIdx.x) * width;
  for (int c = static_cast<int>(threadIdx.x); c < width; c += threads)
    for (int begin = first, end = first; begin < last; begin = end) {
      const int id = id_of(keys[begin]);
      float sum = 0;
      for (; end < last && id_of(keys[end]) == id; ++end)
        sum += cuda::widen(dx[row_of(keys[end]) * width + c]);
      if (begin == first && id == before)
        edges.head[edge + c] = sum;
      else if (end == last && id == after)
        edges.tail[edge + c] = sum;
      else
        dword[static_cast<Index>(id) * width + c] += sum;
    }
}

/// Adds up the runs that begin in one piece and go on in the next ones: a block for each piece.
__global__ void __launch_bounds__(threads)
    join_pieces(const Key* keys, float* dword, Edges edges, int rows, int width) {
  const int first = static_cast<int>(blockIdx.x) * piece;
  const int next = first + piece;
  if (next >= rows) return;
  const int id = id_of(keys[next]);
  if (id_of(keys[next - 1]) != id) return;            // no run reaches over this edge
  if (first > 0 && id_of(keys[first - 1]) == id) return;  // it began in an earlier piece
  for (int c = static_cast<int>(threadIdx.x); c < width; c += threads) {
    float sum = edges.tail[static_cast<Index>(blockIdx.x) * width + c];
    for (int at = next; at < rows && id_of(keys[at]) == id && id_of(keys[at - 1]) == id;
         at += piece)
      sum += edges.head[static_cast<Index>(at / piece) * width + c];
    dword[static_cast<Index>(id) * width + c] += sum;
  }
}

/// A block for each position: the sum over the examples.
template <class T>
__global__ void __launch_bounds__(threads)
    sum_positions(const T* dx, float* dposition, int batch, int length, int width) {
  const auto position = static_cast<Index>(blockIdx.x);
  for (int c = static_cast<int>(threadIdx.x); c < width; c += threads) {
    float sum = 0;
    for (Index example = 0; example < batch; ++example)
      sum += cuda::widen(dx[(example * length + position) * width + c]);
    dposition[position * width + c] += sum;
  }
}

/// Rows of one type; the others count as 0.
template <class T>
struct RowsOfType {
  const T* dx;
  const std::int32_t* types;
  int type;
  int width;

  template <int elements>
  __device__ void operator()(Index at, float (&values)[elements]) const {
    cuda::load(dx + at, values);
    if (types[at / width] == type) return;
#pragma unroll
    for (int e = 0; e < elements; ++e) values[e] = 0;
  }
};

/// The rows' keys, sorted, in `keys` or `other`: returns the one that holds them.
Key* sort_rows(CudaContext& context, const EmbeddingScatter& k, Key* keys, Key* other) {
  const auto rows = static_cast<int>(k.ids.size());
  cuda::launch(context, k.name, {cuda::blocks_for(rows, sorted_block), sort_threads}, sort_blocks,
               k.ids.data<std::int32_t>(), keys, rows);
  for (int run = sorted_block; run < rows; run *= 2) {
    cuda::launch(context, k.name, {cuda::blocks_for(rows, threads), threads}, merge_runs, keys,
                 other, rows, run);
    std::swap(keys, other);
  }
  return keys;
}

template <class T>
void scatter(CudaContext& context, const EmbeddingScatter& k) {
  const Index rows = k.ids.size();
  const Index width = k.dx.width();
  const Index length = k.ids.width();
  const Index pieces = (rows + piece - 1) / piece;
  auto* keys = context.workspace_of<Key>(2 * rows + pieces * width);
  auto* heads = reinterpret_cast<float*>(keys + 2 * rows);
  const Edges edges{heads, heads + pieces * width};
  const Key* sorted = sort_rows(context, k, keys, keys + rows);
  cuda::launch(context, k.name, {static_cast<unsigned>(pieces), threads}, sum_pieces<T>, sorted,
               k.dx.data<T>(), k.dword.data<float>(), edges, static_cast<int>(rows),
               static_cast<int>(width));
  cuda::launch(context, k.name, {static_cast<unsigned>(pieces), threads}, join_pieces, sorted,
               k.dword.data<float>(), edges, static_cast<int>(rows), static_cast<int>(width));
  cuda::launch(context, k.name, {static_cast<unsigned>(length), threads}, sum_positions<T>,
               k.dx.data<T>(), k.dposition.data<float>(), static_cast<int>(k.ids.shape()[0]),
               static_cast<int>(length), static_cast<int>(width));
  for (Index type = 0; type < k.dtype.rows(); ++type)
    cuda::sum_columns<T>(context, k.name, rows, width, cuda::aligned<float>(4, {k.dx.raw()}),
                         RowsOfType<T>{.dx = k.dx.data<T>(),
                                       .types = k.types.data<std::int32_t>(),
                                       .type = static_cast<int>(type),
                                       .width = static_cast<int>(width)},
                         k.dtype.data<float>() + type * width, Write::add);
}

}  // namespace

void run_on(CudaContext& context, const EmbeddingScatter& kernel) {
  if (kernel.ids.size() == 0) return;
  cuda::visit_activation(kernel.name, kernel.dx.dtype(),
                         [&]<class T>(T) { scatter<T>(context, kernel); });
}

}  // namespace electra
