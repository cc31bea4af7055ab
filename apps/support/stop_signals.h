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

}  // namespace electra
