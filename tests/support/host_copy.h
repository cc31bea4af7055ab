#pragma once

#include "electra/core/context.h"
#include "support/near.h"

namespace electra::test {

/// A copy on the host of a tensor on any device.
[[nodiscard]] inline HostTensor host_copy(Context& context, const ConstTensorView& view) {
  HostTensor copy(view.shape(), view.dtype());
  context.download(view, std::span(static_cast<std::byte*>(copy.view().raw()),
                                   static_cast<std::size_t>(view.bytes())));
  return copy;
}

}  // namespace electra::test
