"""Reads PTX text into a Module: variables, functions and their statements, with line numbers."""
import re
from dataclasses import dataclass, field

from ptx_types import SIZE


class PtxError(Exception):
    """Something in the PTX that the translator does not know."""


@dataclass
class Variable:
    name: str
    space: str  # global, const, shared, local or param
    align: int
    type: str
    count: int
    values: str = ''  # initialiser as written
    external: bool = False

    @property
    def size(self):
        return SIZE[self.type] * self.count


@dataclass
class Statement:
    text: str  # an instruction or directive without ';', 'label:', '{' or '}'
    ptx_line: int
    source: tuple  # (file, line) of the CUDA source, or (None, 0)


@dataclass
class Function:
    name: str
    is_kernel: bool
    parameters: list
    results: list
    max_threads: int = 1024
    body: list = field(default_factory=list)


@dataclass
class Module:
    variables: list = field(default_factory=list)
    functions: list = field(default_factory=list)
    declared: set = field(default_factory=set)  # functions without a body: vprintf, __assertfail


VARIABLE = re.compile(
    r'(?P<external>\.extern\s+)?(?:(?:\.visible|\.weak|\.common)\s+)?'
    r'\.(?P<space>global|const|shared|local|param)'
    r'\s+(?:\.align\s+(?P<align>\d+)\s+)?(?:\.attribute\([^)]*\)\s*)?\.(?P<type>\w+)\s+'
    r'(?:\.ptr\b[^%,]*?\s)?(?P<name>[\w$%.]+)'
    r'(?P<dims>(?:\[\d*\])*)\s*(?:=\s*(?P<values>.*))?$', re.S)


def parse_variable(text):
    m = VARIABLE.match(text)
    if not m or m['type'] not in SIZE:
        raise PtxError('variable %r' % text)
    count = 1
    for d in re.findall(r'\[(\d*)\]', m['dims']):
        count *= int(d or 0)
    return Variable(m['name'], m['space'], int(m['align'] or SIZE[m['type']]), m['type'], count,
                    (m['values'] or '').strip(), bool(m['external']))


def parse_parameters(text):
    """'.param .align 4 .b8 name[12], ...' inside parentheses"""
    return [parse_variable(' '.join(p.split())) for p in text.split(',') if p.strip()]


def strip_comments(text):
    text = re.sub(r'/\*.*?\*/', lambda m: '\n' * m[0].count('\n'), text, flags=re.S)
    return re.sub(r'//[^\n]*', '', text)


def split_statements(text):
    """Yields (text, line). Braces stand alone only where a statement may begin."""
    line = start = 1
    depth, current = 0, ''
    in_string = False
    for c in text:
        if c == '\n':
            line += 1
        if not current.strip():
            start = line
            if c in '{}' and not in_string:
                yield c, line
                current = ''
                continue
            if c.isspace():
                current = ''
                continue
        if c == '"':
            in_string = not in_string
        if c == '\n' and re.match(r'\.(loc|file|version|target|address_size)\b', current):
            yield current.strip(), start
            current = ''
            continue
        if in_string or c not in '{}();:':
            current += ' ' if c == '\n' else c
            continue
        if c == '{' and depth == 0 and re.match(
                r'(\.visible\s+|\.weak\s+|\.extern\s+)*\.(entry|func)\b', current):
            yield current.strip(), start  # a function head; its body follows
            yield '{', line
            current = ''
            continue
        depth += (c in '({') - (c in ')}')
        if c == ';' and depth == 0:
            yield current.strip() + ';', start
            current = ''
        elif c == ':' and re.match(r'[\w$%]+\s*$', current):
            yield current.strip() + ':', start
            current = ''
        else:
            current += c


def parse_function_head(text):
    m = re.match(
        r'(?:\.\w+\s+)*?\.(?P<kind>entry|func)\s*(?:\((?P<results>[^)]*)\))?\s*(?P<name>[\w$]+)'
        r'\s*(?:\((?P<parameters>[^)]*)\))?(?P<rest>.*)$', text, re.S)
    if not m:
        raise PtxError('function head %r' % text)
    f = Function(m['name'], m['kind'] == 'entry', parse_parameters(m['parameters'] or ''),
                 parse_parameters(m['results'] or ''))
    bound = re.search(r'\.maxntid\s+([\d,\s]+)', m['rest'])
    if bound:
        f.max_threads = 1
        for n in bound[1].split(','):
            f.max_threads *= int(n)
    return f


def parse(text):
    text = strip_comments(text)
    files = dict(re.findall(r'^\s*\.file\s+(\d+)\s+"([^"]+)"', text, flags=re.M))
    cut = re.search(r'^\s*\.section\b', text, flags=re.M)  # debug sections close the file
    statements = split_statements(text[:cut.start()] if cut else text)
    module, function, depth, source = Module(), None, 0, (None, 0)
    for st, line in statements:
        try:
            if function is not None:
                depth += (st == '{') - (st == '}')
                loc = re.match(r'\.loc\s+(\d+)\s+(\d+)', st)
                if loc:
                    if int(loc[2]):
                        source = (files.get(loc[1]), int(loc[2]))
                elif depth == 0:
                    function = None
                else:
                    function.body.append(Statement(st.rstrip(';').strip(), line, source))
            elif re.match(r'(\.\w+\s+)*\.(entry|func)\b', st):
                head = parse_function_head(st.rstrip(';'))
                if st.endswith(';'):
                    module.declared.add(head.name)
                else:
                    function, depth, source = head, 0, (None, 0)
                    module.functions.append(head)
            elif re.match(r'(\.\w+\s+)*\.(global|const|shared)\b', st):
                module.variables.append(parse_variable(st.rstrip(';').strip()))
            elif not re.match(r'\.(version|target|address_size|file|pragma|alias)\b', st):
                raise PtxError('module-level statement %r' % st)
        except PtxError as e:
            raise PtxError('line %d: %s' % (line, e)) from None
    return module
