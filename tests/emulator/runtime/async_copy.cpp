// Book-keeping of cp.async: which copies are in flight and which must land at a wait.
#include "runtime/block.h"
#include "runtime/synchronise.h"

namespace gpu_emulator {

void async_copy_issue(void* target, const void* source, int bytes, int source_bytes, Site site) {
  const auto offset = uintptr_t(target) - uintptr_t(running.shared);
  if (offset + unsigned(bytes) > shared_window)
    fail(Fault::invalid_address_space, site, "cp.async: target is not in shared memory");
  if (offset % unsigned(bytes) || uintptr_t(source) % unsigned(bytes))
    fail(Fault::misaligned_address, site, "cp.async: addresses are not %d-byte aligned", bytes);
  if (source_bytes < 0 || source_bytes > bytes)
    fail(Fault::launch_failure, site, "cp.async: source size %d of %d", source_bytes, bytes);
  Thread& me = *block.current;
  if (me.last_copy - me.first_copy == max_async_copies)
    fail(Fault::launch_failure, site, "more than %u cp.async in flight", max_async_copies);
  me.copies[me.last_copy++ % max_async_copies] = {target, source, bytes, source_bytes};
}

void async_copy_commit(Site site) {
  Thread& me = *block.current;
  if (me.last_group - me.first_group == max_async_groups)
    fail(Fault::launch_failure, site, "more than %u cp.async groups in flight", max_async_groups);
  me.group_end[me.last_group++ % max_async_groups] = me.last_copy;
}

bool async_copy_next(unsigned groups_left, PendingCopy* copy) {
  Thread& me = *block.current;
  for (; me.last_group - me.first_group > groups_left; me.first_group++) {
    if (me.first_copy == me.group_end[me.first_group % max_async_groups]) continue;
    const AsyncCopy& c = me.copies[me.first_copy++ % max_async_copies];
    *copy = {c.target, c.source, c.bytes, c.source_bytes};
    return true;
  }
  return false;
}

}  // namespace gpu_emulator
