# The CUDA backend: whether it is built, for which cards, and how. Gives electra_cuda and the function
# electra_add_cuda(target).
set(electra_cuda OFF)
set(ELECTRA_BUILT_WITH_CUDA false)
set(ELECTRA_CUDA_ARCHITECTURES 80 86 89 90 100 120 CACHE STRING
    "Compute capabilities that kernels are compiled for; the last one as PTX, too, for later cards")

if(ELECTRA_CUDA STREQUAL "OFF")
  return()
endif()

include(CheckLanguage)
check_language(CUDA)
if(NOT CMAKE_CUDA_COMPILER)
  if(NOT ELECTRA_CUDA STREQUAL "AUTO")
    message(FATAL_ERROR "electra: ELECTRA_CUDA is ${ELECTRA_CUDA}, but no nvcc was found: install the "
                        "CUDA toolkit, or put its nvcc on the PATH")
  endif()
  message(STATUS "electra: no nvcc was found: the CUDA backend is left out")
  return()
endif()
find_package(CUDAToolkit REQUIRED)
set(electra_cuda ON)
set(ELECTRA_BUILT_WITH_CUDA true)

if(ELECTRA_CUDA STREQUAL "EMULATED")
  message(STATUS "electra: CUDA ${CUDAToolkit_VERSION} is emulated: kernels run on the CPU, slowly")
  get_filename_component(GPU_EMULATOR_CUDA_ROOT ${CUDAToolkit_BIN_DIR} DIRECTORY)
  include(${PROJECT_SOURCE_DIR}/tests/emulator/cmake/GpuEmulator.cmake)
else()
  enable_language(CUDA)
  if(NOT DEFINED CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know nvcc's C++20
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  message(STATUS "electra: CUDA ${CUDAToolkit_VERSION}, compute capabilities "
                 "${ELECTRA_CUDA_ARCHITECTURES}")
endif()

function(_electra_add_compiled_cuda target sources)
  target_sources(${target} PRIVATE ${sources})
  # A kernel that spills registers or keeps arrays in local memory is an error (docs/ptxas.md).
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr
    -Xptxas=--warn-on-spills,--warn-on-local-memory-usage,--warning-as-error>)
  list(TRANSFORM ELECTRA_CUDA_ARCHITECTURES APPEND -real OUTPUT_VARIABLE architectures)
  list(GET ELECTRA_CUDA_ARCHITECTURES -1 newest)
  set_target_properties(${target} PROPERTIES
    CUDA_STANDARD 20 CUDA_STANDARD_REQUIRED ON CUDA_RUNTIME_LIBRARY Shared
    CUDA_ARCHITECTURES "${architectures};${newest}-virtual")
  target_link_libraries(${target} PRIVATE
    $<BUILD_INTERFACE:CUDA::cudart> $<BUILD_INTERFACE:CUDA::cublasLt>)
endfunction()

# The ordinary CUDA objects, linked with look-alike libraries and the translated kernels.
function(_electra_add_emulated_cuda target sources)
  gpu_emulator_add_sources(${target} SOURCES ${sources} SANITIZE ${ELECTRA_SANITIZE}
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
