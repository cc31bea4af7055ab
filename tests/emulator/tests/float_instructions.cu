// Floating-point, conversion and half-precision instructions.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "instruction_check.cuh"

static void floats() {
  using O = const Operands&;
  compare(
      "fma", [] __device__(O o) { return bits_of(fmaf(o.x, o.y, o.z)); },
      [](O o) { return as_bits(std::fma(o.x, o.y, o.z)); });
  compare(
      "add.rz", [] __device__(O o) { return bits_of(__fadd_rz(o.x, o.z)); },
      [](O o) {
        const double exact = double(o.x) + o.z;  // exact enough for these magnitudes
        float f = float(exact);
        if (std::fabs(double(f)) > std::fabs(exact)) f = std::nextafter(f, 0.0f);
        return as_bits(f);
      });
  compare(
      "div.rn sqrt.rn", [] __device__(O o) { return bits_of(o.x / o.z + sqrtf(fabsf(o.y))); },
      [](O o) { return as_bits(o.x / o.z + std::sqrt(std::fabs(o.y))); });
  compare(
      "min max", [] __device__(O o) { return bits_of(fminf(o.x, o.y)) ^ bits_of(fmaxf(o.x, o.z)); },
      [](O o) {
        float lo = std::fmin(o.x, o.y);
        if (o.x == 0 && o.y == 0) lo = std::signbit(o.x) ? o.x : o.y;
        return as_bits(lo) ^ as_bits(std::fmax(o.x, o.z));
      });
  compare(
      "min.NaN",
      [] __device__(O o) {
        float r;
        asm("min.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(o.x), "f"(o.z));
        return bits_of(r);
      },
      [](O o) { return as_bits(std::isnan(o.x) ? NAN : std::fmin(o.x, o.z)); });
  compare(
      "saturate", [] __device__(O o) { return bits_of(__saturatef(o.x)); },
      [](O o) { return as_bits(o.x > 0 ? (o.x < 1 ? o.x : 1.0f) : 0.0f); });
  compare(
      "to integer",
      [] __device__(O o) {
        return uint32_t(__float2int_rn(o.x * 1e9f)) ^ __float2uint_rz(o.y * 1e9f);
      },
      [](O o) {
        const double r = std::nearbyint(o.x * 1e9f), z = std::trunc(o.y * 1e9f);
        const int i = std::isnan(r) ? 0 : r >= INT_MAX ? INT_MAX : r <= INT_MIN ? INT_MIN : int(r);
        const uint32_t u = std::isnan(z) || z <= 0 ? 0 : z >= UINT_MAX ? UINT_MAX : uint32_t(z);
        return uint32_t(i) ^ u;
      });
  compare(
      "cvt.sat",
      [] __device__(O o) {
        uint32_t r;
        asm("{.reg .s8 t; cvt.sat.s8.s32 t, %1; cvt.s32.s8 %0, t;}" : "=r"(r) : "r"(o.a));
        return r;
      },
      [](O o) {
        const int v = int(o.a);
        return uint32_t(v > 127 ? 127 : v < -128 ? -128 : v);
      });
  compare(
      "tf32",
      [] __device__(O o) {
        uint32_t r;
        asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(o.y));
        return r;
      },
      [](O o) {
        uint32_t u;
        std::memcpy(&u, &o.y, 4);
        return (u & 0x7f800000) == 0x7f800000 ? u : (u + 0x1000) & 0xffffe000;
      });
  compare(
      "int to float",
      [] __device__(O o) { return bits_of(float(int(o.a))) ^ bits_of(__uint2float_rz(o.b)); },
      [](O o) {
        float z = float(o.b);
        if (double(z) > o.b) z = std::nextafter(z, 0.0f);
        return as_bits(float(int(o.a))) ^ as_bits(z);
      });
  compare(
      "comparisons",
      [] __device__(O o) {
        return uint32_t(o.x < o.y) | (o.x >= o.z) << 1 | (o.x != o.y) << 2 | !(o.x < o.z) << 3 |
               isnan(o.x) << 4;
      },
      [](O o) {
        return uint32_t(o.x < o.y) | (o.x >= o.z) << 1 | (o.x != o.y) << 2 | !(o.x < o.z) << 3 |
               std::isnan(o.x) << 4;
      });
}

/// Host versions of the half operations go through float and the toolkit's host conversions.
static void halves() {
  using O = const Operands&;
  const auto pack_h = [](float lo, float hi) {
    const __half2 h = __floats2half2_rn(lo, hi);
    uint32_t u;
    std::memcpy(&u, &h, 4);
    return u;
  };
  compare(
      "cvt f16x2",
      [] __device__(O o) {
        const __half2 h = __floats2half2_rn(o.y, o.z);
        return *reinterpret_cast<const uint32_t*>(&h);
      },
      [=](O o) { return pack_h(o.y, o.z); });
  compare(
      "hfma2",
      [] __device__(O o) {
        const __half2 a = __floats2half2_rn(o.y, o.z), r = __hfma2(a, a, a);
        return *reinterpret_cast<const uint32_t*>(&r);
      },
      [=](O o) {
        const auto f = [](float x) {
          const double h = __half2float(__float2half(x));
          return __half2float(__double2half(h * h + h));
        };
        return pack_h(f(o.y), f(o.z));
      });
  compare(
      "bf16x2",
      [] __device__(O o) {
        const __nv_bfloat162 a = __floats2bfloat162_rn(o.y, o.z),
                             r = __hadd2(__hmul2(a, a), __hneg2(a));
        return *reinterpret_cast<const uint32_t*>(&r);
      },
      [](O o) {
        const auto b = [](float f) { return __bfloat162float(__float2bfloat16(f)); };
        const auto f = [&](float x) {
          const float h = b(x);
          return b(b(h * h) - h);
        };
        const __nv_bfloat162 r = __floats2bfloat162_rn(f(o.y), f(o.z));
        uint32_t u;
        std::memcpy(&u, &r, 4);
        return u;
      });
  compare(
      "half comparisons",
      [] __device__(O o) {
        const __half a = __float2half(o.y), b = __float2half(o.z);
        const __half2 m = __hgt2(__halves2half2(a, b), __halves2half2(b, a));
        return uint32_t(__hlt(a, b)) | uint32_t(__heq(a, a)) << 1 |
               uint32_t(__low2float(m) == 1) << 2;
      },
      [](O o) {
        const float a = __half2float(__float2half(o.y)), b = __half2float(__float2half(o.z));
        return uint32_t(a < b) | uint32_t(a == a) << 1 | uint32_t(a > b) << 2;
      });
  compare(
      "half max_nan, abs",
      [] __device__(O o) {
        const __nv_bfloat162 a = __floats2bfloat162_rn(o.x, o.z),
                             b = __floats2bfloat162_rn(o.y, o.y);
        const __nv_bfloat162 r = __hmax2_nan(__habs2(a), b);
        return bits_of(__low2float(r)) ^ bits_of(__high2float(r));
      },
      [](O o) {
        const auto b = [](float f) { return __bfloat162float(__float2bfloat16(f)); };
        const auto m = [](float x, float y) {
          return std::isnan(x) || std::isnan(y) ? NAN : std::fmax(x, y);
        };
        return as_bits(m(std::fabs(b(o.x)), b(o.y))) ^ as_bits(m(std::fabs(b(o.z)), b(o.y)));
      });
}

int main() {
  floats();
  halves();
  return check::result();
}
