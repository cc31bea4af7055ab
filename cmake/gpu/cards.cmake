# The NVIDIA cards and the driver of this machine, as nvidia-smi tells of them.
set(electra_oldest_capability 8.0)  # bf16 on tensor cores, cp.async
set(electra_oldest_driver 525)      # what toolkits 12 need

# Whether a card of NVIDIA is plugged in: seen also where its driver is not.
function(_electra_plugged_in result)
  set(${result} OFF PARENT_SCOPE)
  if(NOT DEFINED ELECTRA_PCI_DEVICES)
    set(ELECTRA_PCI_DEVICES /sys/bus/pci/devices)
  endif()
  file(GLOB devices ${ELECTRA_PCI_DEVICES}/*)
  foreach(device IN LISTS devices)
    if(EXISTS ${device}/vendor AND EXISTS ${device}/class)
      file(STRINGS ${device}/vendor vendor)
      file(STRINGS ${device}/class class)
      if(vendor STREQUAL "0x10de" AND class MATCHES "^0x03")  # NVIDIA, a display controller
        set(${result} ON PARENT_SCOPE)
      endif()
    endif()
  endforeach()
endfunction()

# "2 x NAME (compute capability 9.0), …" of a list with repetitions.
function(_electra_count_alike cards result)
  set(kinds ${cards})
  list(REMOVE_DUPLICATES kinds)
  set(text "")
  foreach(kind IN LISTS kinds)
    set(count 0)
    foreach(card IN LISTS cards)
      if(card STREQUAL kind)
        math(EXPR count "${count} + 1")
      endif()
    endforeach()
    if(count GREATER 1)
      string(PREPEND kind "${count} x ")
    endif()
    list(APPEND text "${kind}")
  endforeach()
  list(JOIN text ", " text)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# What nvidia-smi says, or why it says nothing.
function(_electra_ask_driver result)
  find_program(smi nvidia-smi PATHS /usr/lib/wsl/lib NO_CACHE)
  set(said "there is no nvidia-smi")
  if(smi)
    execute_process(COMMAND ${smi} --query-gpu=name,compute_cap,driver_version --format=csv,noheader
                    OUTPUT_VARIABLE said ERROR_VARIABLE said)
  endif()
  set(${result} "${said}" PARENT_SCOPE)
endfunction()

# Gives electra_cards (text, empty if there are none), electra_driver (its version), and
# electra_card_trouble: why none of them can be used, and the remedy.
function(electra_find_cards)
  _electra_ask_driver(said)
  set(cards "")
  set(usable OFF)
  set(electra_driver "" PARENT_SCOPE)
  set(electra_card_trouble "" PARENT_SCOPE)
  string(REGEX MATCHALL "[^\r\n]+" lines "${said}")
  foreach(line IN LISTS lines)
    if(line MATCHES "^(.+), +([0-9]+\\.[0-9]+), +([0-9.]+) *$")
      list(APPEND cards "${CMAKE_MATCH_1} (compute capability ${CMAKE_MATCH_2})")
      set(electra_driver ${CMAKE_MATCH_3} PARENT_SCOPE)
      if(CMAKE_MATCH_2 VERSION_GREATER_EQUAL electra_oldest_capability)
        set(usable ON)
      endif()
    endif()
  endforeach()
  _electra_count_alike("${cards}" text)
  set(electra_cards "${text}" PARENT_SCOPE)
  _electra_plugged_in(plugged_in)
  if(NOT cards AND plugged_in)
    list(GET lines 0 said)
    set(electra_card_trouble "an NVIDIA card is plugged in, but no driver answers for it (${said}): \
install driver ${electra_oldest_driver} or newer (Debian: nvidia-driver; Ubuntu: ubuntu-drivers \
install), or start the container with --gpus all" PARENT_SCOPE)
  elseif(cards AND NOT usable)
    set(electra_card_trouble "${text}: libelectra needs compute capability \
${electra_oldest_capability} or later (Ampere and newer); without such a card runs are on the CPU"
        PARENT_SCOPE)
  endif()
endfunction()
