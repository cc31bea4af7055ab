#pragma once

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "electra/core/context.h"
#include "support/kernel_case.h"

namespace electra::test {

/// Where tensors begin: at multiples of 256 bytes, as in arenas, or an element behind that.
enum class Begin : std::uint8_t { aligned, unaligned };

/// Tensors of one kernel call on another device, filled with the bits of host tensors. Around each
/// lie guard bytes.
class Mirror {
 public:
  explicit Mirror(Context& context, Begin begin = Begin::aligned)
      : context_(context), begin_(begin) {}

  /// The mirror of this tensor, made when it is first asked for; an absent one stays absent.
  TensorView operator()(const HostTensor& host) {
    auto found = mirrored_.find(&host);
    if (found == mirrored_.end()) found = mirrored_.emplace(&host, make(host)).first;
    return found->second.view;
  }
  /// What now is in the mirror. Throws if something was written beside it.
  [[nodiscard]] HostTensor read(const HostTensor& host) {
    const Entry& entry = mirrored_.at(&host);
    const auto bytes = static_cast<std::size_t>(entry.view.bytes());
    const std::size_t first = first_of(host);
    std::vector<std::byte> all(static_cast<std::size_t>(4 * entry.words()));
    context_.download(entry.buffer.view({entry.words()}, DType::i32, 0), all);
    for (std::size_t i = 0; i < all.size(); ++i)
      if ((i < first || i >= first + bytes) && all[i] != guard_byte)
        throw std::logic_error("a kernel wrote beside a tensor");
    HostTensor copy = host;
    std::memcpy(copy.view().raw(), all.data() + first, bytes);
    return copy;
  }

 private:
  static constexpr std::size_t guard = 256;
  static constexpr std::byte guard_byte{0xa5};

  struct Entry {
    Buffer buffer;
    TensorView view;

    [[nodiscard]] Index words() const { return buffer.bytes() / 4; }
  };

  [[nodiscard]] std::size_t first_of(const HostTensor& host) const {
    if (begin_ == Begin::aligned) return guard;
    return guard + static_cast<std::size_t>(size_of(host.dtype()));
  }
  Entry make(const HostTensor& host) {
    const auto bytes = static_cast<std::size_t>(host.view().bytes());
    const std::size_t first = first_of(host);
    std::vector<std::byte> all((first + bytes + guard + 3) / 4 * 4, guard_byte);
    std::memcpy(all.data() + first, host.view().raw(), bytes);
    Buffer buffer(context_, static_cast<Index>(all.size()));
    context_.upload(all, buffer.view({static_cast<Index>(all.size() / 4)}, DType::i32));
    const TensorView view = buffer.view(host.shape(), host.dtype(), static_cast<Index>(first));
    return {std::move(buffer), view};
  }

  Context& context_;
  Begin begin_;
  std::map<const HostTensor*, Entry> mirrored_;
};

/// One kernel call, done by the GPU and by the CPU from the same bits. `make(at)` builds the kernel
/// of host tensors through at(tensor). Afterwards the host tensors hold the CPU's results.
///
/// The GPU does it twice: with new scratch memory, and with what the first call left there. Its
/// threads take turns as they like (emulated ones in another order), yet the bits must be the same.
class Twin {
 public:
  template <class Make>
  explicit Twin(const Make& make, Begin begin = Begin::aligned)
      : mirror_(*context_, begin), again_(*context_, begin) {
    for (Mirror* mirror : {&mirror_, &again_})
      context_->run(make([&](const HostTensor& host) { return (*mirror)(host); }));
    const auto cpu = Context::create({}, {.threads = 1});
    cpu->run(make([](const HostTensor& host) { return host.view(); }));
  }

  /// The GPU's result. Throws if it was not the same twice.
  [[nodiscard]] HostTensor gpu_of(const HostTensor& host) {
    HostTensor found = mirror_.read(host);
    if (found != again_.read(host))
      throw std::logic_error("a kernel gave other bits when repeated");
    return found;
  }
  /// The largest |gpu - cpu| / (|cpu| + floor); infinite if a value is not finite.
  [[nodiscard]] double error(const HostTensor& host, double floor = 1) {
    return worst_error(gpu_of(host), host.values(), floor);
  }
  /// Whether both have the same bits.
  [[nodiscard]] bool equal(const HostTensor& host) { return gpu_of(host) == host; }

 private:
  std::unique_ptr<Context> context_ = Context::create({DeviceType::cuda, 0});
  Mirror mirror_, again_;
};

}  // namespace electra::test
