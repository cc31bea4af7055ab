// Included before every emulated .cu file: its host object refers to its translated kernels.
#pragma once
#if !defined(__CUDA_ARCH__) && defined(GPU_EMULATOR_ANCHOR)
extern "C" const char GPU_EMULATOR_ANCHOR;
namespace {
[[gnu::used]] const char* const gpu_emulator_anchor = &GPU_EMULATOR_ANCHOR;
}
#endif
