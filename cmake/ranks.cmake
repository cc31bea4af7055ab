# What joins several processes: NCCL for GPUs, MPI for CPUs and for finding each other. Gives
# electra_nccl and electra_mpi; what they link is added to electra_link_libraries.
set(electra_nccl OFF)
set(electra_mpi OFF)
set(ELECTRA_BUILT_WITH_NCCL false)
set(ELECTRA_BUILT_WITH_MPI false)

if(electra_cuda AND NOT ELECTRA_NCCL STREQUAL "OFF")
  if(ELECTRA_CUDA STREQUAL "EMULATED")
    set(NCCL_FOUND ${GPU_EMULATOR_NCCL_INCLUDE})  # the header; the library is a look-alike
  else()
    find_package(NCCL 2.18 QUIET)
  endif()
  if(NCCL_FOUND)
    set(electra_nccl ON)
    set(ELECTRA_BUILT_WITH_NCCL true)
    if(TARGET NCCL::NCCL)
      list(APPEND electra_link_libraries NCCL::NCCL)
    endif()
  else()
    message(STATUS "electra: NCCL is left out: one GPU at most")
  endif()
endif()
if(ELECTRA_NCCL STREQUAL "ON" AND NOT electra_nccl)
  message(FATAL_ERROR "electra: ELECTRA_NCCL is ON, but CUDA is off or NCCL 2.18 or newer was not "
                      "found (Debian and Ubuntu, from NVIDIA's repository: libnccl-dev)")
endif()

# With CUDA only, unless it is asked for, so that a build for CPUs links what it always did.
if(ELECTRA_MPI STREQUAL "ON" OR (ELECTRA_MPI STREQUAL "AUTO" AND electra_cuda))
  set(MPI_CXX_SKIP_MPICXX ON)
  find_package(MPI QUIET COMPONENTS CXX)
  if(MPI_CXX_FOUND)
    set(electra_mpi ON)
    set(ELECTRA_BUILT_WITH_MPI true)
    # src/parallel/mpi.cpp calls MPI, src/parallel/join.cpp asks built_with_mpi.h whether it is there;
    # all others are compiled as without it.
    list(APPEND electra_link_libraries $<LINK_ONLY:MPI::MPI_CXX>)
    set_source_files_properties(src/parallel/mpi.cpp PROPERTIES
      INCLUDE_DIRECTORIES "${MPI_CXX_INCLUDE_DIRS}"
      COMPILE_DEFINITIONS "${MPI_CXX_COMPILE_DEFINITIONS}"
      COMPILE_OPTIONS "${MPI_CXX_COMPILE_OPTIONS}")
    message(STATUS "electra: MPI ${MPI_CXX_VERSION}")
  elseif(ELECTRA_MPI STREQUAL "ON")
    message(FATAL_ERROR "electra: ELECTRA_MPI is ON, but MPI was not found (Debian and Ubuntu: "
                        "libopenmpi-dev)")
  endif()
endif()
