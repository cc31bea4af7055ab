#include "data/pair_table.h"

#include <algorithm>

namespace electra {
namespace {

constexpr std::size_t first_slots = 1024;

std::size_t place_of(PairTable::Key key, std::size_t slots) {
  const std::uint64_t hash = key * 0x9e3779b97f4a7c15;
  return (hash ^ (hash >> 32U)) & (slots - 1);
}

}  // namespace

std::uint32_t PairTable::number_of(Key key) {
  if (pairs_.size() * 2 >= slots_.size()) grow();
  std::size_t i = place_of(key, slots_.size());
  for (; slots_[i] != 0; i = (i + 1) & (slots_.size() - 1))
    if (pairs_[slots_[i] - 1].key == key) return slots_[i] - 1;
  pairs_.push_back({.key = key});
  slots_[i] = static_cast<std::uint32_t>(pairs_.size());
  return slots_[i] - 1;
}

void PairTable::grow() {
  slots_.assign(std::max(first_slots, 2 * slots_.size()), 0);
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    std::size_t i = place_of(pairs_[p].key, slots_.size());
    while (slots_[i] != 0) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = static_cast<std::uint32_t>(p + 1);
  }
}

}  // namespace electra
