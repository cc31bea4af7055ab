#include "runtime/context_switch.h"

#if !defined(__x86_64__)
#error "only x86-64 Linux is supported: write gpu_emulator_switch for this processor"
#endif

/// Saves the callee-saved registers on the old stack and pops those of the new one. It leaves with
/// jmp, not ret, because a mispredicted return costs more than the whole switch.
asm(R"(
.text
.globl gpu_emulator_switch
.type gpu_emulator_switch,@function
gpu_emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp,(%rdi)
  movq %rsi,%rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  popq %rcx
  jmp *%rcx
.size gpu_emulator_switch,.-gpu_emulator_switch
)");

namespace gpu_emulator {

void* prepare_stack(void* bottom, size_t bytes, void (*entry)()) {
  void** top = reinterpret_cast<void**>(static_cast<char*>(bottom) + bytes);
  *--top = nullptr;  // where a return address would be; keeps the stack aligned as after a call
  *--top = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; i++) *--top = nullptr;  // callee-saved registers
  return top;
}

}  // namespace gpu_emulator
