# The project's own code is clean under these; CMAKE_COMPILE_WARNING_AS_ERROR (preset dev) insists.
add_library(electra_warnings INTERFACE)
target_compile_options(electra_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion)
