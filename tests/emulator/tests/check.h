// A few lines of test support: failed checks are printed and counted.
#pragma once
#include <cuda_runtime.h>

#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <source_location>
#include <vector>

namespace check {

inline int failures = 0;
using Where = std::source_location;

inline void that(bool ok, const char* what = "", Where where = Where::current()) {
  if (ok) return;
  std::printf("%s:%u: failed %s\n", where.file_name(), where.line(), what);
  failures++;
}
template <class A, class B>
void equal(A got, B want, Where where = Where::current()) {
  if (got == A(want)) return;
  std::printf("%s:%u: got %g (0x%llx), want %g (0x%llx)\n", where.file_name(), where.line(),
              double(got), static_cast<unsigned long long>(got), double(want),
              static_cast<unsigned long long>(want));
  failures++;
}
inline void cuda(cudaError_t error, Where where = Where::current()) {
  if (error == cudaSuccess) return;
  std::printf("%s:%u: %s\n", where.file_name(), where.line(), cudaGetErrorName(error));
  failures++;
}
inline void is_error(cudaError_t got, cudaError_t want, Where where = Where::current()) {
  if (got == want) return;
  std::printf("%s:%u: got %s, want %s\n", where.file_name(), where.line(), cudaGetErrorName(got),
              cudaGetErrorName(want));
  failures++;
}

/// The largest difference; NaN stays NaN, so that it fails every tolerance.
class MaxError {
 public:
  void add(double got, double want) {
    const double e = std::fabs(got - want);
    if (!(e <= worst_)) worst_ = std::isnan(worst_) ? worst_ : e;
  }
  double worst() const { return worst_; }
  void within(double tolerance, const char* what, Where where = Where::current()) const {
    if (worst_ <= tolerance) return;
    std::printf("%s:%u: %s: error %g, tolerance %g\n", where.file_name(), where.line(), what,
                worst_, tolerance);
    failures++;
  }

 private:
  double worst_ = 0;
};

/// Device memory with copies to and from the host.
template <class T>
class Device {
 public:
  explicit Device(size_t n) : n_(n) { cuda(cudaMalloc(&p_, n * sizeof(T))); }
  explicit Device(const std::vector<T>& v) : Device(v.size()) {
    cuda(cudaMemcpy(p_, v.data(), n_ * sizeof(T), cudaMemcpyHostToDevice));
  }
  Device(const Device&) = delete;
  ~Device() { cudaFree(p_); }
  operator T*() const { return p_; }
  std::vector<T> host() const {
    std::vector<T> v(n_);
    cuda(cudaMemcpy(v.data(), p_, n_ * sizeof(T), cudaMemcpyDeviceToHost));
    return v;
  }

 private:
  T* p_ = nullptr;
  size_t n_;
};

inline int result() {
  std::printf(failures ? "%d checks failed\n" : "ok\n", failures);
  return failures ? 1 : 0;
}

}  // namespace check
