// Barriers, warp collectives and asynchronous copies, as translated code calls them.
#pragma once
#include <cstdint>

#include "runtime/fault.h"

namespace gpu_emulator {

// ---- block barriers (bar.sync, bar.arrive, bar.red); thread_count 0 means the whole block
unsigned barrier_wait(unsigned id, unsigned thread_count, bool vote, Site site);  // returns votes
void barrier_arrive(unsigned id, unsigned thread_count, Site site);
unsigned threads_in_block();
void memory_fence();

// ---- warp collectives; each completes when every lane of `mask` has arrived
void warp_synchronise(unsigned mask, Site site);
enum class ShuffleMode { up, down, bit_xor, index };
struct Shuffled {
  uint32_t value;
  bool in_range;
};
Shuffled warp_shuffle(ShuffleMode mode, uint32_t value, uint32_t lane_operand, uint32_t clamp,
                      uint32_t mask, Site site);
uint32_t warp_ballot(bool predicate, uint32_t mask, Site site);
uint32_t warp_match_any(uint64_t value, uint32_t mask, Site site);
bool warp_uniform(bool predicate, uint32_t mask, Site site);
enum class Reduction { add, min, max, signed_min, signed_max, bit_and, bit_or, bit_xor };
uint32_t warp_reduce(Reduction reduction, uint32_t value, uint32_t mask, Site site);
uint32_t active_mask();     // best effort: the lanes of this warp that have not exited
void spin_hint(Site site);  // called by operations that kernels spin on: lets other threads run

// ---- matrix fragments
enum class Element { bf16, f16, tf32, s8, u8 };
struct MatrixShape {
  int k;  // m16n8k<k>
  Element a, b;
  int accumulator;  // 32: f32 or s32, 16: f16
};
void matrix_multiply(const MatrixShape& shape, uint32_t* d, const uint32_t* a, const uint32_t* b,
                     const uint32_t* c, Site site);
/// The row addresses that all lanes passed to one ldmatrix or stmatrix of `count` 8x8 tiles.
void exchange_row_addresses(const void* mine, const unsigned char** rows, int count,
                            const char* name, Site site);

// ---- cp.async; a copy lands only when its group is waited for
void async_copy_issue(void* target, const void* source, int bytes, int source_bytes, Site site);
void async_copy_commit(Site site);
struct PendingCopy {
  void* target;
  const void* source;
  int bytes, source_bytes;
};
bool async_copy_next(unsigned groups_left, PendingCopy* copy);  // oldest that must land now

}  // namespace gpu_emulator
