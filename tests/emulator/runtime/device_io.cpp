#include "runtime/device_io.h"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>

#include "runtime/kernel.h"

namespace gpu_emulator::ptx {
namespace {

template <class T>
T read(const unsigned char*& p) {
  p += -uintptr_t(p) % sizeof(T);  // each argument is aligned to its size
  T value;
  std::memcpy(&value, p, sizeof value);
  p += sizeof value;
  return value;
}

template <class T>
T parameter(const unsigned char* block) {
  T value;
  std::memcpy(&value, block, sizeof value);
  return value;
}

/// One conversion such as "%-8.3f", its argument taken from the buffer.
void print_conversion(const std::string& spec, const unsigned char*& arguments) {
  const char kind = spec.back();
  if (kind == '%') {
    std::putchar('%');
  } else if (std::strchr("eEfFgGaA", kind)) {
    std::printf(spec.c_str(), read<double>(arguments));
  } else if (kind == 's') {
    std::printf(spec.c_str(), read<const char*>(arguments));
  } else if (kind == 'p') {
    std::printf(spec.c_str(), read<void*>(arguments));
  } else if (spec.find_first_of("lzjt") != std::string::npos) {
    std::printf(spec.c_str(), read<long long>(arguments));
  } else {
    std::printf(spec.c_str(), read<int>(arguments));
  }
}

}  // namespace

void print(const unsigned char* format, const unsigned char* buffer, unsigned char* result) {
  const char* f = parameter<const char*>(format);
  const auto* arguments = parameter<const unsigned char*>(buffer);
  int count = 0;
  while (*f) {
    if (*f != '%') {
      std::putchar(*f++);
      continue;
    }
    const size_t length = 1 + std::strcspn(f + 1, "diouxXeEfFgGaAcsp%") + 1;
    print_conversion(std::string(f, length), arguments);
    f += length;
    count++;
  }
  std::fflush(stdout);
  if (result) std::memcpy(result, &count, sizeof count);
}

void assertion_failed(const unsigned char* message, const unsigned char* file,
                      const unsigned char* line, Site site) {
  fail(Fault::assert, site, "device assertion failed: %s (%s:%d)", parameter<const char*>(message),
       parameter<const char*>(file), parameter<int>(line));
}

uint64_t clock() { return statistics.switches * 32 + nanoseconds() % 32; }

uint64_t nanoseconds() {
  return uint64_t(std::chrono::steady_clock::now().time_since_epoch() /
                  std::chrono::nanoseconds(1));
}

}  // namespace gpu_emulator::ptx
