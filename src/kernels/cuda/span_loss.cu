#include "electra/kernels/span_loss.h"
#include "kernels/cuda/row_softmax.cuh"
#include "kernels/cuda/vector.cuh"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

constexpr int ends_of_span = 2;  // a warp each
constexpr int threads = ends_of_span * cuda::warp_size;

struct Inputs {
  const std::int32_t* starts;
  const std::int32_t* ends;
  const float* scale;
  math::RowPlaces<int> places;
  int padded;
};

/// What the warps tell each other of their ends.
struct Ends {
  float losses[ends_of_span];
  int tops[ends_of_span];

  __device__ bool are_nan() const { return tops[0] < 0 || tops[1] < 0; }
};

/// A block a text, a warp for each of its first two columns.
template <class T>
__global__ void __launch_bounds__(threads)
    span_loss(const T* logits, T* dlogits, Inputs in, float* losses, std::int32_t* right) {
  __shared__ Ends found;
  const int text = static_cast<int>(blockIdx.x), end = cuda::warp();
  const int tokens = in.places.length_of(text), rows = in.places.rows_of(text);
  const Index first = static_cast<Index>(in.places.first_row(text)) * in.padded;
  const bool scored = in.starts[text] >= 0 && in.ends[text] >= 0;
  const int target = (end == 0 ? in.starts : in.ends)[text];
  const auto at = [&](int place) { return first + static_cast<Index>(place) * in.padded + end; };
  const auto value = [&](int place) { return cuda::widen(logits[at(place)]); };
  cuda::RowSoftmax softmax{};
  if (scored) softmax = cuda::row_softmax(tokens, target, 1, value);
  if (cuda::lane() == 0) {
    found.losses[end] = softmax.loss;
    found.tops[end] = softmax.top;
  }
  __syncthreads();  // all have read the targets' logits, too
  if (threadIdx.x == 0) {
    losses[text] = scored ? (found.losses[0] + found.losses[1]) / ends_of_span : 0.0F;
    right[text] = !scored ? -1 : found.tops[0] == in.starts[text] && found.tops[1] == in.ends[text];
  }
  if (dlogits == nullptr) return;
  // NaN at one end is NaN at both.
  const float slope = found.are_nan() ? NAN : *in.scale / ends_of_span;
  for (int place = cuda::lane(); place < rows; place += cuda::warp_size) {
    const bool counts = scored && place < tokens;
    dlogits[at(place)] =
        cuda::narrow<T>(counts ? softmax.slope(place, value(place), target) * slope : 0);
  }
  for (int i = static_cast<int>(threadIdx.x); i < rows * in.padded; i += threads)
    if (i % in.padded >= ends_of_span) dlogits[first + i] = T{};
}

}  // namespace

void run_on(CudaContext& context, const SpanLoss& k) {
  cuda::check_f32(k.name, k.losses);
  const Inputs inputs{.starts = k.starts.data<std::int32_t>(),
                      .ends = k.ends.data<std::int32_t>(),
                      .scale = k.scale.data<float>(),
                      .places = math::row_places<int>(k.rows),
                      .padded = static_cast<int>(k.logits.width())};
  cuda::visit_activation(k.name, k.logits.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.rows.batch, 1), threads}, span_loss<T>,
                 k.logits.data<T>(), k.dlogits ? k.dlogits.data<T>() : nullptr, inputs,
                 k.losses.data<float>(), k.right.data<std::int32_t>());
  });
}

}  // namespace electra
