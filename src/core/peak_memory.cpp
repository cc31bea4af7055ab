#include "electra/core/peak_memory.h"

#include <sys/resource.h>

namespace electra {

Index peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Index{usage.ru_maxrss} * 1024;
}

}  // namespace electra
