#include <cstring>

#include "runtime/block.h"
#include "runtime/sanitizer.h"
#include "runtime/synchronise.h"

namespace gpu_emulator {
namespace {

bool same_line(Site a, Site b) { return a.line == b.line && !std::strcmp(a.file, b.file); }

/// Counts the caller in; true when the barrier is complete with it.
bool arrive(Barrier& b, unsigned id, unsigned thread_count, bool vote, Site site) {
  const unsigned expected = thread_count ? thread_count : block.thread_count;
  const bool whole_block = thread_count == 0;  // __syncthreads, not a named barrier
  if (b.arrived == 0) {
    b.site = site;
    b.expected = expected;
    b.votes = 0;
  } else if (b.expected != expected) {
    fail(Fault::launch_failure, site, "barrier %u is used with %u and with %u threads", id,
         b.expected, expected);
  } else if (whole_block && options().strict_barriers && !same_line(site, b.site)) {
    fail(Fault::launch_failure, site,
         "threads of one block meet at different barriers, the other one at %s:%d", b.site.file,
         b.site.line);
  }
  if (whole_block && block.live != block.thread_count)
    fail(Fault::launch_failure, site, "barrier %u after %u of %u threads of the block have exited",
         id, block.thread_count - block.live, block.thread_count);
  sanitizer::release(&b.tags[b.round & 1]);
  b.votes += vote;
  return ++b.arrived == b.expected;
}

void complete(Barrier& b, unsigned id) {
  statistics.barriers++;
  block.idle_yields = 0;
  b.arrived = 0;
  b.round++;
  for (unsigned i = 0; i < block.thread_count; i++) {
    Thread& t = block.threads[i];
    if (t.state != State::at_barrier || t.barrier != int(id)) continue;
    t.barrier_votes = b.votes;
    make_ready(i);
  }
}

}  // namespace

unsigned barrier_wait(unsigned id, unsigned thread_count, bool vote, Site site) {
  Barrier& b = block.barriers[id & 15];
  Thread& me = *block.current;
  void* tag = &b.tags[b.round & 1];
  me.state = State::at_barrier;
  me.barrier = int(id);
  me.site = site;
  if (arrive(b, id, thread_count, vote, site)) complete(b, id);
  switch_to_scheduler();  // the last to arrive too: any thread may be first to leave
  sanitizer::acquire(tag);
  return me.barrier_votes;
}

void barrier_arrive(unsigned id, unsigned thread_count, Site site) {
  Barrier& b = block.barriers[id & 15];
  if (arrive(b, id, thread_count, false, site)) complete(b, id);
}

unsigned threads_in_block() { return block.thread_count; }

void memory_fence() {  // stronger than CUDA's: one global order of all fences
  static char tag;
  sanitizer::release(&tag);
  sanitizer::acquire(&tag);
}

}  // namespace gpu_emulator
