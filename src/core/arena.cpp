#include "electra/core/arena.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "electra/core/context.h"

namespace electra {

namespace {

constexpr Index alignment = 256;
constexpr Index smallest_block = Index{1} << 20;
constexpr Index guard_bytes = 256;
constexpr unsigned char guard_value = 0xAB;

Index rounded(Index bytes) { return (bytes + alignment - 1) / alignment * alignment; }

}  // namespace

Arena::Arena(Context& context, Index capacity, Debug debug) : context_(context), debug_(debug) {
  if (debug_ == Debug::poison && context.device().type != DeviceType::cpu)
    throw ConfigError("arena: poisoning is for the device cpu, found " +
                      to_string(context.device()));
  if (capacity > 0) reserve(capacity);
}

void Arena::add_block(Index bytes) {
  blocks_.emplace_back(context_, rounded(bytes));
  ++allocations_;
  ++generation_;
}

TensorView Arena::allocate(const Shape& shape, DType dtype) {
  const Index guard = debug_ == Debug::poison ? guard_bytes : 0;
  const Index bytes = rounded(shape.size() * size_of(dtype)) + guard;
  while (block_ < blocks_.size() && used_ + bytes > blocks_[block_].bytes()) {
    before_ += blocks_[block_].bytes();
    used_ = 0;
    ++block_;
  }
  if (block_ == blocks_.size()) add_block(std::max({bytes, smallest_block, capacity() / 2}));
  const TensorView view = blocks_[block_].view(shape, dtype, used_);
  if (debug_ == Debug::poison) {
    auto* data = static_cast<unsigned char*>(view.raw());
    std::memset(data, 0xFF, static_cast<std::size_t>(bytes - guard));
    std::memset(data + bytes - guard, guard_value, static_cast<std::size_t>(guard));
    guards_.push_back({block_, used_ + bytes - guard});
  }
  used_ += bytes;
  peak_ = std::max(peak_, before_ + used_);
  return view;
}

void Arena::rewind(std::size_t block, Index used) {
  const auto later = [&](const Guard& guard) {
    return guard.block > block || (guard.block == block && guard.offset >= used);
  };
  guards_.erase(std::remove_if(guards_.begin(), guards_.end(), later), guards_.end());
  block_ = block;
  used_ = used;
  before_ = 0;
  for (std::size_t i = 0; i < block; ++i) before_ += blocks_[i].bytes();
}

void Arena::check_guards() const {
  for (const Guard& guard : guards_) {
    const auto* bytes =
        static_cast<const unsigned char*>(blocks_[guard.block].data()) + guard.offset;
    if (std::any_of(bytes, bytes + guard_bytes, [](unsigned char b) { return b != guard_value; }))
      throw Error("arena: a kernel wrote past the end of the tensor that ends at byte " +
                  std::to_string(guard.offset) + " of block " + std::to_string(guard.block));
  }
}

void Arena::reset() {
  if (debug_ == Debug::poison) check_guards();
  if (blocks_.size() > 1) reserve(peak_);  // what lay in several blocks fits into one as large
  rewind(0, 0);
}

void Arena::reserve(Index bytes) {
  if (blocks_.size() == 1 && blocks_[0].bytes() >= bytes) return rewind(0, 0);
  context_.synchronize();
  blocks_.clear();
  guards_.clear();
  add_block(bytes);
  rewind(0, 0);
}

Index Arena::capacity() const {
  Index bytes = 0;
  for (const Buffer& block : blocks_) bytes += block.bytes();
  return bytes;
}

}  // namespace electra
