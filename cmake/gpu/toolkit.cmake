# The CUDA toolkit of this machine: nvcc, its version, and the libraries beside it.
set(electra_oldest_toolkit 12.0)  # the first with C++20; docs/cuda.md says how it was tried
set(electra_toolkit_remedy "install ${electra_oldest_toolkit} or newer (nvidia-cuda-toolkit of \
Debian 13 or Ubuntu 24.04, or https://developer.nvidia.com/cuda-downloads), or name another one's \
compiler with -DCMAKE_CUDA_COMPILER=…/bin/nvcc")

# The version that a header beside nvcc states in three macros; empty where there is none.
function(_electra_header_version result header)
  get_filename_component(bin "${electra_nvcc}" REALPATH)
  get_filename_component(bin "${bin}" DIRECTORY)
  find_file(found ${header} NO_CACHE NO_DEFAULT_PATH
            HINTS ${bin}/../include ${bin}/../targets/x86_64-linux/include
            PATHS /usr/include /usr/include/x86_64-linux-gnu /usr/local/include)
  set(version "")
  if(found)
    foreach(macro IN LISTS ARGN)
      file(STRINGS ${found} line REGEX "^ *# *define +${macro} +[0-9]+" LIMIT_COUNT 1)
      string(REGEX MATCH "[0-9]+ *$" number "${line}")
      list(APPEND version "${number}")
    endforeach()
    list(JOIN version "." version)
  endif()
  set(${result} "${version}" PARENT_SCOPE)
endfunction()

# "cuBLAS 13.1.0, cuDNN 9.19.0, NCCL 2.28.9": those that are there.
function(_electra_libraries_text result)
  _electra_header_version(cublas cublas_api.h CUBLAS_VER_MAJOR CUBLAS_VER_MINOR CUBLAS_VER_PATCH)
  _electra_header_version(cudnn cudnn_version.h CUDNN_MAJOR CUDNN_MINOR CUDNN_PATCHLEVEL)
  _electra_header_version(nccl nccl.h NCCL_MAJOR NCCL_MINOR NCCL_PATCH)
  set(found "")
  foreach(library cuBLAS cuDNN NCCL)
    string(TOLOWER ${library} name)
    if(${name})
      list(APPEND found "${library} ${${name}}")
    else()
      list(APPEND found "no ${library}")
    endif()
  endforeach()
  list(JOIN found ", " found)
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

# Gives electra_nvcc (empty if there is none), electra_toolkit (its version), electra_libraries
# (text), and electra_toolkit_trouble: why it cannot be used, and the remedy.
function(electra_find_toolkit)
  set(nvcc "${CMAKE_CUDA_COMPILER}")
  if(NOT nvcc)
    unset(nvcc)
    find_program(nvcc NAMES $ENV{CUDACXX} nvcc NO_CACHE PATH_SUFFIXES bin
                 HINTS ENV CUDA_HOME ENV CUDA_PATH PATHS /usr/local/cuda)
  endif()
  set(electra_nvcc "")
  set(electra_toolkit "")
  set(electra_libraries "")
  set(trouble "")
  if(NOT nvcc)
    set(trouble "no CUDA toolkit (nvcc) was found: ${electra_toolkit_remedy}")
  else()
    set(electra_nvcc ${nvcc})
    execute_process(COMMAND ${electra_nvcc} --version OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(said MATCHES "release [0-9.]+, V([0-9.]+)")
      set(electra_toolkit ${CMAKE_MATCH_1})
      _electra_libraries_text(electra_libraries)
    endif()
    if(NOT electra_toolkit)
      set(trouble "${electra_nvcc} does not say its version: ${electra_toolkit_remedy}")
    elseif(electra_toolkit VERSION_LESS electra_oldest_toolkit)
      set(trouble "the CUDA toolkit at ${electra_nvcc} is ${electra_toolkit}, too old for C++20: \
${electra_toolkit_remedy}")
    endif()
  endif()
  foreach(name electra_nvcc electra_toolkit electra_libraries)
    set(${name} "${${name}}" PARENT_SCOPE)
  endforeach()
  set(electra_toolkit_trouble "${trouble}" PARENT_SCOPE)
endfunction()
