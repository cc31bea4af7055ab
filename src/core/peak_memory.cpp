#include "electra/core/peak_memory.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

namespace electra {

Index peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Index{usage.ru_maxrss} * 1024;
}

Index resident_memory_bytes() {
  std::ifstream pages("/proc/self/statm");
  Index all = 0, resident = 0;
  return pages >> all >> resident ? resident * Index{sysconf(_SC_PAGESIZE)} : 0;
}

}  // namespace electra
