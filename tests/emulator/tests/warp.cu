// Warp collectives, barriers, atomics.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "check.h"

constexpr unsigned all_lanes = 0xffffffffu;

__global__ void shuffles(int* out) {
  const int lane = threadIdx.x;
  int* o = out + lane * 16;
  o[0] = __shfl_xor_sync(all_lanes, lane, 5);
  o[1] = __shfl_up_sync(all_lanes, lane, 3);
  o[2] = __shfl_down_sync(all_lanes, lane, 3, 8);
  o[3] = __shfl_sync(all_lanes, lane, 9, 16);
  o[4] = __ballot_sync(all_lanes, lane % 3 == 0);
  o[5] = __any_sync(all_lanes, lane == 7) + 2 * __all_sync(all_lanes, lane < 32);
  o[6] = __match_any_sync(all_lanes, lane / 4);
  int same;
  o[7] = __match_all_sync(all_lanes, 5, &same) + same;
  o[8] = __reduce_add_sync(all_lanes, lane);
  o[9] = __reduce_min_sync(all_lanes, lane - 40);
  o[10] = __activemask();
  if (lane < 16)
    o[11] = __shfl_xor_sync(0xffffu, lane, 1);
  else
    o[11] = __shfl_xor_sync(0xffff0000u, lane, 2);
  o[12] = int(__reduce_max_sync(all_lanes, unsigned(lane * 7 % 32)));
  o[13] = int(__reduce_or_sync(all_lanes, 1u << lane % 4));
  o[14] = __reduce_max_sync(all_lanes, lane - 40);
  o[15] = double(__shfl_xor_sync(all_lanes, lane * 1.5, 1)) * 2;
}

__global__ void barriers(int* out) {
  __shared__ int box[2];
  const int t = threadIdx.x;
  const int count = __syncthreads_count(t % 2), any = __syncthreads_or(t == 5),
            all = __syncthreads_and(t < 100);
  if (t < 64) {  // producers and consumers meet at named barriers
    if (t == 0) box[0] = 41;
    asm volatile("bar.arrive 1, 128;" ::: "memory");
  } else {
    asm volatile("bar.sync 1, 128;" ::: "memory");
    if (t == 64) box[1] = box[0] + 1;
  }
  __syncthreads();
  out[t] = count + 1000 * any + 2000 * all + 10000 * box[1];
}

__global__ void atomics(int* i, unsigned* u, unsigned long long* l, float* f, double* d, __half2* h,
                        __nv_bfloat162* b) {
  const int t = threadIdx.x;
  atomicAdd(i, t);
  atomicMax(i + 1, t);
  atomicMin(i + 2, -t);
  atomicInc(u, 9);
  atomicDec(u + 1, 9);
  atomicOr(u + 2, 1u << t % 32);
  atomicXor(u + 3, 1u << t % 32);
  atomicAdd(l, 1ull << 33);
  unsigned long long old = l[1], seen;
  do {
    seen = old;
    old = atomicCAS(l + 1, seen, seen + 3);
  } while (old != seen);
  atomicAdd(f, 0.5f);
  atomicAdd(d, 0.25);
  atomicAdd(h, __floats2half2_rn(1, 2));
  atomicAdd(b, __floats2bfloat162_rn(1, 2));
  if (atomicExch(u + 4, 1) == 0) i[3] = 1;
  __shared__ int box;
  if (t == 0) box = 0;
  __syncthreads();
  atomicAdd(&box, 2);
  __syncthreads();
  if (t == 0) i[4] = box;
}

__device__ unsigned finished;
__global__ void last_block(const float* x, float* partial, float* out, int n) {
  __shared__ bool last;
  float sum = 0;
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x)
    sum += x[i];
  for (int m = 16; m; m >>= 1) sum += __shfl_xor_sync(all_lanes, sum, m);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = sum;
    __threadfence();
    last = atomicAdd(&finished, 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (!last) return;
  __threadfence();
  sum = 0;
  for (int i = threadIdx.x; i < gridDim.x; i += 32) sum += partial[i];
  for (int m = 16; m; m >>= 1) sum += __shfl_xor_sync(all_lanes, sum, m);
  if (threadIdx.x == 0) *out = sum;
}

/// One warp spins on a flag that another sets.
__global__ void spin(int* out) {
  __shared__ volatile int flag;
  if (threadIdx.x == 0) flag = 0;
  __syncthreads();
  if (threadIdx.x == 32) flag = 1;
  if (threadIdx.x == 0)
    while (!flag) {
    }
  __syncthreads();
  out[threadIdx.x] = flag;
}

int main() {
  check::Device<int> out(32 * 16);
  shuffles<<<1, 32>>>(out);
  const auto o = out.host();
  for (int l = 0; l < 32; l++) {
    const int* r = &o[l * 16];
    check::equal(r[0], l ^ 5);
    check::equal(r[1], l < 3 ? l : l - 3);
    check::equal(r[2], l % 8 > 4 ? l : l + 3);
    check::equal(r[3], l / 16 * 16 + 9);
    check::equal(r[4], int(0x49249249));
    check::equal(r[5], 3);
    check::equal(unsigned(r[6]), 15u << l / 4 * 4);
    check::equal(r[7], int(all_lanes + 1));
    check::equal(r[8], 496);
    check::equal(r[9], -40);
    check::equal(unsigned(r[10]), all_lanes);
    check::equal(r[11], l < 16 ? l ^ 1 : l ^ 2);
    check::equal(r[12], 31);
    check::equal(r[13], 15);
    check::equal(r[14], -9);
    check::equal(r[15], (l ^ 1) * 3);
  }
  check::Device<int> meet(128);
  barriers<<<1, 128>>>(meet);
  for (int v : meet.host()) check::equal(v, 64 + 1000 + 10000 * 42);

  check::Device<int> i(std::vector<int>{0, 0, 0, 0, 0});
  check::Device<unsigned> u(std::vector<unsigned>{0, 0, 0, 0, 0});
  check::Device<unsigned long long> l(std::vector<unsigned long long>{0, 0});
  check::Device<float> f(std::vector<float>{0});
  check::Device<double> d(std::vector<double>{0});
  check::Device<__half2> h(std::vector<__half2>{__floats2half2_rn(0, 0)});
  check::Device<__nv_bfloat162> b(std::vector<__nv_bfloat162>{__floats2bfloat162_rn(0, 0)});
  atomics<<<1, 64>>>(i, u, l, f, d, h, b);
  const auto ri = i.host();
  const auto ru = u.host();
  check::that(ri == std::vector<int>{2016, 63, -63, 1, 128}, "int atomics");
  check::that(ru == std::vector<unsigned>{4, 6, all_lanes, 0, 1}, "unsigned atomics");
  check::that(l.host() == std::vector<unsigned long long>{64ull << 33, 192}, "64-bit atomics");
  check::equal(f.host()[0], 32);
  check::equal(d.host()[0], 16);
  check::equal(__high2float(h.host()[0]), 128);
  check::equal(__low2float(b.host()[0]), 64);

  check::Device<float> x(std::vector<float>(5000, 0.5f)), partial(16), total(1);
  last_block<<<16, 32>>>(x, partial, total, 5000);
  check::equal(total.host()[0], 2500);
  spin<<<1, 64>>>(meet);
  check::equal(meet.host()[63], 1);
  check::cuda(cudaDeviceSynchronize());
  return check::result();
}
