#include "electra/core/instruction_set.h"

namespace electra {

std::string_view instruction_set() {
#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
  return "AVX-512 (bf16, VNNI)";
#elif defined(__AVX512VNNI__)
  return "AVX-512 (VNNI)";
#elif defined(__AVX512F__)
  return "AVX-512";
#elif defined(__AVX2__)
  return "AVX2";
#else
  return "128 bits";
#endif
}

}  // namespace electra
