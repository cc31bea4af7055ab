// The block that is being run: its threads, their states and what they wait for.
#pragma once
#include <string>
#include <vector>

#include "runtime/kernel.h"
#include "runtime/options.h"

namespace gpu_emulator {

enum class State : uint8_t { ready, at_barrier, at_warp_operation, done };

struct AsyncCopy {
  void* target;
  const void* source;
  int bytes, source_bytes;
};

constexpr unsigned max_async_copies = 256, max_async_groups = 16;

struct Thread {
  void* stack_pointer = nullptr;
  char* stack = nullptr;
  Index3 index{};
  unsigned linear = 0;
  State state = State::done;
  // what it waits for, for messages and wake-ups
  const char* waits_for = "";
  Site site{};
  unsigned mask = 0;
  int barrier = 0;
  unsigned barrier_votes = 0;  // result of the last bar.red
  // cp.async: a ring of copies and the ends of committed groups within it
  AsyncCopy copies[max_async_copies];
  unsigned first_copy = 0, last_copy = 0;
  unsigned group_end[max_async_groups];
  unsigned first_group = 0, last_group = 0;
  void* address_state = nullptr;  // AddressSanitizer's fake stack
  void* thread_state = nullptr;   // ThreadSanitizer's fibre
};

struct Barrier {
  unsigned expected = 0, arrived = 0, votes = 0;
  Site site{};
  char tags[2] = {};  // alternate: a fast thread may already be in the next round
  unsigned round = 0;
};

struct WarpOperation {
  unsigned mask = 0, arrived = 0;  // mask 0: this slot is free
  const char* name = "";
  Site site{};
  void* payload[32];
};

struct Block {
  std::vector<Thread> threads;
  std::vector<unsigned> ready;
  std::vector<WarpOperation> warp_operations;  // 32 slots per warp: masks may be disjoint
  Barrier barriers[16];
  unsigned thread_count = 0, live = 0;
  Thread* current = nullptr;
  unsigned long host_thread = 0;  // that runs it (pthread_self)
  Order order = Order::forward;
  unsigned hot_warp = 0;     // with Order::warp: the one that runs until it blocks
  size_t hot_ready = 0;      // its ready threads, the last in `ready`
  uint64_t idle_yields = 0;  // spins since a thread last got anywhere
  const Kernel* kernel = nullptr;
  const unsigned char* parameters = nullptr;
  void* scheduler_stack_pointer = nullptr;
  void* scheduler_fibre = nullptr;
  void* scheduler_address_state = nullptr;
  const void* scheduler_stack = nullptr;
  size_t scheduler_stack_bytes = 0;
  char start_tag = 0, end_tag = 0;
  LaunchResult result;
};

extern Block block;

void make_ready(unsigned thread);
void switch_to_scheduler();  // the current thread has set its own state
void yield_to_others();      // stays ready

}  // namespace gpu_emulator
