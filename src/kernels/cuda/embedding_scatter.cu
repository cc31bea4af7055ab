#include "electra/kernels/embedding.h"
#include "kernels/cuda/column_strips.cuh"
#include "kernels/cuda/row_places.cuh"
#include "kernels/cuda/sort_by_id.cuh"

namespace electra {

namespace {

// The rows are sorted by id, and runs of equal ids are summed in pieces of 16 rows: a run within a
// piece is added at once, what reaches over a piece's edge is added by a second kernel. So every
// sum has a fixed order, and no atomics.

using cuda::id_of;
using cuda::Key;
using cuda::row_of;

constexpr int threads = 128;
constexpr int piece = 16;

/// What is left of a piece of the sorted rows at its edges: the sum of the rows that belong to the
/// run of the piece before, and of those whose run goes on in the next.
struct Edges {
  float* head;  // [pieces, width]
  float* tail;  // [pieces, width]
};

template <int elements>
__device__ void add_to(const float (&sum)[elements], float* to) {
  float values[elements];
  cuda::load(to, values);
#pragma unroll
  for (int e = 0; e < elements; ++e) values[e] += sum[e];
  cuda::store(values, to);
}

/// A vector of a piece's columns a thread; all its rows are on their way before the first is added.
template <class T, int elements>
__global__ void __launch_bounds__(threads)
    sum_pieces(const Key* keys, const T* dx, float* dword, Edges edges, int rows, int width) {
  const int vectors = width / elements;
  const int item = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  const int first = item / vectors * piece;
  if (first >= rows) return;
  const int column = item % vectors * elements;
  const int last = first + piece < rows ? first + piece : rows;
  const int before = first > 0 ? id_of(keys[first - 1]) : -1;
  const int after = last < rows ? id_of(keys[last]) : -1;
  const Index edge = static_cast<Index>(first / piece) * width + column;
  int ids[piece];
  float values[piece][elements];
#pragma unroll
  for (int i = 0; i < piece; ++i) {
    const Key key = keys[first + i < rows ? first + i : rows - 1];
    ids[i] = id_of(key);
    cuda::load(dx + row_of(key) * width + column, values[i]);
  }
  float sum[elements] = {};
  bool begins = true;  // the run, where the piece does
#pragma unroll
  for (int i = 0; i < piece; ++i) {
    if (first + i >= last) break;
#pragma unroll
    for (int e = 0; e < elements; ++e) sum[e] += values[i][e];
    const bool ends = first + i + 1 == last;
    if (!ends && ids[i + 1 < piece ? i + 1 : i] == ids[i]) continue;
    if (begins && ids[i] == before) {
      cuda::store(sum, edges.head + edge);
    } else if (ends && ids[i] == after) {
      cuda::store(sum, edges.tail + edge);
    } else {
      add_to(sum, dword + static_cast<Index>(ids[i]) * width + column);
    }
    begins = false;
#pragma unroll
    for (int e = 0; e < elements; ++e) sum[e] = 0;
  }
}

constexpr int join_vectors = 32;  // side by side
constexpr int join_groups = 8;    // of the pieces that a run reaches over
constexpr int join_threads = join_vectors * join_groups;

/// Adds up the runs that begin in one piece and go on in the next ones: a block for each piece.
template <int elements>
__global__ void __launch_bounds__(join_threads)
    join_pieces(const Key* keys, float* dword, Edges edges, int rows, int width) {
  const int first = static_cast<int>(blockIdx.x) * piece;
  const int next = first + piece;
  if (next >= rows) return;
  const int id = id_of(keys[next]);
  if (id_of(keys[next - 1]) != id) return;                // no run reaches over this edge
  if (first > 0 && id_of(keys[first - 1]) == id) return;  // it began in an earlier piece
  int heads = 0;
  for (int found = join_threads; found == join_threads; heads += found) {
    const int at = next + (heads + static_cast<int>(threadIdx.x)) * piece;
    found = __syncthreads_count(at < rows && id_of(keys[at]) == id ? 1 : 0);
  }
  __shared__ __align__(16) float shared[join_groups][join_vectors * elements];
  const int x = cuda::lane() * elements;
  const int column = static_cast<int>(blockIdx.y) * join_vectors * elements + x;
  const int group = cuda::warp();
  const float* head = edges.head + (static_cast<Index>(blockIdx.x) + 1) * width + column;
  float sum[elements] = {};
  if (column < width)
#pragma unroll 8
    for (int i = group; i < heads; i += join_groups) {
      float values[elements];
      cuda::load(head + static_cast<Index>(i) * width, values);
#pragma unroll
      for (int e = 0; e < elements; ++e) sum[e] += values[e];
    }
  cuda::store(sum, &shared[group][x]);
  __syncthreads();
  if (group != 0 || column >= width) return;
  cuda::load(edges.tail + static_cast<Index>(blockIdx.x) * width + column, sum);
#pragma unroll
  for (int g = 0; g < join_groups; ++g)
#pragma unroll
    for (int e = 0; e < elements; ++e) sum[e] += shared[g][x + e];
  add_to(sum, dword + static_cast<Index>(id) * width + column);
}

constexpr int example_vectors = 16;  // side by side
constexpr int example_groups = 16;   // of examples
constexpr int example_threads = example_vectors * example_groups;
constexpr int types_at_once = 2;

/// The sum over a block's groups of what each has of a strip of columns: a column in each of the
/// first threads. All threads take part.
template <int elements>
__device__ float sum_groups(const float (&sum)[elements]) {
  constexpr int columns = example_vectors * elements;
  __shared__ __align__(16) float shared[example_groups][columns];
  const int x = static_cast<int>(threadIdx.x) % example_vectors;
  cuda::store(sum, &shared[static_cast<int>(threadIdx.x) / example_vectors][x * elements]);
  __syncthreads();
  float total = 0;
  if (static_cast<int>(threadIdx.x) < columns)
#pragma unroll
    for (int group = 0; group < example_groups; ++group) total += shared[group][threadIdx.x];
  __syncthreads();
  return total;
}

/// Every gridDim.y-th position a block: the sums over the examples are added to dposition, unless
/// that is null, and those of the rows of two types left in `partials` [gridDim.y, kinds, width].
template <class T, int elements, bool packed>
__global__ void __launch_bounds__(example_threads, 3)
    sum_examples(const T* dx, const std::int32_t* types, float* dposition, float* partials,
                 cuda::RowPlaces places, int batch, int width, int first_type, int kinds) {
  cuda::expect_form<packed>(places);
  const int x = static_cast<int>(threadIdx.x) % example_vectors * elements;
  const int group = static_cast<int>(threadIdx.x) / example_vectors;
  const int strip = static_cast<int>(blockIdx.x) * example_vectors * elements;
  const int own = strip + static_cast<int>(threadIdx.x);  // the column that this thread finishes
  const bool finishes = static_cast<int>(threadIdx.x) < example_vectors * elements && own < width;
  float of_type[types_at_once][elements] = {};
  for (int position = static_cast<int>(blockIdx.y); position < places.length;
       position += static_cast<int>(gridDim.y)) {
    float sum[elements] = {};
    if (strip + x < width)
#pragma unroll 8
      for (int example = group; example < batch; example += example_groups) {
        if (packed && position >= places.rows_of(example)) continue;
        const int row = places.first_row(example) + position;
        const int type = types[row] - first_type;
        float values[elements];
        cuda::load(dx + static_cast<Index>(row) * width + strip + x, values);
#pragma unroll
        for (int e = 0; e < elements; ++e) {
          sum[e] += values[e];
#pragma unroll
          for (int t = 0; t < types_at_once; ++t) of_type[t][e] += type == t ? values[e] : 0.0F;
        }
      }
    if (dposition == nullptr) continue;
    const float total = sum_groups(sum);
    if (finishes) dposition[static_cast<Index>(position) * width + own] += total;
  }
#pragma unroll
  for (int t = 0; t < types_at_once; ++t) {
    const float total = sum_groups(of_type[t]);
    if (finishes && t < kinds)
      partials[(static_cast<Index>(blockIdx.y) * kinds + t) * width + own] = total;
  }
}

/// dword: the ids' runs are summed.
template <class T, int elements>
void scatter_words(CudaContext& context, const EmbeddingScatter& k) {
  constexpr int joined = elements == 1 ? 1 : 4;
  const Index rows = k.ids.size();
  const Index width = k.dx.width();
  const Index pieces = (rows + piece - 1) / piece;
  auto* keys = context.workspace_of<Key>(2 * rows + pieces * width);
  auto* heads = reinterpret_cast<float*>(keys + 2 * rows);
  const Edges edges{heads, heads + pieces * width};
  const Key* sorted = cuda::sort_by_id(context, k.name, k.ids, keys, keys + rows);
  cuda::launch(context, k.name, {cuda::blocks_for(pieces * (width / elements), threads), threads},
               sum_pieces<T, elements>, sorted, k.dx.data<T>(), k.dword.data<float>(), edges,
               static_cast<int>(rows), static_cast<int>(width));
  const dim3 blocks(static_cast<unsigned>(pieces), cuda::blocks_for(width, join_vectors * joined));
  cuda::launch(context, k.name, {blocks, join_threads}, join_pieces<joined>, sorted,
               k.dword.data<float>(), edges, static_cast<int>(rows), static_cast<int>(width));
}

/// dposition and dtype: dx is read once for both, unless there are more than two types.
template <class T, int elements, bool packed>
void scatter_positions_and_types(CudaContext& context, const EmbeddingScatter& k) {
  const Index length = k.rows.length, width = k.dx.width();
  const Index parts = length < cuda::most_partials ? length : cuda::most_partials;
  const dim3 blocks(cuda::blocks_for(width, example_vectors * elements),
                    static_cast<unsigned>(parts));
  auto* dtype = k.dtype.data<float>();
  for (Index type = 0; type < k.dtype.rows(); type += types_at_once) {
    const bool both = type + 1 < k.dtype.rows();
    const cuda::SumTarget targets[] = {{dtype + type * width, width},
                                       {dtype + (type + 1) * width, width}};
    auto* partials = cuda::partial_sums(context, parts, {targets, both ? 2U : 1U});
    cuda::launch(context, k.name, {blocks, example_threads}, sum_examples<T, elements, packed>,
                 k.dx.data<T>(), k.types.data<std::int32_t>(),
                 type == 0 ? k.dposition.data<float>() : nullptr, partials,
                 math::row_places<int>(k.rows), static_cast<int>(k.rows.batch),
                 static_cast<int>(width), static_cast<int>(type), both ? 2 : 1);
  }
}

}  // namespace

void run_on(CudaContext& context, const EmbeddingScatter& kernel) {
  if (kernel.ids.size() == 0) return;
  const bool aligned = cuda::aligned<float>(4, {kernel.dx.raw(), kernel.dword.raw()});
  cuda::visit_activation(kernel.name, kernel.dx.dtype(), [&]<class T>(T) {
    cuda::visit_vector<T>(kernel.dx.width(), aligned, [&]<int elements>() {
      scatter_words<T, elements>(context, kernel);
      cuda::visit_form(kernel.rows, [&]<bool packed>() {
        scatter_positions_and_types<T, elements, packed>(context, kernel);
      });
    });
  });
}

}  // namespace electra
