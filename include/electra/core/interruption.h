#pragma once

#include <exception>
#include <functional>

namespace electra {

/// Whether somebody wants long work to end early. May be asked from any thread, and is asked often,
/// so that it should be no more than a look at a flag. Empty: nobody ever does.
using StopRequest = std::function<bool()>;

/// Long work was asked to stop, and has left nothing half done. No Error: nothing went wrong.
class Interrupted : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override { return "was asked to stop"; }
};

/// Throws Interrupted if that is wanted.
inline void stop_if(const StopRequest& wanted) {
  if (wanted && wanted()) throw Interrupted();
}

}  // namespace electra
