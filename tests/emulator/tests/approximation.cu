// Approximate instructions: within their documented error, the same for the same operand, and not
// exact unless GPU_EMULATOR_NOISE=0.
#include <cuda_fp16.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "check.h"

enum Which { ex2, lg2, rcp, sqrt_, rsqrt_, tanh_, sin_, cos_, divide, divide_full, which_count };

__device__ float evaluate_one(int which, float x) {
  float y = 0;
  switch (which) {
    case ex2:
      asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case lg2:
      asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case rcp:
      asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case sqrt_:
      asm("sqrt.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case rsqrt_:
      asm("rsqrt.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case tanh_:
      asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case sin_:
      asm("sin.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case cos_:
      asm("cos.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
      break;
    case divide:
      y = __fdividef(3.0f, x);
      break;
    case divide_full:
      asm("div.full.f32 %0, %1, %2;" : "=f"(y) : "f"(3.0f), "f"(x));
      break;
  }
  return y;
}

__global__ void evaluate(int which, const float* x, float* y, int n) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < n) y[i] = evaluate_one(which, x[i]);
}

static double exact(int which, double x) {
  switch (which) {
    case ex2:
      return std::exp2(x);
    case lg2:
      return std::log2(x);
    case rcp:
      return 1 / x;
    case sqrt_:
      return std::sqrt(x);
    case rsqrt_:
      return 1 / std::sqrt(x);
    case tanh_:
      return std::tanh(x);
    case sin_:
      return std::sin(x);
    case cos_:
      return std::cos(x);
    default:
      return 3 / x;
  }
}

/// The PTX ISA's bound on |error| at x.
static double bound(int which, double x, double y) {
  const double a = std::fabs(y);
  switch (which) {
    case lg2:
      return x > 0.5 && x < 2 ? 0x1p-22 : 0x1p-22 * a;
    case rcp:
    case sqrt_:
      return 0x1p-23 * a;
    case rsqrt_:
      return std::exp2(-22.9) * a;
    case tanh_:
      return 0x1p-11 * a;
    case sin_:
    case cos_:
      return std::fabs(x) < 6.28 ? std::exp2(-20.5) : std::exp2(-14.7);
    default:
      return 0x1p-22 * a;
  }
}

__global__ void halves(const unsigned* x, unsigned* y, int n) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i >= n) return;
  asm("ex2.approx.f16x2 %0, %1;" : "=r"(y[2 * i]) : "r"(x[i]));
  asm("tanh.approx.f16x2 %0, %1;" : "=r"(y[2 * i + 1]) : "r"(x[i]));
}

/// f16: 2^-9.9 of ex2, 2^-10.987 absolute of tanh.
static void half_precision() {
  std::vector<unsigned> x;
  for (int i = -300; i < 300; i++) {
    const __half2 pair = __floats2half2_rn(float(i) * 0.011f, float(i) * 0.02f);
    x.push_back(*reinterpret_cast<const unsigned*>(&pair));
  }
  const int n = int(x.size());
  check::Device<unsigned> dx(x), dy(2 * x.size());
  halves<<<(n + 63) / 64, 64>>>(dx, dy, n);
  const auto y = dy.host();
  double worst[2] = {};
  for (int i = 0; i < n; i++)
    for (int half = 0; half < 2; half++) {
      const auto value = [half](unsigned pair) {
        return double(__half2float(__ushort_as_half(uint16_t(pair >> 16 * half))));
      };
      const double e = std::exp2(value(x[i])), t = std::tanh(value(x[i]));
      worst[0] = std::max(worst[0], std::fabs(value(y[2 * i]) / e - 1) / std::exp2(-9.9));
      worst[1] = std::max(worst[1], std::fabs(value(y[2 * i + 1]) - t) / std::exp2(-10.987));
    }
  std::printf("f16: ex2 %.3f, tanh %.3f of the documented error\n", worst[0], worst[1]);
  check::that(worst[0] <= 1 && worst[1] <= 1, "f16 within the documented error");
}

int main() {
  half_precision();
  const char* text = std::getenv("GPU_EMULATOR_NOISE");
  const bool noisy = !text || std::string(text) != "0";
  std::vector<float> x;
  for (int i = 0; i < 2000; i++) x.push_back(0.01f + float(i) * 0.0131f);
  const int n = int(x.size());
  check::Device<float> dx(x), dy(x.size());
  for (int which = 0; which < which_count; which++) {
    evaluate<<<(n + 127) / 128, 128>>>(which, dx, dy, n);
    const auto y = dy.host();
    evaluate<<<(n + 31) / 32, 32>>>(which, dx, dy, n);
    check::that(y == dy.host(), "the same operand gives the same result");
    int moved = 0;
    double worst = 0;
    for (int i = 0; i < n; i++) {
      const double want = exact(which, x[i]);
      worst = std::max(worst, std::fabs(y[i] - want) / bound(which, x[i], want));
      moved += y[i] != float(want);
    }
    std::printf("instruction %d: %.3f of the documented error, %d of %d moved\n", which, worst,
                moved, n);
    check::that(worst <= 1, "within the documented error");
    check::that(noisy ? moved > n / 20 : moved == 0, "moved if there is noise");
    if (noisy) check::that(worst > 0.4, "most of the documented error is used");
  }
  // What the ISA's tables promise exactly
  check::Device<float> special(std::vector<float>{0, -0.0f, INFINITY, -INFINITY});
  const auto at_special = [&](int which) {
    evaluate<<<1, 4>>>(which, special, dy, 4);
    auto y = dy.host();
    y.resize(4);
    return y;
  };
  auto y = at_special(ex2);
  check::that(y[0] == 1 && y[1] == 1 && std::isinf(y[2]) && y[3] == 0, "ex2 of special operands");
  y = at_special(tanh_);
  check::that(y[0] == 0 && std::signbit(y[1]) && y[2] == 1 && y[3] == -1, "tanh likewise");
  y = at_special(rcp);
  check::that(std::isinf(y[0]) && y[1] < 0 && y[2] == 0, "rcp likewise");
  y = at_special(lg2);
  check::that(std::isinf(y[0]) && y[0] < 0 && std::isinf(y[2]), "lg2 likewise");
  return check::result();
}
