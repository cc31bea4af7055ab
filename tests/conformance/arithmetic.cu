#include "instructions.h"
#include "kernels/cuda/ptx.cuh"
#include "run.cuh"

namespace electra::conformance {

namespace {

using Words = std::vector<std::uint32_t>;

template <class Function>
__global__ void __launch_bounds__(128)
    apply(const std::uint32_t* in, std::uint32_t* out, int count) {
  for (auto i = static_cast<int>(threadIdx.x); i < count; i += static_cast<int>(blockDim.x))
    out[i] = __float_as_uint(Function{}(__uint_as_float(in[i])));
}

struct Ex2 {
  __device__ float operator()(float x) const {
    float y;
    asm("ex2.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
  }
};
struct Ex2Flushed {
  __device__ float operator()(float x) const { return cuda::ptx::power_of_two(x); }
};
/// Of an f64, to about 20 bits.
struct Reciprocal64 {
  __device__ float operator()(float x) const {
    double y;
    asm("rcp.approx.ftz.f64 %0, %1;" : "=d"(y) : "d"(static_cast<double>(x)));
    return static_cast<float>(y);
  }
};
struct Exp2 {
  __device__ float operator()(float x) const { return exp2f(x); }
};
struct Exp {
  __device__ float operator()(float x) const { return expf(x); }
};
struct Log {
  __device__ float operator()(float x) const { return logf(x); }
};
struct Log2Approximate {
  __device__ float operator()(float x) const { return __log2f(x); }
};
struct Log1p {
  __device__ float operator()(float x) const { return log1pf(x); }
};
struct Erf {
  __device__ float operator()(float x) const { return erff(x); }
};
struct Tanh {
  __device__ float operator()(float x) const { return tanhf(x); }
};
struct SquareRoot {
  __device__ float operator()(float x) const { return sqrtf(x); }
};
struct Quotient {
  __device__ float operator()(float x) const { return 3.0F / x; }
};

/// Numbers in (-1, 1) times `scale`, and what is special.
Words operands(float scale, bool positive) {
  Words words = {0x00000000, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x3f800000,
                 0xbf800000, 0x00800000, 0x80800000, 0x00000001, 0x42fe0000, 0xc2fc0000};
  std::mt19937 random(11);
  while (words.size() < 256) {
    const float x = scale * uniform(random);
    std::uint32_t word;
    __builtin_memcpy(&word, &x, sizeof word);
    words.push_back(positive ? word & 0x7fffffffU : word);
  }
  return words;
}

constexpr double flushed = 0x1p-126;  // denormal results may be: so much is as good as none

template <class Function>
Item item(const char* name, double relative, const Words& in, double absolute = flushed) {
  const Rule rule{.exact = relative == 0, .relative = relative, .absolute = absolute};
  return {name, relative == 0 ? Rule{} : rule, run(apply<Function>, 128, in, in.size())};
}

}  // namespace

// Twice the error that the PTX ISA and the CUDA programming guide state: two machines are compared.
std::vector<Item> arithmetic() {
  const Words wide = operands(140, false), narrow = operands(4, false);
  const Words positive = operands(1000, true), unit = operands(1, true);
  constexpr double ulp = 0x1p-23;
  return {item<Ex2>("ex2_approx", 2 * 2 * ulp, wide),
          item<Ex2Flushed>("ex2_approx_ftz", 2 * 2 * ulp, wide),
          item<Reciprocal64>("rcp_approx_ftz_f64", 0x1p-18, positive),
          item<Exp2>("exp2f", 2 * 2 * ulp, wide),
          item<Exp>("expf", 2 * 2 * ulp, wide),
          item<Log>("logf", 2 * 1 * ulp, positive),
          item<Log2Approximate>("lg2_approx", 2 * 4 * ulp, positive, 2 * 0x1p-21),
          item<Log1p>("log1pf", 2 * 1 * ulp, unit),
          item<Erf>("erff", 2 * 2 * ulp, narrow),
          item<Tanh>("tanhf", 2 * 2 * ulp, narrow),
          item<SquareRoot>("sqrt_rn", 0, positive),
          item<Quotient>("div_rn", 0, wide)};
}

Recording record() {
  cudaDeviceProp card{};
  check(cudaGetDeviceProperties(&card, 0));
  Recording recording{.card = card.name, .items = wrappers()};
  for (Item& item : arithmetic()) recording.items.push_back(std::move(item));
  return recording;
}

}  // namespace electra::conformance
