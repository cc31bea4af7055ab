#pragma once

#include "electra/core/shape.h"

namespace electra {

/// Work that was recorded from a context's stream and can be put into it again. It uses the
/// addresses that it was recorded with.
class Recording {
 public:
  virtual ~Recording() = default;

  virtual void replay() = 0;
  /// How many kernels a replay starts.
  [[nodiscard]] virtual Index kernels() const = 0;
};

}  // namespace electra
