# The CPU kernels for processors of all kinds in one library. src/kernels/cpu is compiled for each
# set of instructions, in which `run_on` and `weight_packing` have a name of the set's own; a source that
# is made here calls those of the set that `instruction_set()` chose. Everything else that the code
# of a set defines, inline functions of the standard library among it, is made invisible to the
# rest: else a linker could take its AVX-512 for what an old processor runs.
#
# ELECTRA_NATIVE=ON compiles one set, the processor's, and nothing of this is done.
set(ELECTRA_INSTRUCTION_SETS baseline avx2 avx512 avx512_vnni avx512_bf16 CACHE STRING
    "With ELECTRA_NATIVE=OFF: what the CPU's kernels are compiled for, in order")
mark_as_advanced(ELECTRA_INSTRUCTION_SETS)
set(electra_instruction_sets)
if(ELECTRA_NATIVE OR NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$" OR ELECTRA_SANITIZE)
  return()
endif()

set(electra_instruction_sets ${ELECTRA_INSTRUCTION_SETS})
# amx has no code of its own.
set(electra_flags_of_baseline)
set(electra_flags_of_avx2 -march=x86-64-v3)
set(electra_flags_of_avx512 -march=x86-64-v4)
set(electra_flags_of_avx512_vnni -march=x86-64-v4 -mavx512vnni)
set(electra_flags_of_avx512_bf16 -march=x86-64-v4 -mavx512vnni -mavx512bf16)

# One object of all sources of a set, of which only run_on and weight_packing are seen.
function(_electra_add_set target set sources)
  set(objects electra_kernels_${set})
  add_library(${objects} OBJECT ${sources})
  target_compile_features(${objects} PRIVATE cxx_std_20)
  target_compile_definitions(${objects} PRIVATE
    run_on=run_on_${set} weight_packing=weight_packing_${set})
  # GCC's unique symbols are one in a process, whatever object they are in.
  target_compile_options(${objects} PRIVATE ${electra_flags_of_${set}}
    $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_include_directories(${objects} PRIVATE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${objects} PRIVATE electra_dependencies electra_warnings)
  set_target_properties(${objects} PROPERTIES
    POSITION_INDEPENDENT_CODE ON VISIBILITY_INLINES_HIDDEN ON)

  set(object ${PROJECT_BINARY_DIR}/kernels_${set}.o)
  add_custom_command(OUTPUT ${object}
    COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o ${object}.all $<TARGET_OBJECTS:${objects}>
    COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=*run_on_${set}*"
            "--keep-global-symbol=*weight_packing_${set}*" ${object}.all ${object}
    COMMAND ${CMAKE_COMMAND} -E rm ${object}.all
    DEPENDS ${objects} $<TARGET_OBJECTS:${objects}>
    COMMENT "Kernels for ${set}" COMMAND_EXPAND_LISTS VERBATIM)
  target_sources(${target} PRIVATE ${object})
  set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
endfunction()

# Calls of a function's forms: `name` with the arguments' types, their names and the result's type.
function(_electra_write_choice name result parameters arguments to)
  set(text "")
  foreach(set IN LISTS electra_instruction_sets)
    string(APPEND text "${result} ${name}_${set}(${parameters});\n")
  endforeach()
  string(APPEND text "${result} ${name}(${parameters}) {\n  switch (kernels_of()) {\n")
  foreach(set IN LISTS electra_instruction_sets)
    string(APPEND text "    case InstructionSet::${set}:\n      return ${name}_${set}(${arguments});\n")
  endforeach()
  string(APPEND text "    default:\n      unreachable_set();\n  }\n}\n\n")
  set(${to} "${${to}}${text}" PARENT_SCOPE)
endfunction()

# Kernels are what the headers of include/electra/kernels declare a run_on of a CPU for.
function(_electra_write_choices file)
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/electra/kernels/*.h)
  set(includes "")
  set(choices "")
  foreach(header IN LISTS headers)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${header})
    get_filename_component(name ${header} NAME)
    file(STRINGS ${header} kernels REGEX "^void run_on\\(CpuContext& context, const [A-Za-z]+& kernel\\);")
    file(STRINGS ${header} declared REGEX "run_on\\(CpuContext&")
    if(NOT declared STREQUAL kernels)
      message(FATAL_ERROR "electra: ${header}: expected each run_on of a CPU on a line like "
                          "\"void run_on(CpuContext& context, const Kernel& kernel);\", found "
                          "${declared}")
    endif()
    if(kernels)
      string(APPEND includes "#include \"electra/kernels/${name}\"\n")
    endif()
    foreach(kernel IN LISTS kernels)
      string(REGEX REPLACE ".*const ([A-Za-z]+)& kernel.*" "\\1" kernel "${kernel}")
      _electra_write_choice(run_on void "CpuContext& context, const ${kernel}& kernel"
                            "context, kernel" choices)
    endforeach()
  endforeach()
  _electra_write_choice(weight_packing "const WeightPacking&" "" "" choices)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/kernels_by_set.cpp.in ${file} @ONLY)
endfunction()

# Takes the place of the sources of src/kernels/cpu among those of `target`.
function(electra_add_instruction_sets target)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/kernels/cpu/*.cpp)
  _electra_write_choices(${PROJECT_BINARY_DIR}/kernels_by_set.cpp)
  target_sources(${target} PRIVATE ${PROJECT_BINARY_DIR}/kernels_by_set.cpp)
  foreach(set IN LISTS electra_instruction_sets)
    _electra_add_set(${target} ${set} "${sources}")
  endforeach()
  list(TRANSFORM electra_instruction_sets PREPEND InstructionSet:: OUTPUT_VARIABLE compiled)
  list(JOIN compiled , compiled)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/src/core/instruction_set.cpp PROPERTIES
    COMPILE_DEFINITIONS "ELECTRA_INSTRUCTION_SETS=${compiled}")
endfunction()
