"""Integer, floating-point, half-precision, logic, shift and comparison instructions."""
from instruction_set import instruction
from ptx_parser import PtxError
from ptx_types import CPP, HALF, SIZE, bits, is_float, is_signed

ROUND = {'rz': 'FE_TOWARDZERO', 'rm': 'FE_DOWNWARD', 'rp': 'FE_UPWARD'}
OPERATOR = {'add': '+', 'sub': '-', 'mul': '*', 'div': '/'}


def unsigned(type_):
    return 'u' + type_[1:]


def values(c, ins, type_, first=1):
    return [c.value(x, type_) for x in ins.operands[first:]]


def float_result(c, ins, expression):
    """Applies .ftz, .sat and .relu and stores"""
    if ins.has('ftz') and ins.type == 'f32':
        expression = 'ptx::flush(%s)' % expression
    if ins.has('sat'):
        expression = 'ptx::saturate(%s)' % expression
    if ins.has('relu'):
        expression = 'ptx::relu(%s)' % expression
    return c.assign(ins.operands[0], expression, ins.type)


def float_operands(c, ins):
    v = values(c, ins, ins.type)
    return ['ptx::flush(%s)' % x for x in v] if ins.has('ftz') and ins.type == 'f32' else v


def half_operation(c, ins, body):
    """Computes in double precision and rounds once; `body` is C++ over a, b, c."""
    if ins.has('sat'):
        body = 'ptx::saturate(%s)' % body
    if ins.has('relu'):
        body = 'ptx::relu(%s)' % body
    t = ins.type
    arguments = values(c, ins, bits(t))
    names = ', '.join('double %s' % n for n in 'abc'[:len(arguments)])
    packed = 'ptx::half_pair' if t.endswith('x2') else 'ptx::half'
    e = '%s<%s>([](%s) { return double(%s); }, %s)' % (packed, HALF[t], names, body,
                                                      ', '.join(arguments))
    return c.assign(ins.operands[0], e, bits(t))


@instruction('add sub', 'rn rz rm rp ftz sat relu cc', operands=3)
def add(c, ins):
    t, sign = ins.type, OPERATOR[ins.opcode]
    if t in HALF:
        return half_operation(c, ins, 'a %s b' % sign)
    if is_float(t):
        return float_operation(c, ins, '%s %s %s')
    a, b = values(c, ins, t)
    if ins.has('cc'):
        return c.assign(ins.operands[0], 'ptx::%s_carry_out<%s>(%s, %s, carry)' %
                        (ins.opcode, CPP[unsigned(t)], a, b), unsigned(t))
    if ins.has('sat'):
        return c.assign(ins.operands[0], 'ptx::%s_saturating(%s, %s)' % (ins.opcode, a, b), t)
    u = unsigned(t)
    return c.assign(ins.operands[0], '(%s)(%s) %s (%s)(%s)' % (CPP[u], a, sign, CPP[u], b), u)


@instruction('addc subc', 'cc', operands=3)
def add_with_carry(c, ins):
    t = unsigned(ins.type)
    return c.assign(ins.operands[0], 'ptx::%s<%s, %s>(%s, carry)' % (
        'add_carry' if ins.opcode == 'addc' else 'sub_carry', CPP[t],
        'true' if ins.has('cc') else 'false', ', '.join(values(c, ins, t))), t)


def float_operation(c, ins, form):
    v = float_operands(c, ins)
    mode = ins.one_of(*ROUND)
    if mode:
        return float_result(c, ins, 'ptx::rounded(ptx::Operation::%s, %s, %s)' %
                            (ins.opcode, ROUND[mode], ', '.join(v)))
    v.insert(1, OPERATOR[ins.opcode])
    return float_result(c, ins, form % tuple(v))


@instruction('mul mad madc', 'rn rz rm rp ftz sat relu lo hi wide cc')
def multiply(c, ins):
    t = ins.type
    if t in HALF:
        return half_operation(c, ins, 'a * b')
    if is_float(t):
        return float_operation(c, ins, '%s %s %s') if ins.opcode == 'mul' else fma(c, ins)
    a, b = (c.value(x, t) for x in ins.operands[1:3])
    result = t
    if ins.has('wide'):
        result = t[0] + str(16 * SIZE[t])
        e = '(%s)((%s)(%s) * (%s)(%s))' % (CPP[unsigned(result)], CPP[result], a, CPP[result], b)
    elif ins.has('hi'):
        e = '(%s)ptx::multiply_high<%s>(%s, %s)' % (CPP[unsigned(t)], CPP[t], a, b)
    else:
        e = '(%s)((uint64_t)(%s) * (uint64_t)(%s))' % (CPP[unsigned(t)], a, b)
    u = unsigned(result)
    if ins.opcode != 'mul':
        addend = c.value(ins.operands[3], u)
        if ins.has('sat'):
            raise PtxError('mad.sat')
        if ins.opcode == 'madc':
            e = 'ptx::add_carry<%s, %s>(%s, %s, carry)' % (
                CPP[u], 'true' if ins.has('cc') else 'false', e, addend)
        elif ins.has('cc'):
            e = 'ptx::add_carry_out<%s>(%s, %s, carry)' % (CPP[u], e, addend)
        else:
            e = '%s + %s' % (e, addend)
    return c.assign(ins.operands[0], e, u)


@instruction('fma', 'rn rz rm rp ftz sat relu', operands=4)
def fma(c, ins):
    if ins.type in HALF:
        return half_operation(c, ins, 'std::fma(a, b, c)')
    v = ', '.join(float_operands(c, ins))
    mode = ins.one_of(*ROUND)
    if mode:
        return float_result(c, ins, 'ptx::rounded(ptx::Operation::fma, %s, %s)' % (ROUND[mode], v))
    return float_result(c, ins, 'std::fma(%s)' % v)


@instruction('div', 'rn rz rm rp ftz approx full', operands=3)
def divide(c, ins):
    form = ins.one_of('approx', 'full')
    if form:
        return float_result(c, ins, 'ptx::div_%s(%s)' % (form, ', '.join(float_operands(c, ins))))
    if is_float(ins.type):
        return float_operation(c, ins, '%s %s %s')
    return c.assign(ins.operands[0], 'ptx::divide<%s>(%s)' %
                    (CPP[ins.type], ', '.join(values(c, ins, ins.type))), ins.type)


@instruction('rem', operands=3)
def remainder(c, ins):
    return c.assign(ins.operands[0], 'ptx::remainder<%s>(%s)' %
                    (CPP[ins.type], ', '.join(values(c, ins, ins.type))), ins.type)


@instruction('min max', 'ftz NaN relu', operands=3)
def minimum(c, ins):
    t, name = ins.type, 'ptx::%s%s' % (ins.opcode, '_nan' if ins.has('NaN') else '')
    if t in HALF:
        return half_operation(c, ins, '%s(a, b)' % name)
    if is_float(t):
        return float_result(c, ins, '%s(%s)' % (name, ', '.join(float_operands(c, ins))))
    return c.assign(ins.operands[0], '%s<%s>(%s)' % (name, CPP[t], ', '.join(values(c, ins, t))), t)


@instruction('neg abs', 'ftz', operands=2)
def negate(c, ins):
    t = ins.type
    if t in HALF:
        mask = '0x80008000u' if t.endswith('x2') else '0x8000u'
        form = '%s ^ ' + mask if ins.opcode == 'neg' else '%s & ~' + mask
        e = '(%s)(%s)' % (CPP[t], form % c.value(ins.operands[1], t))
        return c.assign(ins.operands[0], e, t)
    if is_float(t):
        form = '-%s' if ins.opcode == 'neg' else 'std::fabs(%s)'
        return float_result(c, ins, form % float_operands(c, ins)[0])
    return c.assign(ins.operands[0], 'ptx::%s<%s>(%s)' %
                    (ins.opcode, CPP[t], c.value(ins.operands[1], t)), t)


APPROXIMATE = ('rcp', 'sqrt', 'rsqrt', 'ex2', 'lg2', 'tanh', 'sin', 'cos')
EXACT = {'rcp': '1 / %s', 'sqrt': 'std::sqrt(%s)', 'rsqrt': '1 / std::sqrt(%s)'}


@instruction(' '.join(APPROXIMATE), 'rn rz rm rp approx ftz', operands=2)
def unary(c, ins):
    if ins.type in HALF:
        bf16 = 'true' if ins.type.startswith('bf16') else 'false'
        return half_operation(c, ins, 'ptx::%s_half(a, %s)' % (ins.opcode, bf16))
    mode, v = ins.one_of(*ROUND), float_operands(c, ins)[0]
    if mode:
        return float_result(c, ins, 'ptx::rounded(ptx::Operation::%s, %s, %s)' %
                            (ins.opcode, ROUND[mode], v))
    if ins.has('rn'):
        return float_result(c, ins, EXACT[ins.opcode] % v)
    if ins.type == 'f32':
        return float_result(c, ins, 'ptx::%s_approx(%s)' % (ins.opcode, v))
    if ins.has('ftz'):  # the first guess of a Newton iteration
        e = EXACT[ins.opcode] % ('ptx::upper_half(%s)' % v)
        return float_result(c, ins, 'ptx::upper_half(%s)' % e)
    return float_result(c, ins, EXACT[ins.opcode] % v)


@instruction('copysign', operands=3)
def copysign(c, ins):
    a, b = values(c, ins, ins.type)
    return c.assign(ins.operands[0], 'std::copysign(%s, %s)' % (b, a), ins.type)


@instruction('testp', 'finite infinite number notanumber normal subnormal', operands=2)
def test_property(c, ins):
    return c.assign(ins.operands[0], 'ptx::is_%s(%s)' %
                    (ins.modifiers[0], c.value(ins.operands[1], ins.type)), 'pred')


@instruction('and or xor', operands=3)
def logic(c, ins):
    sign = {'and': '&', 'or': '|', 'xor': '^'}[ins.opcode]
    a, b = values(c, ins, ins.type)
    return c.assign(ins.operands[0], '(%s)(%s %s %s)' % (CPP[ins.type], a, sign, b), ins.type)


@instruction('not cnot', operands=2)
def logical_not(c, ins):
    a = c.value(ins.operands[1], ins.type)
    sign = '!' if ins.type == 'pred' or ins.opcode == 'cnot' else '~'
    return c.assign(ins.operands[0], '(%s)(%s%s)' % (CPP[ins.type], sign, a), ins.type)


@instruction('shl shr', operands=3)
def shift(c, ins):
    return c.assign(ins.operands[0], 'ptx::%s<%s>(%s, %s)' % (
        ins.opcode, CPP[ins.type], c.value(ins.operands[1], ins.type),
        c.value(ins.operands[2], 'u32')), ins.type)


@instruction('shf', 'l r clamp wrap', operands=4)
def funnel_shift(c, ins):
    return c.assign(ins.operands[0], 'ptx::funnel_shift<%s, %s>(%s)' % (
        'true' if ins.has('l') else 'false', 'true' if ins.has('wrap') else 'false',
        ', '.join(values(c, ins, 'b32'))), 'b32')


# C++ function, result type, operand types ('t' is the instruction's own type)
SIMPLE = {
    'popc': ('popcount', 'u32', 't'), 'clz': ('count_leading_zeros', 'u32', 't'),
    'brev': ('reverse_bits', 't', 't'), 'bfe': ('bit_field_extract', 't', 't u32 u32'),
    'bfi': ('bit_field_insert', 't', 't t u32 u32'), 'sad': ('absolute_difference', 't', 't t t'),
    'mul24': ('multiply_24', 't', 't t'), 'fns': ('find_nth_set', 'b32', 'b32 b32 s32'),
}


@instruction(' '.join(SIMPLE), 'lo')
def simple(c, ins):
    function, result, operand_types = SIMPLE[ins.opcode]
    types = [ins.type if t == 't' else t for t in operand_types.split()]
    v = ', '.join(c.value(o, t) for o, t in zip(ins.operands[1:], types, strict=True))
    return c.assign(ins.operands[0], 'ptx::%s<%s>(%s)' % (function, CPP[ins.type], v),
                    ins.type if result == 't' else result)


@instruction('lop3', operands=5)
def three_way_logic(c, ins):
    return c.assign(ins.operands[0], 'ptx::lop3(%s)' % ', '.join(values(c, ins, 'b32')), 'b32')


@instruction('prmt', 'f4e b4e rc8 ecl ecr rc16', operands=4)
def permute(c, ins):
    mode = ins.modifiers[0] if ins.modifiers else 'index'
    return c.assign(ins.operands[0], 'ptx::permute_%s(%s)' %
                    (mode, ', '.join(values(c, ins, 'b32'))), 'b32')


@instruction('bfind', 'shiftamt', operands=2)
def bit_find(c, ins):
    return c.assign(ins.operands[0], 'ptx::bit_find<%s>(%s, %s)' % (
        CPP[ins.type], c.value(ins.operands[1], ins.type),
        'true' if ins.has('shiftamt') else 'false'), 'u32')


@instruction('bmsk szext', 'clamp wrap', operands=3)
def bit_mask(c, ins):
    return c.assign(ins.operands[0], 'ptx::%s<%s, %s>(%s)' % (
        ins.opcode, CPP[ins.type], 'true' if ins.has('wrap') else 'false',
        ', '.join(values(c, ins, ins.type))), ins.type)


@instruction('dp4a dp2a', 'lo hi', operands=4)
def dot_product(c, ins):
    ta, tb = ins.types
    t = 's32' if 's32' in ins.types else 'u32'
    name = 'ptx::dp4a' if ins.opcode == 'dp4a' else 'ptx::dp2a_' + ins.modifiers[0]
    v = [c.value(o, k) for o, k in zip(ins.operands[1:], ('b32', 'b32', 'b32'))]
    return c.assign(ins.operands[0], '%s<%s, %s>(%s)' % (
        name, 'true' if is_signed(ta) else 'false', 'true' if is_signed(tb) else 'false',
        ', '.join(v)), bits(t))
