# Every dependency is found here, and nothing is downloaded. `electra_link_libraries` is what an
# application has to link besides a static libelectra; the rest is headers that only its own
# sources, tests and examples see.
list(APPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake)
set(electra_link_libraries)

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
list(APPEND electra_link_libraries Threads::Threads)

find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.11 REQUIRED)

find_package(Utf8proc REQUIRED)
list(APPEND electra_link_libraries Utf8proc::Utf8proc)

find_package(ZLIB REQUIRED)
find_package(Zstd REQUIRED)
list(APPEND electra_link_libraries ZLIB::ZLIB Zstd::Zstd)

if(ELECTRA_OPENMP)
  find_package(OpenMP REQUIRED COMPONENTS CXX)
  list(APPEND electra_link_libraries OpenMP::OpenMP_CXX)
else()
  message(STATUS "electra: OpenMP is off: each parallel loop starts threads of its own")
endif()

set(electra_onednn OFF)
if(NOT ELECTRA_OPENMP)
  if(ELECTRA_ONEDNN STREQUAL "ON")
    message(FATAL_ERROR "electra: ELECTRA_ONEDNN=ON needs ELECTRA_OPENMP=ON: oneDNN's threads are "
                        "OpenMP's")
  endif()
elseif(NOT ELECTRA_ONEDNN STREQUAL "OFF")
  find_package(OneDNN 2.6 QUIET)
  if(OneDNN_FOUND)
    set(electra_onednn ON)
    list(APPEND electra_link_libraries OneDNN::OneDNN)
  elseif(NOT ELECTRA_ONEDNN STREQUAL "AUTO")
    message(FATAL_ERROR "electra: ELECTRA_ONEDNN is ON, but oneDNN 2.6 or newer was not found "
                        "(Debian and Ubuntu: libdnnl-dev)")
  endif()
endif()
if(NOT electra_onednn)
  message(STATUS "electra: oneDNN is left out: matrix products run on the library's own tiles, at 90 % of "
                 "its speed; tiles of AMX are not used")
endif()

add_library(electra_dependencies INTERFACE)
target_link_libraries(electra_dependencies INTERFACE
  electra_code Eigen3::Eigen nlohmann_json::nlohmann_json ${electra_link_libraries})
