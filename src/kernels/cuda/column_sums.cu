#include <algorithm>
#include <utility>
#include <vector>

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/reduce.cuh"

namespace electra::cuda {

namespace {

/// One target and its partial sums, `stride` apart.
struct Sum {
  const float* partials;
  float* target;
  int parts, width, stride;
  bool adds;
};

constexpr int most_sums = 32;  // of one kernel: they are its parameter

struct Sums {
  Sum sum[most_sums];
  int end_block[most_sums];  // behind the last block of each
};

constexpr int groups = 16;

/// 32 columns of one sum a block: each warp adds up every 16th part.
__global__ void __launch_bounds__(groups* warp_size)
    finish_column_sums(const __grid_constant__ Sums sums) {
  __shared__ float shared[groups][warp_size];
  int mine = 0;
  while (static_cast<int>(blockIdx.x) >= sums.end_block[mine]) ++mine;
  const Sum& s = sums.sum[mine];
  const int first = mine == 0 ? 0 : sums.end_block[mine - 1];
  const int column = (static_cast<int>(blockIdx.x) - first) * warp_size + lane();
  const int group = warp();
  float sum = 0;
  if (column < s.width)
#pragma unroll 8
    for (int part = group; part < s.parts; part += groups)
      sum += s.partials[static_cast<Index>(part) * s.stride + column];
  shared[group][lane()] = sum;
  __syncthreads();
  if (group != 0 || column >= s.width) return;
  float total = 0;
#pragma unroll
  for (int i = 0; i < groups; ++i) total += shared[i][lane()];
  s.target[column] = s.adds ? s.target[column] + total : total;
}

/// The sums of a context that are not yet finished.
class PendingColumnSums final : public CudaContext::PendingSums {
 public:
  explicit PendingColumnSums(CudaContext& context) : context_(context) {}
  ~PendingColumnSums() override {
    if (memory_ != nullptr) context_.deallocate(memory_);
  }
  PendingColumnSums(const PendingColumnSums&) = delete;
  PendingColumnSums& operator=(const PendingColumnSums&) = delete;

  float* add(Index parts, std::span<const SumTarget> targets, Write write) {
    Index stride = 0;
    for (const SumTarget& target : targets) stride += target.width;
    float* partials = take(parts * stride, static_cast<int>(targets.size()));
    Index first = 0;
    for (const SumTarget& target : targets) {
      sums_.sum[count_++] = {.partials = partials + first,
                             .target = target.data,
                             .parts = static_cast<int>(parts),
                             .width = static_cast<int>(target.width),
                             .stride = static_cast<int>(stride),
                             .adds = write == Write::add};
      first += target.width;
    }
    return partials;
  }

  [[nodiscard]] bool reaches(const ConstTensorView& view) const override {
    const auto* begin = static_cast<const std::byte*>(view.raw());
    return std::any_of(sums_.sum, sums_.sum + count_, [&](const Sum& s) {
      const auto* target = reinterpret_cast<const std::byte*>(s.target);
      return target < begin + view.bytes() && begin < target + 4 * s.width;
    });
  }

  void forget() override { count_ = 0, used_ = 0; }

  void finish() override {
    if (count_ == 0) return;
    unsigned blocks = 0;
    for (int i = 0; i < count_; ++i) {
      blocks += blocks_for(sums_.sum[i].width, warp_size);
      sums_.end_block[i] = static_cast<int>(blocks);
    }
    forget();
    constexpr const char* name = "finish_column_sums";
    context_.run_beside(name, [&] {
      launch(context_, name, {blocks, groups * warp_size}, finish_column_sums, sums_);
    });
  }

 private:
  float* take(Index floats, int sums) {
    if (used_ + floats > capacity_ || count_ + sums > most_sums) finish();
    if (floats > capacity_) grow(floats);
    float* partials = static_cast<float*>(memory_) + used_;
    used_ += (floats + 63) / 64 * 64;
    return partials;
  }
  void grow(Index floats) {
    context_.refuse_while_recording("larger partial sums");
    constexpr Index least = Index{1} << 22;
    const Index wanted = std::max({least, 2 * capacity_, floats});
    capacity_ = 0;
    memory_ = context_.reallocate(std::exchange(memory_, nullptr), 4 * wanted);
    capacity_ = wanted;
  }

  CudaContext& context_;
  Sums sums_{};
  int count_ = 0;
  void* memory_ = nullptr;
  Index capacity_ = 0, used_ = 0;  // floats
};

}  // namespace

float* partial_sums(CudaContext& context, Index parts, std::span<const SumTarget> targets,
                    Write write) {
  if (!context.sums) context.sums = std::make_unique<PendingColumnSums>(context);
  return static_cast<PendingColumnSums&>(*context.sums).add(parts, targets, write);
}

float* partial_sums(CudaContext& context, Index parts, Index width,
                    std::initializer_list<float*> targets, Write write) {
  std::vector<SumTarget> of_one_width;
  for (float* target : targets) of_one_width.push_back({target, width});
  return partial_sums(context, parts, of_one_width, write);
}

}  // namespace electra::cuda
