add_library(electra_warnings INTERFACE)
target_compile_options(electra_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion
  $<$<BOOL:${ELECTRA_NATIVE}>:-march=native>)
