# The project's own code is clean under these; CMAKE_COMPILE_WARNING_AS_ERROR (preset dev) insists.
add_library(electra_warnings INTERFACE)
target_compile_options(electra_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion)
# GCC 12 takes the registers that its own AVX-512 headers leave undefined for uninitialised ones (GCC
# bug 105593), and sees overlapping copies where strings are put together (bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(electra_warnings INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized
    -Wno-restrict)
endif()
