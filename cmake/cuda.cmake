# The CUDA backend: whether it is built, for which cards, and how. Gives electra_cuda and
# electra_add_cuda(target). docs/cuda.md says what ELECTRA_CUDA means.
set(electra_cuda OFF)
set(ELECTRA_BUILT_WITH_CUDA false)
set(ELECTRA_CUDA_ARCHITECTURES 80 86 89 90 100 120 CACHE STRING
    "Compute capabilities that kernels are compiled for; the last one as PTX, too, for later cards")
option(ELECTRA_CUDA_STRICT "A kernel that spills registers is an error instead of a warning" OFF)

if(ELECTRA_CUDA STREQUAL "OFF")
  return()
endif()
include(cmake/gpu/report.cmake)
include(cmake/gpu/host_compiler.cmake)
electra_look_for_gpu()

if(ELECTRA_CUDA STREQUAL "AUTO")
  electra_gpu_trouble(trouble)
  if(electra_cards OR electra_card_trouble)
    electra_say_what_was_found()
  endif()
  if(NOT trouble)
    electra_find_host_compiler()
    set(trouble "${electra_toolkit_trouble}")
  endif()
  if(trouble)
    message(STATUS "electra: the CUDA backend is left out: ${trouble}")
    return()
  endif()
else()
  electra_find_host_compiler()
  if(electra_toolkit_trouble)
    message(FATAL_ERROR "electra: ELECTRA_CUDA is ${ELECTRA_CUDA}, but ${electra_toolkit_trouble}")
  endif()
endif()

if(ELECTRA_CUDA STREQUAL "EMULATED")
  get_filename_component(GPU_EMULATOR_CUDA_ROOT ${electra_nvcc} DIRECTORY)
  get_filename_component(GPU_EMULATOR_CUDA_ROOT ${GPU_EMULATOR_CUDA_ROOT} DIRECTORY)
  set(CUDAToolkit_ROOT ${GPU_EMULATOR_CUDA_ROOT})
  set(GPU_EMULATOR_STORE ${PROJECT_SOURCE_DIR}/build/nvcc CACHE PATH
      "Folder by which several builds share what nvcc makes")
  find_package(CUDAToolkit REQUIRED)
  message(STATUS "electra: CUDA ${electra_toolkit} is emulated: kernels run on the CPU, slowly")
  include(${PROJECT_SOURCE_DIR}/tests/emulator/cmake/GpuEmulator.cmake)
else()
  if(ELECTRA_CUDA STREQUAL "ON")
    electra_say_what_was_found()
    if(electra_card_trouble)
      message(STATUS "electra: ${electra_card_trouble}")
    endif()
  endif()
  set(CMAKE_CUDA_COMPILER ${electra_nvcc} CACHE FILEPATH "nvcc")
  enable_language(CUDA)
  if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know nvcc's C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  find_package(CUDAToolkit REQUIRED)
  if(NOT TARGET CUDA::cublasLt)
    message(FATAL_ERROR "electra: the CUDA toolkit at ${electra_nvcc} has no cuBLASLt: install it "
                        "(NVIDIA's packages: libcublas-dev), or set ELECTRA_CUDA=OFF")
  endif()
  list(APPEND electra_link_libraries CUDA::cudart CUDA::cublasLt)
  include(cmake/gpu/architectures.cmake)
endif()
set(electra_cuda ON)
set(ELECTRA_BUILT_WITH_CUDA true)

# How nvcc compiles a target's sources. Each release of ptxas allocates registers in its own way:
# what must not happen with the one that developers use (docs/ptxas.md) costs others a little speed.
function(electra_cuda_options target)
  set(ptxas --warn-on-spills,--warn-on-local-memory-usage)
  if(ELECTRA_CUDA_STRICT OR CMAKE_COMPILE_WARNING_AS_ERROR)
    string(APPEND ptxas ,--warning-as-error)
  endif()
  target_compile_options(${target} PRIVATE
    $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr -Xptxas=${ptxas}>)
  set_target_properties(${target} PROPERTIES
    CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_RUNTIME_LIBRARY Shared
    INSTALL_RPATH_USE_LINK_PATH ON  # the toolkit's libraries need not be where the loader looks
    CUDA_ARCHITECTURES "${electra_cuda_architectures}")
endfunction()

function(_electra_add_compiled_cuda target sources)
  target_sources(${target} PRIVATE ${sources})
  electra_cuda_options(${target})
endfunction()

# The ordinary CUDA objects, linked with look-alike libraries and the translated kernels.
function(_electra_add_emulated_cuda target sources)
  string(REGEX MATCH "address|thread" sanitizer "${ELECTRA_SANITIZE}")  # kernels know no other
  gpu_emulator_add_sources(${target} SOURCES ${sources} SANITIZE ${sanitizer}
    CUDA_FLAGS -I${PROJECT_SOURCE_DIR}/src -I${PROJECT_SOURCE_DIR}/include
               -I${PROJECT_BINARY_DIR}/include
    FORBID_LOCAL_MEMORY)
endfunction()

function(electra_add_cuda target)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/*.cu)
  if(ELECTRA_CUDA STREQUAL "EMULATED")
    _electra_add_emulated_cuda(${target} "${sources}")
  else()
    _electra_add_compiled_cuda(${target} "${sources}")
  endif()
  target_include_directories(${target} SYSTEM PRIVATE ${CUDAToolkit_INCLUDE_DIRS})
endfunction()
