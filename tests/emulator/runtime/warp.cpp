#include <bit>
#include <cstring>

#include "runtime/block.h"
#include "runtime/sanitizer.h"
#include "runtime/synchronise.h"
#include "runtime/warp_operation.h"

namespace gpu_emulator {

WarpOperation& join_warp_operation(unsigned mask, const char* name, void* payload, Site site) {
  const unsigned linear = block.current->linear, lane = linear % 32, first = linear / 32 * 32;
  const unsigned size = block.thread_count - first;
  const unsigned existing = size >= 32 ? ~0u : (1u << size) - 1;
  if (!(mask >> lane & 1))
    fail(Fault::launch_failure, site, "%s: lane %u is not in its own mask %08x", name, lane, mask);
  if (mask & ~existing)
    fail(Fault::launch_failure, site, "%s: mask %08x names lanes that do not exist", name, mask);
  WarpOperation *free_slot = nullptr, *found = nullptr;
  for (unsigned i = 0; i < 32 && !found; i++) {
    WarpOperation& op = block.warp_operations[first + i];
    if (!op.mask) {
      if (!free_slot) free_slot = &op;
    } else if (op.mask == mask && op.site.ptx_line == site.ptx_line &&
               !std::strcmp(op.name, name)) {
      found = &op;
    } else if ((op.mask >> lane & 1) && (op.arrived & mask)) {  // each waits for the other
      fail(Fault::launch_failure, site,
           "warp %u diverged: lane %u is in %s mask %08x while others wait in %s mask %08x at "
           "%s:%d (PTX line %d)",
           first / 32, lane, name, mask, op.name, op.mask, op.site.file, op.site.line,
           op.site.ptx_line);
    }
  }
  if (!found) {
    found = free_slot;
    found->mask = mask;
    found->arrived = 0;
    found->name = name;
    found->site = site;
  }
  found->payload[lane] = payload;
  found->arrived |= 1u << lane;
  return *found;
}

void wait_for_warp(const WarpOperation& op) {
  Thread& me = *block.current;
  me.state = State::at_warp_operation;
  me.waits_for = op.name;
  me.mask = op.mask;
  me.site = op.site;
  switch_to_scheduler();
}

void finish_warp_operation(WarpOperation& op) {
  statistics.warp_operations++;
  block.idle_yields = 0;
  const unsigned me = block.current->linear, first = me / 32 * 32;
  unsigned others = op.mask & ~(1u << me % 32);
  op.mask = 0;
  for (; others; others &= others - 1) make_ready(first + unsigned(std::countr_zero(others)));
  if (block.order != Order::forward && next_random() % 4 == 0) yield_to_others();
}

void warp_synchronise(unsigned mask, Site site) {
  void* tag = &block.warp_operations[running.linear_thread / 32 * 32];
  sanitizer::release(tag);
  warp_operation<int>(mask, "__syncwarp", nullptr, site, [](auto&) {});
  sanitizer::acquire(tag);
}

Shuffled warp_shuffle(ShuffleMode mode, uint32_t value, uint32_t b, uint32_t c, uint32_t mask,
                      Site site) {
  struct Lane {
    uint32_t value, source, result;
  };
  // PTX ISA, shfl.sync: c holds the clamp (bits 0-4) and the segment mask (bits 8-12).
  const uint32_t lane = running.linear_thread % 32, clamp = c & 31, segment = c >> 8 & 31;
  const uint32_t last = (lane & segment) | (clamp & ~segment);
  b &= 31;
  uint32_t source = 0;
  bool in_range = false;
  switch (mode) {
    case ShuffleMode::up:
      source = lane - b;
      in_range = int(source) >= int(last);
      break;
    case ShuffleMode::down:
      source = lane + b;
      in_range = source <= last;
      break;
    case ShuffleMode::bit_xor:
      source = lane ^ b;
      in_range = source <= last;
      break;
    case ShuffleMode::index:
      source = (lane & segment) | (b & ~segment);
      in_range = source <= last;
      break;
  }
  Lane me{value, in_range ? source : lane, 0};
  warp_operation<Lane>(mask, "shfl.sync", &me, site, [&](WarpLanes<Lane>& lanes) {
    for (unsigned l : lanes) {
      const uint32_t from = lanes[l].source;
      if (!(mask >> from & 1))
        fail(Fault::launch_failure, site, "shfl.sync: lane %u reads lane %u, not in mask %08x", l,
             from, mask);
      lanes[l].result = lanes[from].value;
    }
  });
  return {me.result, in_range};
}

uint32_t warp_ballot(bool predicate, uint32_t mask, Site site) {
  struct Lane {
    bool predicate;
    uint32_t result;
  } me{predicate, 0};
  warp_operation<Lane>(mask, "vote.sync", &me, site, [](WarpLanes<Lane>& lanes) {
    uint32_t all = 0;
    for (unsigned l : lanes) all |= uint32_t(lanes[l].predicate) << l;
    for (unsigned l : lanes) lanes[l].result = all;
  });
  return me.result;
}

bool warp_uniform(bool predicate, uint32_t mask, Site site) {
  const uint32_t votes = warp_ballot(predicate, mask, site);
  return votes == mask || votes == 0;
}

uint32_t warp_match_any(uint64_t value, uint32_t mask, Site site) {
  struct Lane {
    uint64_t value;
    uint32_t result;
  } me{value, 0};
  warp_operation<Lane>(mask, "match.sync", &me, site, [](WarpLanes<Lane>& lanes) {
    for (unsigned l : lanes)
      for (unsigned j : lanes)
        if (lanes[j].value == lanes[l].value) lanes[l].result |= 1u << j;
  });
  return me.result;
}

static uint32_t combine(Reduction reduction, uint32_t a, uint32_t b) {
  switch (reduction) {
    case Reduction::add:
      return a + b;
    case Reduction::min:
      return a < b ? a : b;
    case Reduction::max:
      return a > b ? a : b;
    case Reduction::signed_min:
      return int32_t(a) < int32_t(b) ? a : b;
    case Reduction::signed_max:
      return int32_t(a) > int32_t(b) ? a : b;
    case Reduction::bit_and:
      return a & b;
    case Reduction::bit_or:
      return a | b;
    case Reduction::bit_xor:
      return a ^ b;
  }
  return 0;
}

uint32_t warp_reduce(Reduction reduction, uint32_t value, uint32_t mask, Site site) {
  warp_operation<uint32_t>(mask, "redux.sync", &value, site, [&](WarpLanes<uint32_t>& lanes) {
    bool first = true;
    uint32_t total = 0;
    for (unsigned l : lanes) {
      total = first ? lanes[l] : combine(reduction, total, lanes[l]);
      first = false;
    }
    for (unsigned l : lanes) lanes[l] = total;
  });
  return value;
}

uint32_t active_mask() {
  const unsigned first = running.linear_thread / 32 * 32;
  uint32_t mask = 0;
  for (unsigned i = 0; i < 32 && first + i < block.thread_count; i++)
    if (block.threads[first + i].state != State::done) mask |= 1u << i;
  return mask;
}

}  // namespace gpu_emulator
