# What this machine has for CUDA and what follows from it, each trouble in one sentence with its
# remedy. cuda.cmake decides by it; `cmake -P cmake/gpu/report.cmake` says it (scripts/setup).
# Nothing is built or installed.
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/cards.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/toolkit.cmake)

# Adds to electra_card_trouble a driver that is older than the toolkit. Within a major version every
# driver serves every toolkit.
function(_electra_compare_driver)
  set(oldest ${electra_oldest_driver})
  set(or "")
  if(electra_toolkit VERSION_GREATER_EQUAL 13)
    set(oldest 580)
    if(electra_driver VERSION_GREATER_EQUAL electra_oldest_driver)
      set(or ", or build with a toolkit 12")
    endif()
  endif()
  if(electra_driver AND electra_driver VERSION_LESS oldest AND NOT electra_card_trouble)
    set(toolkit "the CUDA toolkit ${electra_toolkit}")
    if(NOT electra_toolkit)
      set(toolkit "any CUDA toolkit that libelectra can be built with")
    endif()
    set(electra_card_trouble "the driver ${electra_driver} is older than ${toolkit} needs: update \
it to ${oldest} or newer${or}" PARENT_SCOPE)
  endif()
endfunction()

macro(electra_look_for_gpu)
  electra_find_cards()
  electra_find_toolkit()
  _electra_compare_driver()
endmacro()

# One line: cards, driver, toolkit, libraries.
function(electra_say_what_was_found)
  if(electra_cards)
    set(cards "${electra_cards}, driver ${electra_driver}")
  else()
    set(cards "no NVIDIA card")
  endif()
  if(electra_toolkit)
    set(toolkit "CUDA toolkit ${electra_toolkit} with ${electra_libraries}")
  else()
    set(toolkit "no CUDA toolkit")
  endif()
  message(STATUS "electra: ${cards}; ${toolkit}")
endfunction()

# Why the CUDA backend would be of no use here, card before toolkit; empty if it would be.
function(electra_gpu_trouble result)
  set(trouble "${electra_card_trouble}")
  if(NOT trouble AND NOT electra_cards)
    set(trouble "without an NVIDIA card, runs are on the CPU")
  elseif(NOT trouble)
    set(trouble "${electra_toolkit_trouble}")
  endif()
  set(${result} "${trouble}" PARENT_SCOPE)
endfunction()

if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  electra_look_for_gpu()
  electra_say_what_was_found()
  electra_gpu_trouble(trouble)
  if(NOT trouble)
    set(trouble "the CUDA backend will be built (ELECTRA_CUDA=AUTO), and device=auto uses the card")
  endif()
  message(STATUS "electra: ${trouble}")
endif()
