#pragma once

#include <csignal>

#include "support/stop_signals.h"

namespace electra::test {

/// While this lives, the process was asked to stop by this signal.
class ReceivedSignal {
 public:
  explicit ReceivedSignal(int number) { signal_received = number; }
  ~ReceivedSignal() { signal_received = 0; }
  ReceivedSignal(const ReceivedSignal&) = delete;
  ReceivedSignal& operator=(const ReceivedSignal&) = delete;
};

}  // namespace electra::test
