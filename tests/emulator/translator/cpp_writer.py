"""Writes a parsed PTX module as C++."""
import re

import arithmetic, comparison, control, conversion, memory, warp  # noqa: F401 (they register)
from function_context import FunctionContext, mangle
from instruction_set import translate
from ptx_parser import PtxError, parse_variable
from ptx_types import CPP

GAP = 64  # between shared variables, poisoned under AddressSanitizer


class CppWriter:

    def __init__(self, module, file_name, module_id, anchor=None):
        self.module, self.file_name, self.module_id = module, file_name, module_id
        self.anchor = anchor
        self.local_memory = {}  # kernel or function -> bytes of its local arrays
        self.shared = {}  # PTX name -> C++ expression for the offset
        self.layout = {}  # PTX name -> (offset, bytes)
        self.next_offset = 1024
        for v in module.variables:
            if v.space == 'shared':
                self.add_shared(v)

    def add_shared(self, v):
        if v.external or v.count == 0:
            self.shared[v.name] = 'dynamic_shared_offset'
            return
        align = max(v.align, 16)
        self.next_offset = -(-(self.next_offset + GAP) // align) * align
        self.shared[v.name] = str(self.next_offset)
        self.layout[v.name] = (self.next_offset, v.size)
        self.next_offset += v.size

    def write(self):
        functions = [f for f in self.module.functions if not f.is_kernel]
        kernels = [f for f in self.module.functions if f.is_kernel]
        yield '// Generated from %s by ptx_to_cpp.py.' % self.file_name
        yield '#include "ptx/ptx.h"\nnamespace {\nusing namespace gpu_emulator;'
        for f in functions:
            yield 'void function_%s(unsigned char* result, unsigned char* const* arguments);' % (
                mangle(f.name))
        variables = [v for v in self.module.variables if v.space != 'shared']
        for v in variables:
            yield self.variable(v)
        table = []
        for f in functions:
            yield from self.function(f)
        for f in kernels:
            yield from self.function(f)
            table.append(self.kernel_entry(f))
        yield 'const Kernel kernels[] = {%s{}};' % ''.join(t + ', ' for t in table)
        yield 'const Variable variables[] = {%s{}};' % ''.join(
            '{"%s", %s, sizeof %s}, ' % (v.name, mangle(v.name), mangle(v.name)) for v in variables)
        yield 'Module module(0x%xull, kernels, %d, variables, %d);' % (self.module_id, len(table),
                                                                      len(variables))
        yield '}  // namespace'
        if self.anchor:
            yield 'extern "C" { extern const char %s = 0; }' % self.anchor

    def variable(self, v):
        if v.external:
            raise PtxError('external variable %s (separate compilation is not supported)' % v.name)

        def element(x):
            x = x.strip()
            m = re.match(r'(?:generic\()?([A-Za-z_$][\w$]*)\)?(?:\+(\d+))?$', x)
            if m:
                kind = 'function_' if m[1] in {f.name for f in self.module.functions} else ''
                return '(uint64_t)(uintptr_t)%s%s + %s' % (kind, mangle(m[1]), m[2] or 0)
            if re.match(r'0[fF]', x):
                return 'ptx::bits<float>(0x%su)' % x[2:]
            if re.match(r'0[dD]', x):
                return 'ptx::bits<double>(0x%sull)' % x[2:]
            if not re.match(r'-?\d|-?0x', x):
                raise PtxError('initialiser %r of %s' % (x, v.name))
            return '(%s)%s' % (CPP[v.type], x) if x.startswith('-') else x

        elements = re.sub(r'[{}]', ' ', v.values).split(',')
        values = ', '.join(element(x) for x in elements if x.strip())
        return 'alignas(%d) %s %s[%d] = {%s};' % (max(v.align, 8), CPP[v.type], mangle(v.name),
                                                  max(v.count, 1), values)

    def function(self, f):
        context = FunctionContext(f, self.module, self.shared, self.file_name)
        lines, source = [], None
        label = None
        for st in f.body:
            context.statement = st
            try:
                code = self.statement(context, st.text, label)
            except (PtxError, KeyError, IndexError, ValueError, TypeError) as e:
                raise PtxError('line %d: cannot translate %r: %s' %
                               (st.ptx_line, st.text, e)) from None
            label = st.text[:-1] if st.text.endswith(':') else None
            if not code:
                continue
            if st.source == source:  # one CUDA line is one C++ line, however long
                lines[-1] += ' ' + code
                continue
            if st.source[0]:
                source = st.source
                lines.append('#line %d "%s"' % (source[1], source[0]))
            lines.append(code)
        f.context = context
        if context.local_bytes:
            self.local_memory[f.name] = context.local_bytes
        if f.is_kernel:
            yield 'void kernel_%s(const unsigned char* parameters) {' % mangle(f.name)
        else:
            yield 'void function_%s(unsigned char* result, unsigned char* const* arguments) {' % (
                mangle(f.name))
        yield from context.declarations
        yield 'bool carry = false; (void)carry;'
        yield from lines
        yield '}'

    def statement(self, context, text, label):
        if text == '{':
            return context.open_scope()
        if text == '}':
            return context.close_scope()
        if text.endswith(':'):
            return context.label(text[:-1]) + ': ;'
        m = re.match(r'\.reg\s*\.(\w+)\s+(.*)$', text, re.S)
        if m:
            return context.declare_registers(m[1], m[2])
        if re.match(r'\.shared\b', text):
            return self.add_shared(parse_variable(text))
        if re.match(r'\.(local|param)\b', text):
            return context.declare_memory(text)
        m = re.match(r'\.branchtargets\s+(.*)$', text, re.S)
        if m:
            context.tables[label] = [x.strip() for x in m[1].split(',')]
            return None
        if re.match(r'\.(pragma|callprototype)\b', text):
            return None
        m = re.match(r'@(!?)\s*(%?[\w$]+)\s+(.*)$', text, re.S)
        if m:
            guard = '%s%s' % (m[1], context.value(m[2], 'pred'))
            return 'if (%s) { %s }' % (guard, translate(context, m[3]))
        return translate(context, text)

    def used_shared(self, f):
        """Static shared variables that the kernel, or a function it may call, names"""
        functions = [f] + [g for g in self.module.functions if not g.is_kernel]
        text = ' '.join(st.text for g in functions for st in g.body)
        words = set(re.findall(r'[\w$]+', text))
        return [self.layout[n] for n in self.layout if n in words]

    def kernel_entry(self, f):
        name, used = mangle(f.name), self.used_shared(f)

        def array(kind, pairs):
            if not pairs:
                return 'nullptr'
            return '(const %s[]){%s}' % (kind, ', '.join('{%d, %d}' % p for p in pairs))

        return '{"%s", kernel_%s, %s, %d, %d, %s, %d, %d, %d, %d}' % (
            f.name, name, array('Parameter', f.context.layout), len(f.context.layout),
            f.context.parameter_bytes, array('SharedVariable', used), len(used),
            sum(size for _, size in used), f.max_threads, f.context.local_bytes)
