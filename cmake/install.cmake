# A prefix that may be moved after installation: CMake package, pkg-config file, headers, data.
include(CMakePackageConfigHelpers)
set(electra_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/electra)

install(TARGETS electra EXPORT electraTargets)
install(DIRECTORY include/electra DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES ${PROJECT_BINARY_DIR}/include/electra/core/build_config.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/electra/core)
install(DIRECTORY share/ DESTINATION ${CMAKE_INSTALL_DATADIR}/electra)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

install(EXPORT electraTargets NAMESPACE electra:: DESTINATION ${electra_package_dir})
set(electra_data_dir ${CMAKE_INSTALL_DATADIR}/electra)
get_target_property(electra_library_type electra TYPE)
if(electra_library_type STREQUAL "STATIC_LIBRARY")
  set(electra_static_library ON)
else()
  set(electra_static_library OFF)
endif()
configure_package_config_file(cmake/electraConfig.cmake.in electraConfig.cmake
  INSTALL_DESTINATION ${electra_package_dir} PATH_VARS electra_data_dir NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(electraConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/electraConfig.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/electraConfigVersion.cmake
              cmake/FindUtf8proc.cmake cmake/FindZstd.cmake cmake/FindOneDNN.cmake
              cmake/FindNCCL.cmake
        DESTINATION ${electra_package_dir})

# pkg-config: paths from where the file lies, so that the prefix may move. What the library links
# is private: it counts with --static, or always where there is only the static library.
file(RELATIVE_PATH electra_pc_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" electra_pc_prefix "${electra_pc_prefix}")
set(electra_pc_libs_private -lutf8proc -lz -lzstd -lstdc++ -lm -pthread)
if(electra_onednn)
  list(PREPEND electra_pc_libs_private -ldnnl)
endif()
if(electra_cuda)
  list(PREPEND electra_pc_libs_private -L${CUDAToolkit_LIBRARY_DIR} -lcublasLt -lcudart)
endif()
if(electra_nccl)
  list(PREPEND electra_pc_libs_private -lnccl)
endif()
if(electra_mpi)
  list(PREPEND electra_pc_libs_private -lmpi)
endif()
foreach(library IN LISTS OpenMP_CXX_LIB_NAMES)
  if(NOT library STREQUAL "pthread")
    list(APPEND electra_pc_libs_private -l${library})
  endif()
endforeach()
list(JOIN electra_pc_libs_private " " electra_pc_libs_private)
configure_file(cmake/electra.pc.in electra.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/electra.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
