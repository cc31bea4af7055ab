# Builds CUDA programs that run on the CPU. docs/emulator.md says how to use it.
#
#   gpu_emulator_add_executable(NAME SOURCES a.cu b.cpp [LIBRARIES ...] [SANITIZE address|thread]
#       [INCLUDE_DIRECTORIES ...] [COMPILE_DEFINITIONS ...] [CUDA_FLAGS ...] [FORBID_LOCAL_MEMORY]
#       [KERNELS_OF target])   to take nvcc's output for the same sources from another target
#   gpu_emulator_add_library(NAME ... the same arguments ...)     a static library
#   gpu_emulator_add_sources(TARGET ... the same arguments ...)   to a target that exists
#
# nvcc makes of each .cu file its host code, as C++, and PTX; the PTX is translated to C++, too, and
# both are compiled with the (sanitizing) host compiler.
include_guard(GLOBAL)

# In the cache, so that the functions find them in whatever folder they are called.
get_filename_component(root ${CMAKE_CURRENT_LIST_DIR}/.. ABSOLUTE)
set(GPU_EMULATOR_ROOT ${root} CACHE INTERNAL "")
set(GPU_EMULATOR_CUDA_ROOT /usr/local/cuda CACHE PATH "CUDA toolkit: nvcc and headers")
set(GPU_EMULATOR_ARCHITECTURE 80 CACHE STRING "Virtual architecture to compile the kernels for")
set(GPU_EMULATOR_STORE "" CACHE PATH "Folder by which several builds share what nvcc makes")
set(GPU_EMULATOR_SANITIZE "" CACHE STRING "Sanitizer where none is named: address or thread")
option(GPU_EMULATOR_NATIVE "Use all instructions of the build machine's processor" ON)
find_program(GPU_EMULATOR_NVCC nvcc HINTS ${GPU_EMULATOR_CUDA_ROOT}/bin REQUIRED)
find_path(GPU_EMULATOR_NCCL_INCLUDE nccl.h HINTS ${GPU_EMULATOR_CUDA_ROOT}/include)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(GPU_EMULATOR_PYTHON ${Python3_EXECUTABLE} CACHE INTERNAL "")
if(NOT GPU_EMULATOR_NCCL_INCLUDE)
  message(STATUS "gpu_emulator: nccl.h was not found: the NCCL look-alike is left out")
endif()
file(GLOB translator CONFIGURE_DEPENDS ${GPU_EMULATOR_ROOT}/translator/*.py)
set(GPU_EMULATOR_TRANSLATOR ${translator} CACHE INTERNAL "")

# How the runtime and the look-alike libraries are compiled. They are never instrumented themselves.
function(_gpu_emulator_runtime_options target)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
    COMPILE_OPTIONS -fno-omit-frame-pointer)  # instead of those of the folder: a sanitizer's
  target_include_directories(${target} PUBLIC ${GPU_EMULATOR_ROOT})
  target_include_directories(${target} SYSTEM PUBLIC ${GPU_EMULATOR_CUDA_ROOT}/include)
  if(GPU_EMULATOR_NCCL_INCLUDE)
    target_include_directories(${target} SYSTEM PUBLIC ${GPU_EMULATOR_NCCL_INCLUDE})
  endif()
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_compile_options(${target} PRIVATE
    -O3 -g -Wall -Wextra -Wno-missing-field-initializers -ffp-contract=off)
  if(GPU_EMULATOR_NATIVE)
    target_compile_options(${target} PRIVATE -march=native)
  endif()
endfunction()

# The library to link: what calls the hooks of a sanitizer is compiled once for each, the rest once.
function(_gpu_emulator_runtime sanitizer result)
  set(target gpu_emulator)
  if(sanitizer)
    set(target gpu_emulator_${sanitizer})
  endif()
  set(${result} ${target} PARENT_SCOPE)
  if(TARGET ${target})
    return()
  endif()
  set(with_hooks "")
  foreach(file runtime/barrier runtime/scheduler runtime/shared_memory runtime/warp
               cudart/device_heap)
    list(APPEND with_hooks ${GPU_EMULATOR_ROOT}/${file}.cpp)
  endforeach()
  if(NOT TARGET gpu_emulator_common)
    set(folders runtime cudart cublas)
    if(GPU_EMULATOR_NCCL_INCLUDE)
      list(APPEND folders nccl)
    endif()
    set(sources "")
    foreach(folder IN LISTS folders)
      file(GLOB found CONFIGURE_DEPENDS ${GPU_EMULATOR_ROOT}/${folder}/*.cpp)
      list(APPEND sources ${found})
    endforeach()
    list(REMOVE_ITEM sources ${with_hooks})
    add_library(gpu_emulator_common OBJECT ${sources})
    _gpu_emulator_runtime_options(gpu_emulator_common)
    set_source_files_properties(${GPU_EMULATOR_ROOT}/runtime/rounding.cpp
      TARGET_DIRECTORY gpu_emulator_common PROPERTIES COMPILE_OPTIONS -frounding-math)
  endif()
  add_library(${target} STATIC ${with_hooks} $<TARGET_OBJECTS:gpu_emulator_common>)
  _gpu_emulator_runtime_options(${target})
  target_compile_definitions(${target} PRIVATE GPU_EMULATOR_HOOKS)
  target_link_libraries(${target} PUBLIC -pthread)
  if(sanitizer)
    string(TOUPPER ${sanitizer} upper)
    target_compile_definitions(${target} PRIVATE GPU_EMULATOR_${upper})
    target_link_options(${target} PUBLIC -fsanitize=${sanitizer})
  endif()
endfunction()

# One .cu file: nvcc's host code, PTX and fat binary, in `directory`. nvcc gets the directories and
# definitions that the target's other sources get, its libraries' part included.
function(_gpu_emulator_nvcc target source directory anchor sanitizer flags)
  get_filename_component(name ${source} NAME_WE)
  set(host ${directory}/${name}_host.cpp)
  set(outputs ${host} ${directory}/${name}.ptx ${directory}/${name}.fatbin)
  set(arch ${GPU_EMULATOR_ARCHITECTURE})
  set(directories "$<REMOVE_DUPLICATES:$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>>")
  set(definitions "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")
  set(once "")
  set(script ${GPU_EMULATOR_ROOT}/cmake/run_once.py)
  if(GPU_EMULATOR_STORE)
    set(once ${GPU_EMULATOR_PYTHON} -B ${script} --store ${GPU_EMULATOR_STORE}
        --build ${CMAKE_BINARY_DIR} --depfile ${host}.d --outputs ${outputs} --)
  elseif(sanitizer)  # what builds share is the same with and without: it defines no __SANITIZE_…__
    list(APPEND flags -Xcompiler=-fsanitize=${sanitizer})
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND ${once} ${GPU_EMULATOR_NVCC} -cuda -std=c++20 --expt-relaxed-constexpr --extended-lambda
            -cudart none -lineinfo -gencode arch=compute_${arch},code=compute_${arch}
            -include ${GPU_EMULATOR_ROOT}/runtime/anchor.h -DGPU_EMULATOR_ANCHOR=${anchor}
            "$<$<BOOL:${directories}>:-I$<JOIN:${directories},;-I>>"
            "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>" ${flags}
            --keep --keep-dir ${directory} -MD -MF ${host}.d -MT ${host} -o ${host} ${source}
    DEPENDS ${source} ${GPU_EMULATOR_ROOT}/runtime/anchor.h ${script} DEPFILE ${host}.d
    COMMENT "Compiling ${source} for emulation" COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

# One .cu file: host code and translated kernels, both appended to `result`.
function(_gpu_emulator_compile target owner source index sanitizer flags translate_flags result)
  get_filename_component(source ${source} ABSOLUTE)
  get_filename_component(name ${source} NAME_WE)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${target}.emulated/${index}_${name})
  set(nvcc_directory ${CMAKE_CURRENT_BINARY_DIR}/${owner}.emulated/${index}_${name})
  file(MAKE_DIRECTORY ${directory})
  # The host object names a symbol of its translation, so that a linker which takes the one out of
  # a static library takes the other too.
  file(RELATIVE_PATH anchor ${CMAKE_BINARY_DIR} ${nvcc_directory})
  string(MD5 anchor "${anchor}")
  set(anchor gpu_emulator_module_${anchor})
  if(owner STREQUAL target)
    _gpu_emulator_nvcc(${target} ${source} ${directory} ${anchor} "${sanitizer}" "${flags}")
  endif()
  set(host ${nvcc_directory}/${name}_host.cpp)
  add_custom_command(
    OUTPUT ${directory}/${name}_ptx.cpp
    COMMAND ${GPU_EMULATOR_PYTHON} -B ${GPU_EMULATOR_ROOT}/translator/ptx_to_cpp.py
            ${translate_flags} --anchor ${anchor} ${nvcc_directory}/${name}.ptx
            ${nvcc_directory}/${name}.fatbin ${directory}/${name}_ptx.cpp
    DEPENDS ${nvcc_directory}/${name}.ptx ${nvcc_directory}/${name}.fatbin
            ${GPU_EMULATOR_TRANSLATOR}
    COMMENT "Translating ${name}.ptx" COMMAND_EXPAND_LISTS VERBATIM)
  # Full debug information would double the compile time; sanitizers only need lines.
  set(options -O1 -g1 -w -fPIC -ffp-contract=off -fno-strict-aliasing -fno-sanitize=undefined)
  if(GPU_EMULATOR_NATIVE)
    list(APPEND options -march=native)
  endif()
  if(sanitizer STREQUAL address)  # instrumenting the registers of a kernel takes minutes
    list(APPEND options -fsanitize=address --param asan-stack=0)
  elseif(sanitizer)
    list(APPEND options -fsanitize=${sanitizer})
  endif()
  set_source_files_properties(${directory}/${name}_ptx.cpp PROPERTIES COMPILE_OPTIONS "${options}")
  set_source_files_properties(${host} PROPERTIES GENERATED ON
    COMPILE_OPTIONS "-O0;-g1;-w;-fPIC;-fno-sanitize=undefined")
  set(${result} ${${result}} ${host} ${directory}/${name}_ptx.cpp PARENT_SCOPE)
endfunction()

# Parses the arguments of the three functions below; the target exists already.
function(_gpu_emulator_fill name)
  cmake_parse_arguments(ARG "FORBID_LOCAL_MEMORY" "SANITIZE;KERNELS_OF"
                        "SOURCES;LIBRARIES;INCLUDE_DIRECTORIES;COMPILE_DEFINITIONS;CUDA_FLAGS"
                        ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${name}: unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_SANITIZE)
    set(ARG_SANITIZE "${GPU_EMULATOR_SANITIZE}")
  endif()
  _gpu_emulator_runtime("${ARG_SANITIZE}" runtime)
  set(translate_flags "")
  if(ARG_FORBID_LOCAL_MEMORY)
    set(translate_flags --forbid-local-memory)
  endif()
  set(owner ${name})
  if(ARG_KERNELS_OF)
    set(owner ${ARG_KERNELS_OF})
    add_dependencies(${name} ${owner})
  endif()
  set(sources "")
  set(index 0)
  foreach(source IN LISTS ARG_SOURCES)
    if(source MATCHES "\\.cu$")
      _gpu_emulator_compile(${name} ${owner} ${source} ${index} "${ARG_SANITIZE}" "${ARG_CUDA_FLAGS}"
                            "${translate_flags}" sources)
      math(EXPR index "${index} + 1")
    else()
      list(APPEND sources ${source})
    endif()
  endforeach()
  target_sources(${name} PRIVATE ${sources})
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${name} PUBLIC ${ARG_INCLUDE_DIRECTORIES})
  target_compile_definitions(${name} PUBLIC ${ARG_COMPILE_DEFINITIONS})
  if(ARG_SANITIZE)
    target_compile_options(${name} PRIVATE -fsanitize=${ARG_SANITIZE} -g)
  endif()
  target_link_libraries(${name} PUBLIC ${ARG_LIBRARIES} ${runtime})
endfunction()

function(gpu_emulator_add_sources name)
  _gpu_emulator_fill(${name} ${ARGN})
endfunction()

function(gpu_emulator_add_executable name)
  add_executable(${name})
  _gpu_emulator_fill(${name} ${ARGN})
endfunction()

function(gpu_emulator_add_library name)
  add_library(${name} STATIC)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  _gpu_emulator_fill(${name} ${ARGN})
endfunction()
