#include "electra/kernels/attention.h"
#include "kernels/cuda/attention_backward.cuh"
#include "kernels/cuda/attention_forward.cuh"
#include "kernels/cuda/attention_one_pass.cuh"
#include "kernels/cuda/attention_plain.cuh"
#include "kernels/math/attention_extents.h"

namespace electra {

namespace {

namespace plain = cuda::plain_attention;
namespace tensor = cuda::attention;
using cuda::AttentionBackwardInputs;
using cuda::AttentionExtents;

constexpr int dot_warps = 4;

/// D from out, in f32. A warp for each (sequence, head, row).
__global__ void __launch_bounds__(dot_warps* cuda::warp_size)
    attention_dots(const float* dout, const float* out, float* dots, Index rows,
                   AttentionExtents e) {
  const Index row = static_cast<Index>(blockIdx.x) * dot_warps + cuda::warp();
  if (row >= rows) return;
  const auto [sequence, head, query] = e.query_of(row);
  const Index at = e.out(sequence, query, head);
  float sum = 0;
  if (query < e.places.length_of(sequence))
    for (int c = cuda::lane(); c < e.width; c += cuda::warp_size) sum += dout[at + c] * out[at + c];
  sum = cuda::warp_sum(sum);
  if (cuda::lane() == 0) dots[row] = sum;
}

AttentionExtents extents_of(std::string_view kernel, const math::AttentionExtents& e,
                            const TextRows& rows) {
  if (e.width > plain::widest)
    throw DeviceError(std::string(kernel) + ": on a GPU, expected heads at most " +
                      std::to_string(plain::widest) + " wide, found " + std::to_string(e.width));
  constexpr Index most_sequences = 65535;  // the grid's limit
  if (e.batch > most_sequences)
    throw DeviceError(std::string(kernel) + ": on a GPU, expected at most " +
                      std::to_string(most_sequences) + " sequences, found " +
                      std::to_string(e.batch));
  return {.places = math::row_places<int>(rows),
          .heads = static_cast<int>(e.heads),
          .width = static_cast<int>(e.width),
          .hidden = static_cast<int>(e.hidden)};
}

float scale_of(const math::AttentionExtents& e) {
  return 1.0F / std::sqrt(static_cast<float>(e.width));
}

/// Blocks of `rows` rows for each head of each sequence.
dim3 blocks_of(const math::AttentionExtents& e, int rows) {
  return {cuda::blocks_for(e.length, rows), static_cast<unsigned>(e.heads),
          static_cast<unsigned>(e.batch)};
}

constexpr Index plain_bytes(Index width, Index own_buffers) {
  return 4 * (2 * plain::tile * (width + 1) + own_buffers * plain::block_rows * width);
}
static_assert(plain_bytes(plain::widest, 2) <= cuda::most_shared_bytes);

cuda::Grid plain_grid(const math::AttentionExtents& e, Index own_buffers) {
  return {blocks_of(e, plain::block_rows), dim3(plain::threads), plain_bytes(e.width, own_buffers)};
}

cuda::Grid forward_grid(const math::AttentionExtents& e) {
  constexpr Index tiles = 5;
  static_assert(tiles * tensor::tile_bytes <= cuda::most_shared_bytes);
  return {blocks_of(e, tensor::tile_rows), dim3(tensor::threads), tiles * tensor::tile_bytes};
}

/// Whether tensor cores do it.
template <class T>
bool on_tensor_cores(const math::AttentionExtents& e, std::initializer_list<const void*> rows) {
  return std::is_same_v<T, bf16> && e.width == tensor::head_width && cuda::aligned<bf16>(8, rows);
}

/// One pass, of a block for each head of each sequence.
template <int rows, bool packed>
void differentiate_at_once(CudaContext& context, const AttentionBackward& k,
                           const math::AttentionExtents& e, const AttentionBackwardInputs& inputs) {
  using Layout = tensor::OnePass<rows>;
  cuda::launch(context, k.name, {blocks_of(e, rows), Layout::threads, Layout::shared},
               tensor::attention_backward_one_pass<rows, packed>, k.dout.data<bf16>(),
               k.qkv.data<bf16>(), k.dqkv.data<bf16>(), inputs);
}

template <bool packed>
void differentiate_on_tensor_cores(CudaContext& context, const AttentionBackward& k,
                                   const math::AttentionExtents& e,
                                   const AttentionBackwardInputs& inputs) {
  if (e.length <= 64) return differentiate_at_once<64, packed>(context, k, e, inputs);
  if (e.length <= 128) return differentiate_at_once<128, packed>(context, k, e, inputs);
  const Index rows = e.batch * e.heads * e.length;
  auto* statistics = context.workspace_of<tensor::Statistics>(rows);
  constexpr int threads = tensor::statistics_threads;
  cuda::launch(context, k.name, {cuda::blocks_for(rows, threads / tensor::sharing), threads},
               tensor::attention_statistics, k.dout.data<bf16>(), k.out.data<bf16>(), statistics,
               rows, inputs);
  dim3 blocks = blocks_of(e, tensor::tile_rows);
  blocks.x *= 2;
  cuda::launch(context, k.name, {blocks, dim3(tensor::threads), tensor::TwoPass::shared},
               tensor::attention_backward<packed>, k.dout.data<bf16>(), k.qkv.data<bf16>(),
               statistics, k.dqkv.data<bf16>(), inputs);
}

template <class T, bool packed>
void differentiate_plainly(CudaContext& context, const AttentionBackward& k,
                           const math::AttentionExtents& e, AttentionBackwardInputs inputs) {
  const Index rows = e.batch * e.heads * e.length;
  inputs.dots = context.workspace_of<float>(rows);
  if constexpr (std::is_same_v<T, bf16>)
    cuda::launch(context, k.name, plain_grid(e, 2), plain::attention_dots<packed>,
                 k.dout.data<bf16>(), k.qkv.data<bf16>(), inputs);
  else
    cuda::launch(context, k.name, {cuda::blocks_for(rows, dot_warps), dot_warps * cuda::warp_size},
                 attention_dots, k.dout.data<float>(), k.out.data<float>(), inputs.dots, rows,
                 inputs.e);
  for (auto* kernel :
       {plain::attention_backward_queries<T, packed>, plain::attention_backward_keys<T, packed>})
    cuda::launch(context, k.name, plain_grid(e, 2), kernel, k.dout.data<T>(), k.qkv.data<T>(),
                 k.dqkv.data<T>(), inputs);
}

}  // namespace

void run_on(CudaContext& context, const AttentionForward& k) {
  const auto e = math::extents(k.qkv, k.rows, k.heads);
  cuda::visit_activation(k.name, k.qkv.dtype(), [&]<class T>(T) {
    const auto run = [&](const cuda::Grid& grid, auto kernel) {
      cuda::launch(context, k.name, grid, kernel, k.qkv.data<T>(), k.out.data<T>(),
                   k.log_sum_exp.data<float>(), extents_of(k.name, e, k.rows), scale_of(e),
                   cuda::attention_dropout(k.random, k.dropout));
    };
    cuda::visit_form(k.rows, [&]<bool packed>() {
      if constexpr (std::is_same_v<T, bf16>)
        if (on_tensor_cores<T>(e, {k.qkv.raw(), k.out.raw()}))
          return run(forward_grid(e), tensor::attention_forward<packed>);
      run(plain_grid(e, 1), plain::attention_forward<T, packed>);
    });
  });
}

void run_on(CudaContext& context, const AttentionBackward& k) {
  const auto e = math::extents(k.qkv, k.rows, k.heads);
  const AttentionBackwardInputs inputs{.log_sum_exp = k.log_sum_exp.data<float>(),
                                       .e = extents_of(k.name, e, k.rows),
                                       .scale = scale_of(e),
                                       .dropout = cuda::attention_dropout(k.random, k.dropout)};
  cuda::visit_activation(k.name, k.qkv.dtype(), [&]<class T>(T) {
    cuda::visit_form(k.rows, [&]<bool packed>() {
      if constexpr (std::is_same_v<T, bf16>)
        if (on_tensor_cores<T>(e, {k.qkv.raw(), k.dout.raw(), k.out.raw(), k.dqkv.raw()}))
          return differentiate_on_tensor_cores<packed>(context, k, e, inputs);
      differentiate_plainly<T, packed>(context, k, e, inputs);
    });
  });
}

}  // namespace electra
