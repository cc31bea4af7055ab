#!/usr/bin/env python3
"""Translates nvcc's PTX into C++ for the emulator: registers become local variables, labels become
labels, loads and stores become memory accesses (so that sanitizers see them), and everything that
involves other threads becomes a call into the runtime."""
import argparse
import os
import sys

from cpp_writer import CppWriter
from ptx_parser import PtxError, parse


def fnv1a(data):
    h = 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return h


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('ptx')
    parser.add_argument('fatbin', help='what nvcc embedded in the host object: its hash ties host '
                                       'object and translation together')
    parser.add_argument('output')
    parser.add_argument('--anchor', help='a symbol to define, which the host object refers to')
    parser.add_argument('--forbid-local-memory', action='store_true',
                        help='fail if a kernel keeps an array in local memory')
    return parser.parse_args()


def main():
    a = arguments()
    with open(a.ptx) as f:
        text = f.read()
    with open(a.fatbin, 'rb') as f:
        module_id = fnv1a(f.read())
    try:
        writer = CppWriter(parse(text), os.path.basename(a.ptx), module_id, a.anchor)
        lines = list(writer.write())
        if a.forbid_local_memory and writer.local_memory:
            raise PtxError('local memory in %s' % ', '.join(
                '%s (%d bytes)' % item for item in writer.local_memory.items()))
    except PtxError as e:
        sys.exit('ptx_to_cpp: %s: %s' % (a.ptx, e))
    with open(a.output, 'w') as f:
        f.write('\n'.join(lines) + '\n')


if __name__ == '__main__':
    main()
