#include "check.h"

static __global__ void same_name(int* out) { *out = 2; }

int other_file_result() {
  check::Device<int> out(1);
  same_name<<<1, 1>>>(out);
  return out.host()[0];
}
