// Everything a translated kernel needs. Names follow the PTX ISA's description of an instruction.
#pragma once
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "ptx/approximate.h"
#include "ptx/atomic.h"
#include "ptx/floating.h"
#include "ptx/half.h"
#include "ptx/integer.h"
#include "ptx/memory.h"
#include "ptx/thread.h"
#include "runtime/kernel.h"
#include "runtime/synchronise.h"
