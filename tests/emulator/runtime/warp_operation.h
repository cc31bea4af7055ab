// The one mechanism behind all warp collectives: lanes meet, the last one works for all.
#pragma once
#include <bit>

#include "runtime/block.h"

namespace gpu_emulator {

WarpOperation& join_warp_operation(unsigned mask, const char* name, void* payload, Site site);
void wait_for_warp(const WarpOperation& operation);
void finish_warp_operation(WarpOperation& operation);

/// The lanes of a complete operation: a range of lane numbers, indexable by them.
template <class Payload>
class WarpLanes {
 public:
  explicit WarpLanes(WarpOperation& operation) : operation_(operation) {}
  struct Iterator {
    unsigned rest;
    unsigned operator*() const { return unsigned(std::countr_zero(rest)); }
    Iterator& operator++() {
      rest &= rest - 1;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return rest != other.rest; }
  };
  Iterator begin() const { return {operation_.mask}; }
  Iterator end() const { return {0}; }
  Payload& operator[](unsigned lane) const {
    return *static_cast<Payload*>(operation_.payload[lane]);
  }

 private:
  WarpOperation& operation_;
};

/// Every lane of `mask` arrives with a payload; the last one runs `work` on all of them.
template <class Payload, class Work>
void warp_operation(unsigned mask, const char* name, Payload* payload, Site site, Work work) {
  WarpOperation& operation = join_warp_operation(mask, name, payload, site);
  if (operation.arrived != mask) return wait_for_warp(operation);
  WarpLanes<Payload> lanes(operation);
  work(lanes);
  finish_warp_operation(operation);
}

}  // namespace gpu_emulator
