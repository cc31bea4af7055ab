"""mov, ld, st, atom, red, cp.async, prefetch and address instructions."""
from function_context import vector
from instruction_set import instruction
from ptx_parser import PtxError
from ptx_types import CPP, HALF, SIZE, bits

SPACES = 'global shared shared::cta local param const param::entry param::func'
SCOPES = 'cta gpu sys cluster'
CACHE = 'ca cg cs lu cv wb wt L1::* L2::*'


def space_of(ins):
    s = ins.one_of(*SPACES.split())
    return s.split('::')[0] if s else 'generic'


@instruction('mov', operands=2)
def move(c, ins):
    t, (to, source) = ins.type, ins.operands
    if to.startswith('{'):
        parts = vector(to)
        part = 'b%d' % (8 * SIZE[t] // len(parts))
        stores = ' '.join(c.assign(x, '(%s)(v_ >> %d)' % (CPP[part], i * 8 * SIZE[part]), part)
                          for i, x in enumerate(parts))
        return '{ const auto v_ = %s; %s }' % (c.value(source, bits(t)), stores)
    if source.startswith('{'):
        parts = vector(source)
        part, whole = 'b%d' % (8 * SIZE[t] // len(parts)), CPP[bits(t)]
        e = ' | '.join('(%s)((%s)%s << %d)' % (whole, whole, c.value(x, part), i * 8 * SIZE[part])
                       for i, x in enumerate(parts))
        return c.assign(to, e, bits(t))
    return c.assign(to, c.value(source, t), t)


def memory_order(ins):
    """C++ memory order of a strong access, or None for a weak one"""
    if ins.has('acquire'):
        return 'std::memory_order_acquire'
    if ins.has('release'):
        return 'std::memory_order_release'
    if ins.one_of('volatile', 'relaxed', 'mmio'):
        return 'std::memory_order_relaxed'
    return None


@instruction('ld ldu', '%s %s %s v2 v4 v8 weak volatile relaxed acquire mmio nc' %
             (SPACES, SCOPES, CACHE))
def load(c, ins):
    address, t = c.address(ins.operands[1], space_of(ins)), ins.type
    targets = vector(ins.operands[0])
    order, site = memory_order(ins), c.site()
    if order:
        loads = ' '.join(c.assign(x, 'ptx::strong_load<%s>(a_ + %d, %s, %s)' %
                                  (CPP[t], i * SIZE[t], order, site), t)
                         for i, x in enumerate(targets))
        return '{ const uint64_t a_ = %s; %s }' % (address, loads)
    loads = ' '.join(c.assign(x, 'm_[%d]' % i, t) for i, x in enumerate(targets))
    return '{ auto* m_ = ptx::access<const %s, %d>(%s, %s); %s }' % (CPP[t], len(targets), address,
                                                                   site, loads)


@instruction('st', '%s %s %s v2 v4 v8 weak volatile relaxed release mmio' %
             (SPACES, SCOPES, CACHE))
def store(c, ins):
    address, t = c.address(ins.operands[0], space_of(ins)), ins.type
    sources = vector(ins.operands[1])
    order, site = memory_order(ins), c.site()
    if order:
        stores = ' '.join('ptx::strong_store<%s>(a_ + %d, %s, %s, %s);' %
                          (CPP[t], i * SIZE[t], c.value(x, t), order, site)
                          for i, x in enumerate(sources))
        return '{ const uint64_t a_ = %s; %s }' % (address, stores)
    stores = ' '.join('m_[%d] = %s;' % (i, c.value(x, t)) for i, x in enumerate(sources))
    return '{ auto* m_ = ptx::access<%s, %d>(%s, %s); %s }' % (CPP[t], len(sources), address, site,
                                                             stores)


ATOMIC = 'add min max and or xor exch cas inc dec'


@instruction('atom red', '%s %s %s relaxed acquire release acq_rel noftz global shared shared::cta '
             'v2 v4 v8 L2::*' % (ATOMIC, SPACES, SCOPES))
def atomic(c, ins):
    operands, t = list(ins.operands), ins.type
    if ins.opcode == 'red':
        operands.insert(0, '_')
    operation, address = ins.one_of(*ATOMIC.split()), c.address(operands[1], space_of(ins))
    order = {'acquire': 'acquire', 'release': 'release', 'acq_rel': 'acq_rel'}.get(
        ins.one_of('acquire', 'release', 'acq_rel'), 'relaxed')
    tag, plain = (HALF[t], bits(t)) if t in HALF else (CPP[t], t)
    name = 'atomic_%s%s' % (operation, '_pair' if t.endswith('x2') else '')
    parts = []
    widths = [vector(o) for o in operands[2:]]
    if ins.has('L2::cache_hint'):
        widths.pop()
    targets = ['_'] * len(widths[0]) if operands[0] == '_' else vector(operands[0])
    for i, target in enumerate(targets):
        arguments = ', '.join(c.value(w[i], plain) for w in widths)
        e = 'ptx::%s<%s>(a_ + %d, %s, std::memory_order_%s, %s)' % (
            name, tag, i * SIZE[t], arguments, order, c.site())
        parts.append(c.assign(target, e, plain))
    return '{ const uint64_t a_ = %s; %s }' % (address, ' '.join(parts))


@instruction('prefetch prefetchu discard applypriority', 'global local L1 L2 L1::* L2::*')
def prefetch(c, ins):
    return ';'


@instruction('createpolicy', 'fractional range cvt global L2 L2::*')
def create_policy(c, ins):
    return c.assign(ins.operands[0], '0', 'b64')


@instruction('cp', 'async ca cg shared shared::cta global L2::* commit_group wait_group wait_all')
def copy_async(c, ins):
    if not ins.has('async'):
        raise PtxError('cp without .async')
    site = c.site()
    if ins.has('commit_group'):
        return 'async_copy_commit(%s);' % site
    if ins.has('wait_group'):
        return 'ptx::async_copy_wait(%s);' % c.value(ins.operands[0], 'u32')
    if ins.has('wait_all'):
        return 'async_copy_commit(%s); ptx::async_copy_wait(0);' % site
    operands = list(ins.operands)
    if ins.has('L2::cache_hint'):
        operands.pop()
    size = int(operands[2], 0)
    if size not in (4, 8, 16) or (ins.has('cg') and size != 16):
        raise PtxError('cp.async of %d bytes' % size)
    source_size = str(size)
    if len(operands) > 3:
        found = c.find(operands[3])
        if found and found[0] == 'pred':  # ignore-src
            source_size = '(%s ? 0 : %d)' % (found[1], size)
        else:
            source_size = c.value(operands[3], 'u32')
    return 'ptx::async_copy<%d>(%s, %s, %s, %s);' % (
        size, c.address(operands[0], 'shared'), c.address(operands[1], 'global'), source_size, site)
