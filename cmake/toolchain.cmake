# How everything is compiled: optimisation, the processor, sanitizers. Never -ffast-math: it changes
# results and sets flush-to-zero in the process of whoever links the library.
find_program(electra_ccache ccache)
mark_as_advanced(electra_ccache)
if(PROJECT_IS_TOP_LEVEL AND electra_ccache AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Else ccache would compile anew whatever uses a precompiled header, as tests do, and for each
  # build folder what is the same in all, as the GPU emulator's runtime is.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1
      ${electra_ccache})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${electra_ccache})
endif()

if(ELECTRA_SANITIZE)
  add_compile_options(-fsanitize=${ELECTRA_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${ELECTRA_SANITIZE})
endif()

# Code that shares Eigen's types with the library must be compiled for the same processor. The
# library reads neither errno nor floating-point traps after arithmetic, so loops may be vectorised.
add_library(electra_code INTERFACE)
target_compile_options(electra_code INTERFACE -fno-math-errno -fno-trapping-math
  $<$<BOOL:${ELECTRA_NATIVE}>:-march=native>)
