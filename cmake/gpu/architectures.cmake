# Of ELECTRA_CUDA_ARCHITECTURES those that this nvcc knows. Gives electra_cuda_architectures: machine
# code for each, and PTX of the last for cards that are newer.
execute_process(COMMAND ${electra_nvcc} --list-gpu-code OUTPUT_VARIABLE said)
string(REGEX MATCHALL "[0-9]+" known "${said}")
set(built ${ELECTRA_CUDA_ARCHITECTURES})
set(unknown ${ELECTRA_CUDA_ARCHITECTURES})
list(REMOVE_ITEM unknown ${known})
if(unknown)
  list(REMOVE_ITEM built ${unknown})
  list(JOIN unknown ", " unknown)
  message(STATUS "electra: CUDA toolkit ${electra_toolkit} does not know compute capabilities "
                 "${unknown}: such cards compile the PTX of the newest one at their first run")
endif()
if(NOT built)
  message(FATAL_ERROR "electra: ELECTRA_CUDA_ARCHITECTURES is ${ELECTRA_CUDA_ARCHITECTURES}, but "
                      "CUDA toolkit ${electra_toolkit} knows ${known}")
endif()
list(GET built -1 newest)
list(TRANSFORM built APPEND -real OUTPUT_VARIABLE electra_cuda_architectures)
list(APPEND electra_cuda_architectures ${newest}-virtual)
list(JOIN built " " built)
message(STATUS "electra: the CUDA backend is built for compute capabilities ${built}, and as PTX for "
               "later ones")
