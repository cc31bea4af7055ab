#include "instructions.h"
#include "kernels/cuda/ptx.cuh"
#include "run.cuh"

namespace electra::conformance {

namespace {

namespace ptx = cuda::ptx;
using Words = std::vector<std::uint32_t>;

constexpr int warp = 32;

/// Thread i copies i % 17 bytes of 16 and writes what shared memory then holds.
__global__ void __launch_bounds__(warp)
    copy_async(const std::uint32_t* in, std::uint32_t* out, int) {
  __shared__ __align__(16) std::uint32_t memory[warp * 4];
  const auto at = static_cast<int>(threadIdx.x);
  for (int i = 0; i < 4; ++i) memory[4 * at + i] = 0xdeadbeef;
  ptx::copy_async(ptx::shared_address(memory + 4 * at), in + 4 * at, at % 17);
  ptx::commit_copies();
  ptx::wait_for_copies<0>();
  for (int i = 0; i < 4; ++i) out[4 * at + i] = memory[4 * at + i];
}

/// Thread i copies i % 9 bytes of 8 and writes what shared memory then holds.
__global__ void __launch_bounds__(warp)
    copy_async_8(const std::uint32_t* in, std::uint32_t* out, int) {
  __shared__ __align__(16) std::uint32_t memory[warp * 2];
  const int at = ptx::thread_read_anew();
  for (int i = 0; i < 2; ++i) memory[2 * at + i] = 0xdeadbeef;
  ptx::copy_async_8(ptx::shared_address(memory + 2 * at), in + 2 * at, at % 9);
  ptx::commit_copies();
  ptx::wait_for_copies<0>();
  for (int i = 0; i < 2; ++i) out[2 * at + i] = memory[2 * at + i];
}

/// Three groups in flight; what the oldest brought is read while the others may be pending.
__global__ void __launch_bounds__(warp)
    wait_for_copies(const std::uint32_t* in, std::uint32_t* out, int) {
  __shared__ __align__(16) std::uint32_t memory[3][warp * 4];
  const auto at = static_cast<int>(threadIdx.x);
  for (int group = 0; group < 3; ++group) {
    ptx::copy_async(ptx::shared_address(memory[group] + 4 * at), in + group * warp * 4 + 4 * at,
                    16);
    ptx::commit_copies();
  }
  ptx::wait_for_copies<2>();
  for (int i = 0; i < 4; ++i) out[4 * at + i] = memory[0][4 * at + i];
  ptx::wait_for_copies<0>();
  for (int group = 1; group < 3; ++group)
    for (int i = 0; i < 4; ++i) out[(group * warp + at) * 4 + i] = memory[group][4 * at + i];
}

__device__ void fill(std::uint32_t (&memory)[warp * 4], const std::uint32_t* in) {
  for (int i = 0; i < 4; ++i) memory[4 * threadIdx.x + i] = in[4 * threadIdx.x + i];
  __syncthreads();
}

__device__ void write(std::uint32_t* out, const std::uint32_t (&registers)[4]) {
  for (int i = 0; i < 4; ++i) out[4 * threadIdx.x + i] = registers[i];
}

__global__ void __launch_bounds__(warp)
    load_matrices(const std::uint32_t* in, std::uint32_t* out, int) {
  __shared__ __align__(16) std::uint32_t memory[warp * 4];
  fill(memory, in);
  std::uint32_t registers[4];
  ptx::load_matrices(ptx::shared_address(memory + 4 * threadIdx.x), registers);
  write(out, registers);
}

__global__ void __launch_bounds__(warp)
    load_matrices_transposed(const std::uint32_t* in, std::uint32_t* out, int) {
  __shared__ __align__(16) std::uint32_t memory[warp * 4];
  fill(memory, in);
  std::uint32_t registers[4];
  ptx::load_matrices_transposed(ptx::shared_address(memory + 4 * (31 - threadIdx.x)), registers);
  write(out, registers);
}

__global__ void __launch_bounds__(warp)
    shared_words(const std::uint32_t* in, std::uint32_t* out, int) {
  __shared__ __align__(16) std::uint32_t memory[warp * 4];
  for (int i = 0; i < 4; ++i)
    ptx::store_shared(ptx::shared_address(memory + 4 * threadIdx.x + i), in[4 * threadIdx.x + i]);
  __syncthreads();
  const uint4 words = ptx::load_shared(ptx::shared_address(memory + 4 * (31 - threadIdx.x)));
  const std::uint32_t registers[4] = {words.x, words.y, words.z, words.w};
  write(out, registers);
}

/// Ten words a lane: a, b, and c as bits of f32.
__global__ void __launch_bounds__(warp)
    multiply_add(const std::uint32_t* in, std::uint32_t* out, int) {
  const std::uint32_t* own = in + 10 * threadIdx.x;
  const std::uint32_t a[4] = {own[0], own[1], own[2], own[3]};
  float c[4];
  for (int i = 0; i < 4; ++i) c[i] = __uint_as_float(own[6 + i]);
  ptx::multiply_add(a, own[4], own[5], c);
  for (int i = 0; i < 4; ++i) out[4 * threadIdx.x + i] = __float_as_uint(c[i]);
}

__global__ void __launch_bounds__(128)
    pack_bf16(const std::uint32_t* in, std::uint32_t* out, int count) {
  for (auto i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x))
    out[i] = ptx::pack_bf16(__uint_as_float(in[2 * i]), __uint_as_float(in[2 * i + 1]));
}

Words counting(std::size_t count) {  // every half of a word is a number of its own
  Words words(count);
  for (std::size_t i = 0; i < count; ++i)
    words[i] = static_cast<std::uint32_t>((2 * i + 1) << 16U | 2 * i);
  return words;
}

std::uint32_t bits(float value) {
  std::uint32_t word;
  static_assert(sizeof word == sizeof value);
  __builtin_memcpy(&word, &value, sizeof word);
  return word;
}

/// Two numbers cut to bf16.
std::uint32_t pair(float low, float high) { return bits(low) >> 16U | (bits(high) & 0xffff0000U); }

/// Operands of a product: whole numbers from -8 to 8, whose products are exact in any order, or
/// numbers in (-1, 1) scaled by powers of two.
Words product_operands(std::uint32_t seed, int spread) {
  std::mt19937 random(seed);
  const auto draw = [&] {
    if (spread == 0) return static_cast<float>(static_cast<int>(random() % 17) - 8);
    const int exponent = static_cast<int>(random() % static_cast<unsigned>(spread));
    return __builtin_ldexpf(uniform(random), -exponent);
  };
  Words words;
  for (int lane = 0; lane < warp; ++lane) {
    for (int i = 0; i < 6; ++i) {
      const float low = draw();
      words.push_back(pair(low, draw()));
    }
    for (int i = 0; i < 4; ++i) words.push_back(bits(draw()));
  }
  return words;
}

/// Ties, carries into the exponent, denormals, infinities, NaN, and random bits.
Words numbers_to_round() {
  Words words = {0x00000000, 0x80000000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f807fff,
                 0x3fff8000, 0x7f7fffff, 0xff7fffff, 0x7f7f8000, 0x00008000, 0x00018000,
                 0x007fffff, 0x00000001, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc12345};
  std::mt19937 random(7);
  while (words.size() < 256) words.push_back(static_cast<std::uint32_t>(random()));
  return words;
}

}  // namespace

std::vector<Item> wrappers() {
  const Words lanes = counting(warp * 4);
  const Words rounded = numbers_to_round();
  std::vector<Item> items = {
      {"copy_async", {}, run(copy_async, warp, lanes, warp * 4)},
      {"copy_async_8", {}, run(copy_async_8, warp, lanes, warp * 2)},
      {"wait_for_copies", {}, run(wait_for_copies, warp, counting(3 * warp * 4), 3 * warp * 4)},
      {"load_matrices", {}, run(load_matrices, warp, lanes, warp * 4)},
      {"load_matrices_transposed", {}, run(load_matrices_transposed, warp, lanes, warp * 4)},
      {"shared_words", {}, run(shared_words, warp, lanes, warp * 4)},
      {"pack_bf16", {}, run(pack_bf16, 128, rounded, rounded.size() / 2)},
      {"multiply_add_whole_numbers",
       {},
       run(multiply_add, warp, product_operands(1, 0), warp * 4)}};
  // 16 products below 1 and an addend: hardware may cut what is 2^-23 of the largest.
  constexpr Rule sum{.exact = false, .relative = 0, .absolute = 0x1p-18};
  for (const int spread : {1, 8, 30})
    items.push_back({"multiply_add_spread_" + std::to_string(spread), sum,
                     run(multiply_add, warp, product_operands(2, spread), warp * 4)});
  return items;
}

}  // namespace electra::conformance
