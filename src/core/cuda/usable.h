#pragma once

namespace electra::cuda {

/// Throws DeviceError, with the remedy, if the GPU is missing or below compute capability 8.0, or
/// if the driver is too old.
void check_usable(int index);

}  // namespace electra::cuda
