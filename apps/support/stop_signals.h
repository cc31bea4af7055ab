#pragma once

#include <atomic>
#include <csignal>

namespace electra {

/// The signal that asked this process to stop; 0: none has.
inline std::atomic<int> signal_received = 0;

/// From now on SIGINT and SIGTERM are kept in signal_received and end nothing.
inline void catch_stop_signals() {
  for (const int number : {SIGINT, SIGTERM})
    std::signal(number, [](int received) { signal_received = received; });
}

/// The exit code of a program that was stopped: 130 or 143, as its signal says; where another
/// rank's did, 143.
inline int code_when_stopped() {
  return 128 + (signal_received != 0 ? signal_received.load() : SIGTERM);
}

}  // namespace electra
