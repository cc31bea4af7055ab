// Device code of the toolkit's header libraries.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <curand_kernel.h>

#include <algorithm>
#include <cub/block/block_radix_sort.cuh>
#include <cub/block/block_reduce.cuh>
#include <cub/block/block_scan.cuh>
#include <cub/warp/warp_reduce.cuh>

#include "check.h"

__global__ void cub_kernel(float* x, int* scan, int* warp_sum, unsigned* keys) {
  using Reduce = cub::BlockReduce<float, 128>;
  using Scan = cub::BlockScan<int, 128>;
  using Warp = cub::WarpReduce<int>;
  using Sort = cub::BlockRadixSort<unsigned, 128, 4>;
  __shared__ union {
    Reduce::TempStorage reduce;
    Scan::TempStorage scan;
    Warp::TempStorage warp[4];
    Sort::TempStorage sort;
  } storage;
  const int t = threadIdx.x;
  const float total = Reduce(storage.reduce).Sum(x[t]);
  if (t == 0) x[0] = total;
  __syncthreads();
  Scan(storage.scan).ExclusiveSum(t, scan[t]);
  __syncthreads();
  const int sum = Warp(storage.warp[t / 32]).Sum(t);
  if (t % 32 == 0) warp_sum[t / 32] = sum;
  __syncthreads();
  unsigned k[4];
  for (int i = 0; i < 4; i++) k[i] = keys[t * 4 + i];
  Sort(storage.sort).Sort(k);
  for (int i = 0; i < 4; i++) keys[t * 4 + i] = k[i];
}

__global__ void groups_kernel(int* out) {
  namespace cg = cooperative_groups;
  const int lane = int(threadIdx.x);
  const auto tile = cg::tiled_partition<8>(cg::this_thread_block());
  out[lane * 3] = cg::reduce(tile, lane, cg::plus<int>());
  out[lane * 3 + 1] = tile.shfl_down(lane, 1);
  out[lane * 3 + 2] = int(cg::coalesced_threads().size());
  __syncwarp();  // lanes that have exited are not active
}

__global__ void random_kernel(unsigned* bits, float* normal, unsigned long long seed) {
  curandStatePhilox4_32_10_t state;
  curand_init(seed, threadIdx.x, 0, &state);
  bits[threadIdx.x] = curand(&state);
  for (int i = 0; i < 16; i++) {
    const float4 n = curand_normal4(&state);
    reinterpret_cast<float4*>(normal)[threadIdx.x * 16 + i] = n;
  }
}

static unsigned philox(unsigned counter_high, unsigned long long seed) {
  unsigned c[4] = {0, 0, counter_high, 0}, key[2] = {unsigned(seed), unsigned(seed >> 32)};
  for (int round = 0; round < 10; round++) {
    const unsigned long long a = 0xD2511F53ull * c[0], b = 0xCD9E8D57ull * c[2];
    const unsigned next[4] = {unsigned(b >> 32) ^ c[1] ^ key[0], unsigned(b),
                              unsigned(a >> 32) ^ c[3] ^ key[1], unsigned(a)};
    std::copy(next, next + 4, c);
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return c[0];
}

int main() {
  std::vector<float> ones(128, 0.5f);
  std::vector<unsigned> unsorted(512);
  for (unsigned i = 0; i < 512; i++) unsorted[i] = i * 2654435761u;
  check::Device<float> x(ones);
  check::Device<int> scan(128), warp_sum(4);
  check::Device<unsigned> keys(unsorted);
  cub_kernel<<<1, 128>>>(x, scan, warp_sum, keys);
  check::equal(x.host()[0], 64);
  check::equal(scan.host()[127], 127 * 126 / 2);
  check::equal(warp_sum.host()[1], 32 * 32 + 496);
  std::sort(unsorted.begin(), unsorted.end());
  check::that(keys.host() == unsorted, "radix sort");

  check::Device<int> groups(32 * 3);
  groups_kernel<<<1, 32>>>(groups);
  const auto g = groups.host();
  for (int l = 0; l < 32; l++) {
    check::equal(g[l * 3], l / 8 * 64 + 28);
    check::equal(g[l * 3 + 1], l % 8 == 7 ? l : l + 1);
    check::equal(g[l * 3 + 2], 32);
  }

  check::Device<unsigned> bits(64);
  check::Device<float> normal(64 * 64);
  random_kernel<<<1, 64>>>(bits, normal, 0x1234567890ull);
  for (unsigned i = 0; i < 64; i++) check::equal(bits.host()[i], philox(i, 0x1234567890ull));
  double mean = 0, square = 0;
  for (float v : normal.host()) {
    mean += v / 4096;
    square += v * double(v) / 4096;
  }
  check::that(std::fabs(mean) < 0.06 && std::fabs(square - 1) < 0.1, "normal distribution");
  return check::result();
}
