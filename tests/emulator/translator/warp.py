"""Barriers, fences, shuffles, votes and tensor-core instructions."""
import re

from function_context import vector
from instruction_set import instruction
from ptx_parser import PtxError


def barrier_operands(c, operands):
    """barrier number and thread count (0: the whole block)"""
    count = c.value(operands[1], 'u32') if len(operands) > 1 else '0'
    return '%s, %s' % (c.value(operands[0], 'u32'), count)


def predicate_value(c, operand):
    """a predicate, negated if it begins with '!'"""
    negated = operand.startswith('!')
    return ('!' if negated else '') + c.value(operand[negated:], 'pred')


@instruction('bar barrier', 'sync arrive red popc and or aligned cta warp cluster')
def barrier(c, ins):
    site = c.site()
    if ins.has('cluster'):
        raise PtxError('clusters')
    if ins.has('warp'):
        return 'warp_synchronise(%s, %s);' % (c.value(ins.operands[0], 'b32'), site)
    if ins.has('sync'):
        return 'barrier_wait(%s, false, %s);' % (barrier_operands(c, ins.operands), site)
    if ins.has('arrive'):
        return 'barrier_arrive(%s, %s);' % (barrier_operands(c, ins.operands), site)
    target, *numbers, predicate = ins.operands
    vote = predicate_value(c, predicate)
    e = 'barrier_wait(%s, %s, %s)' % (barrier_operands(c, numbers), vote, site)
    if ins.has('popc'):
        return c.assign(target, e, 'u32')
    count = c.value(numbers[1], 'u32') if len(numbers) > 1 else 'threads_in_block()'
    return c.assign(target, e + (' != 0' if ins.has('or') else ' == ' + count), 'pred')


@instruction('membar fence', 'cta gl sys gpu sc acq_rel acquire release cluster proxy alias async '
             'global')
def fence(c, ins):
    return 'memory_fence();'


@instruction('shfl', 'sync up down bfly idx', operands=5)
def shuffle(c, ins):
    targets = [x.strip() for x in ins.operands[0].split('|')]
    mode = {'up': 'up', 'down': 'down', 'bfly': 'bit_xor', 'idx': 'index'}[ins.modifiers[1]]
    v = ', '.join(c.value(x, 'b32') for x in ins.operands[1:5])
    text = '{ const Shuffled s_ = warp_shuffle(ShuffleMode::%s, %s, %s); %s' % (
        mode, v, c.site(), c.assign(targets[0], 's_.value', 'b32'))
    if len(targets) > 1:
        text += ' ' + c.assign(targets[1], 's_.in_range', 'pred')
    return text + ' }'


@instruction('vote', 'sync ballot any all uni', operands=3)
def vote(c, ins):
    p = predicate_value(c, ins.operands[1])
    mask = c.value(ins.operands[2], 'b32')
    if ins.has('uni'):
        return c.assign(ins.operands[0], 'warp_uniform(%s, %s, %s)' % (p, mask, c.site()), 'pred')
    e = 'warp_ballot(%s, %s, %s)' % (p, mask, c.site())
    if ins.has('ballot'):
        return c.assign(ins.operands[0], e, 'b32')
    return c.assign(ins.operands[0], e + (' != 0' if ins.has('any') else ' == ' + mask), 'pred')


@instruction('match', 'sync any all', operands=3)
def match(c, ins):
    mask = c.value(ins.operands[2], 'b32')
    e = 'warp_match_any(%s, %s, %s)' % (c.value(ins.operands[1], ins.type), mask, c.site())
    if ins.has('any'):
        return c.assign(ins.operands[0], e, 'b32')
    targets = [x.strip() for x in ins.operands[0].split('|')]
    text = '{ const uint32_t k_ = %s, m_ = %s == k_ ? k_ : 0; %s' % (
        mask, e, c.assign(targets[0], 'm_', 'b32'))
    if len(targets) > 1:
        text += ' ' + c.assign(targets[1], 'm_ != 0', 'pred')
    return text + ' }'


@instruction('redux', 'sync add min max and or xor', operands=3)
def reduce(c, ins):
    name = ins.modifiers[1]
    if ins.type == 's32' and name in ('min', 'max'):
        name = 'signed_' + name
    if name in ('and', 'or', 'xor'):
        name = 'bit_' + name
    v, mask = (c.value(x, 'b32') for x in ins.operands[1:3])
    return c.assign(ins.operands[0], 'warp_reduce(Reduction::%s, %s, %s, %s)' %
                    (name, v, mask, c.site()), 'b32')


@instruction('activemask', operands=1)
def active_mask(c, ins):
    return c.assign(ins.operands[0], 'active_mask()', 'b32')


@instruction('elect', 'sync', operands=2)
def elect(c, ins):
    target, p = (x.strip() for x in ins.operands[0].split('|'))
    mask = c.value(ins.operands[1], 'b32')
    return ('{ const uint32_t k_ = %s; warp_ballot(true, k_, %s); '
            'const unsigned l_ = ptx::first(k_); %s %s }') % (
        mask, c.site(), c.assign(target, 'l_', 'b32'), c.assign(p, 'l_ == ptx::lane()', 'pred'))


@instruction('ldmatrix', 'sync aligned m8n8 x1 x2 x4 trans shared shared::cta', operands=2)
def load_matrix(c, ins):
    count = int(ins.one_of('x1', 'x2', 'x4')[1])
    stores = ' '.join(c.assign(x, 'd_[%d]' % i, 'b32')
                      for i, x in enumerate(vector(ins.operands[0])))
    return '{ uint32_t d_[%d]; ptx::load_matrix<%d, %s>(d_, %s, %s); %s }' % (
        count, count, 'true' if ins.has('trans') else 'false',
        c.address(ins.operands[1], 'shared'), c.site(), stores)


@instruction('stmatrix', 'sync aligned m8n8 x1 x2 x4 trans shared shared::cta', operands=2)
def store_matrix(c, ins):
    count = int(ins.one_of('x1', 'x2', 'x4')[1])
    v = ', '.join(c.value(x, 'b32') for x in vector(ins.operands[1]))
    return '{ const uint32_t d_[] = {%s}; ptx::store_matrix<%d, %s>(d_, %s, %s); }' % (
        v, count, 'true' if ins.has('trans') else 'false',
        c.address(ins.operands[0], 'shared'), c.site())


ELEMENT = {'bf16': 'bf16', 'f16': 'f16', 'tf32': 'tf32', 's8': 's8', 'u8': 'u8'}
SHAPES = {'bf16': (8, 16), 'f16': (8, 16), 'tf32': (4, 8), 's8': (16, 32), 'u8': (16, 32)}


@instruction('mma', 'sync aligned m16n8k4 m16n8k8 m16n8k16 m16n8k32 row col', operands=4)
def matrix_multiply(c, ins):
    d, a, b, acc = ins.types
    k = int(re.search(r'm16n8k(\d+)', ' '.join(ins.modifiers))[1])
    layouts = [m for m in ins.modifiers if m in ('row', 'col')]
    integer = a in ('s8', 'u8')
    if a not in SHAPES or k not in SHAPES[a] or d != acc or layouts != ['row', 'col'] or \
            (d not in (('s32',) if integer else ('f32', 'f16') if a == 'f16' else ('f32',))) or \
            (a != b and not integer):
        raise PtxError('mma of this shape or these types')
    v = [', '.join(c.value(x, 'b32') for x in vector(o)) for o in ins.operands[1:]]
    shape = 'MatrixShape{%d, Element::%s, Element::%s, %d}' % (k, ELEMENT[a], ELEMENT[b],
                                                              16 if d == 'f16' else 32)
    stores = ' '.join(c.assign(x, 'd_[%d]' % i, 'b32')
                      for i, x in enumerate(vector(ins.operands[0])))
    return ('{ uint32_t d_[4] = {}; const uint32_t a_[] = {%s}, b_[] = {%s}, c_[] = {%s}; '
            'matrix_multiply(%s, d_, a_, b_, c_, %s); %s }') % (*v, shape, c.site(), stores)
