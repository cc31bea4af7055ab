"""Names and operands inside one PTX function: what each becomes in C++."""
import re

from ptx_parser import PtxError, parse_variable
from ptx_types import CPP, SIZE, is_float


def mangle(name):
    return re.sub(r'[^A-Za-z0-9_]', '_', name)


def split_operands(text):
    """Splits at commas outside brackets."""
    parts, depth, current = [], 0, ''
    for c in text:
        depth += (c in '{[(') - (c in '}])')
        if c == ',' and depth == 0:
            parts.append(current.strip())
            current = ''
        else:
            current += c
    if current.strip():
        parts.append(current.strip())
    return parts


def vector(operand):
    """'{a, b}' as a list; a plain operand as a list of one"""
    o = operand.strip()
    return [x.strip() for x in o[1:-1].split(',')] if o.startswith('{') else [o]


SPECIAL = {'%laneid': 'ptx::lane()', '%warpid': 'ptx::warp()', '%nwarpid': 'ptx::warps()',
           '%smid': '0', '%nsmid': '132', '%gridid': '0', '%clock': 'ptx::clock()',
           '%clock_hi': '(ptx::clock() >> 32)', '%clock64': 'ptx::clock()',
           '%globaltimer': 'ptx::nanoseconds()', '%globaltimer_lo': 'ptx::nanoseconds()',
           '%dynamic_smem_size': 'running.dynamic_shared_bytes',
           '%lanemask_eq': '(1u << ptx::lane())', '%lanemask_lt': '((1u << ptx::lane()) - 1)',
           '%lanemask_le': '((2u << ptx::lane()) - 1)',
           '%lanemask_gt': '~((2u << ptx::lane()) - 1)',
           '%lanemask_ge': '~((1u << ptx::lane()) - 1)', 'WARP_SZ': '32'}
INDEX = {'%tid': 'thread_index', '%ntid': 'block_size', '%ctaid': 'block_index',
         '%nctaid': 'grid_size'}
# Without clusters every block is a cluster of its own.
CLUSTER = {'%clusterid': 'running.block_index.', '%nclusterid': 'running.grid_size.',
           '%cluster_ctaid': '0 * running.grid_size.',
           '%cluster_nctaid': '1 | 0 * running.grid_size.'}


class FunctionContext:

    def __init__(self, function, module, shared_symbols, file_name):
        self.function, self.module, self.file_name = function, module, file_name
        self.shared = shared_symbols  # name -> C++ name of its window offset
        self.static = {v.name for v in module.variables if v.space != 'shared'}
        self.functions = {f.name for f in module.functions}
        self.declarations = []
        self.tables = {}  # brx.idx targets and call prototypes, by label
        self.scopes = [{}]
        self.scope_count = 0
        self.statement = None
        self.local_bytes = 0
        offset = 0
        self.layout = []  # kernel parameters: (offset, bytes)
        for i, p in enumerate(function.parameters):
            if function.is_kernel:
                offset = -(-offset // p.align) * p.align
                self.layout.append((offset, p.size))
                self.scopes[0][p.name] = ('param', 'parameters + %d' % offset)
                offset += p.size
            else:
                self.scopes[0][p.name] = ('param', 'arguments[%d]' % i)
        self.parameter_bytes = offset
        for r in function.results:
            self.scopes[0][r.name] = ('param', 'result')
        if len(function.results) > 1:
            raise PtxError('function %s has several results' % function.name)
        self._find_labels()

    def _find_labels(self):
        """Labels may be used before they are seen and may repeat in inline-asm scopes."""
        self.labels, path, count = {}, [0], 0
        for st in self.function.body:
            if st.text == '{':
                count += 1
                path.append(count)
            elif st.text == '}':
                path.pop()
            elif st.text.endswith(':'):
                self.labels[(path[-1], st.text[:-1])] = '%s_%d' % (mangle(st.text[:-1]), path[-1])
        self.path = [0]

    # ---- scopes and declarations

    def open_scope(self):
        self.scope_count += 1
        self.path.append(self.scope_count)
        self.scopes.append({})

    def close_scope(self):
        self.path.pop()
        self.scopes.pop()

    def label(self, name):
        for scope in reversed(self.path):
            if (scope, name) in self.labels:
                return self.labels[(scope, name)]
        raise PtxError('label %r' % name)

    def find(self, name):
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def declare(self, name, type_, cpp=None):
        cpp = cpp or 'r_%s_%d' % (mangle(name.lstrip('%')), self.path[-1])
        if type_ not in CPP:
            raise PtxError('register type .%s' % type_)
        self.scopes[-1][name] = (type_, cpp)
        self.declarations.append('%s %s{};' % (CPP[type_], cpp))

    def declare_registers(self, type_, names):
        for n in names.split(','):
            m = re.match(r'\s*([%\w$]+)(?:<(\d+)>)?\s*$', n)
            if m[2]:
                for k in range(int(m[2])):
                    self.declare('%s%d' % (m[1], k), type_)
            else:
                self.declare(m[1], type_)

    def declare_memory(self, text):
        """.local arrays and the .param space of calls"""
        v = parse_variable(text)
        if v.space == 'local':
            self.local_bytes += v.size
        cpp = '%s_%s_%d' % (v.space, mangle(v.name), self.path[-1])
        self.scopes[-1][v.name] = ('param', cpp)
        size = max(v.size, 1)
        self.declarations.append('alignas(%d) unsigned char %s[%d]; std::memset(%s, 0xff, %d);' %
                                 (max(v.align, 8), cpp, size, cpp, size))

    # ---- operands

    def site(self):
        file, line = self.statement.source
        name = (file or self.file_name).split('/')[-1]
        return 'Site{"%s", %d, %d}' % (name, line or self.statement.ptx_line,
                                       self.statement.ptx_line)

    def address_of(self, name):
        """C++ expression for a symbol's generic address, or None"""
        found = self.find(name)
        if found and found[0] == 'param':
            return '(uintptr_t)(%s)' % found[1]
        if name in self.static:
            return '(uintptr_t)%s' % mangle(name)
        if name in self.functions:
            return '(uintptr_t)&function_%s' % mangle(name)
        return None

    def value(self, operand, type_):
        """The operand as a C++ value of the given PTX type"""
        o, cpp = operand.strip(), CPP[type_]
        found = self.find(o)
        if found and found[0] != 'param':
            have, name = found
            if CPP[have] == cpp:
                return name
            if 'pred' in (have, type_):
                raise PtxError('predicate and .%s mixed in %r' % (type_, o))
            if SIZE[have] == SIZE[type_]:
                return 'ptx::bits<%s>(%s)' % (cpp, name)
            if SIZE[have] > SIZE[type_] and not is_float(type_) and not is_float(have):
                return '(%s)%s' % (cpp, name)
            raise PtxError('.%s register %s used as .%s' % (have, o, type_))
        if o in SPECIAL:
            return '(%s)%s' % (cpp, SPECIAL[o])
        m = re.match(r'(%\w+)\.([xyz])$', o)
        if m and m[1] in INDEX:
            return '(%s)running.%s.%s' % (cpp, INDEX[m[1]], m[2])
        if m and m[1] in CLUSTER:
            return '(%s)(%s%s)' % (cpp, CLUSTER[m[1]], m[2])
        if re.match(r'0[fF][0-9a-fA-F]{8}$', o):
            return 'ptx::bits<%s>(0x%su)' % (cpp, o[2:])
        if re.match(r'0[dD][0-9a-fA-F]{16}$', o):
            return 'ptx::bits<%s>(0x%sull)' % (cpp, o[2:])
        if re.match(r'-?(0[xX][0-9a-fA-F]+|\d+)U?$', o):
            number = int(o.rstrip('U'), 16 if 'x' in o.lower() else 10)
            if is_float(type_):
                raise PtxError('integer %r used as .%s' % (o, type_))
            if type_ == 'pred':
                return 'true' if number else 'false'
            return '(%s)0x%xull' % (cpp, number & (1 << 64) - 1)
        m = re.match(r'([\w$]+)\s*\+\s*(\d+)$', o)
        offset = ' + %s' % m[2] if m else ''
        name = m[1] if m else o
        if name in self.shared:
            return '(%s)(%s%s)' % (cpp, self.shared[name], offset)
        address = self.address_of(name)
        if address:
            return '(%s)(%s%s)' % (cpp, address, offset)
        raise PtxError('operand %r' % o)

    def assign(self, operand, expression, type_):
        """Stores a C++ value of the given PTX type; narrower values are extended as cvt does."""
        o = operand.strip()
        if o == '_':
            return '(void)(%s);' % expression
        found = self.find(o)
        if not found or found[0] == 'param':
            raise PtxError('result operand %r' % o)
        have, name = found
        if CPP[have] == CPP[type_]:
            return '%s = %s;' % (name, expression)
        if SIZE[have] == SIZE[type_]:
            return '%s = ptx::bits<%s>((%s)(%s));' % (name, CPP[have], CPP[type_], expression)
        if SIZE[have] > SIZE[type_] and not is_float(have) and not is_float(type_):
            return '%s = (%s)(%s)(%s);' % (name, CPP[have], CPP[type_], expression)
        raise PtxError('.%s result for .%s register %s' % (type_, have, o))

    def address(self, operand, space):
        """'[reg+4]' or '[symbol]' as a generic address"""
        m = re.match(r'\[\s*([%\w$.]+)\s*(?:\+\s*(-?\w+))?\s*\]$', operand)
        if not m:
            raise PtxError('address %r' % operand)
        base, offset = m[1], int(m[2] or '0', 0)
        found = self.find(base)
        if base in self.shared:
            expression = '(uint64_t)%s' % self.shared[base]
            if space == 'generic':
                raise PtxError('shared symbol %r in the generic space' % base)
        elif found and found[0] != 'param':
            expression = '(uint64_t)%s' % found[1]
        elif re.match(r'\d+$', base):
            expression = base + 'ull'
        else:
            expression = self.address_of(base)
            if not expression:
                raise PtxError('address %r' % operand)
        if offset:
            expression = '%s + (%d)' % (expression, offset)
        return 'ptx::shared_to_generic(%s)' % expression if space == 'shared' else expression
