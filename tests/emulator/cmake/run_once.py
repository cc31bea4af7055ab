#!/usr/bin/env python3
"""Runs a command unless its results are in a store already: one build folder's serve the others.

    run_once.py --store FOLDER --build FOLDER --depfile FILE --outputs FILE ... -- COMMAND ...

The command writes the outputs, and the depfile that names all it has read. What it wrote is stored
by its words, with `--build` left out of them, and is taken again where each file that was read is
still the same, byte by byte. As with any depfile, a new header that comes before a known one is not
noticed. An entry appears as a whole: builds may run side by side.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = "@BUILD@"  # in what is stored, for the build folder


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def hash_of_file(path):
    try:
        return hash_of(pathlib.Path(path).read_bytes())
    except OSError:
        return "missing"


def inputs_of(depfile, build):
    """{file, with HERE for the build folder: hash} of a depfile's text."""
    names = depfile.replace("\\\n", " ").split(" : ", 1)[1].split()
    return {name.replace(build, HERE): hash_of_file(name) for name in names}


def entry_of(arguments):
    """The place of this command in the store; another release of the compiler has another one."""
    version = subprocess.run([arguments.command[0], "--version"], check=True, capture_output=True)
    words = [word.replace(arguments.build, HERE) for word in arguments.command]
    return arguments.store / hash_of(json.dumps([version.stdout.decode(), words]).encode())[:32]


def taken(arguments, entry):
    """Whether the outputs were in the store; they are then in their places."""
    try:
        stored = json.loads((entry / "inputs.json").read_text())
        if any(hash_of_file(name.replace(HERE, arguments.build)) != was for name, was in stored.items()):
            return False
        for output in arguments.outputs:
            shutil.copyfile(entry / output.name, output)
        depfile = (entry / "depfile").read_text()
    except (OSError, ValueError):  # none, or it is being replaced
        return False
    arguments.depfile.write_text(depfile.replace(HERE, arguments.build))
    return True


def keep(arguments, entry):
    depfile = arguments.depfile.read_text()
    arguments.store.mkdir(parents=True, exist_ok=True)
    fresh = pathlib.Path(tempfile.mkdtemp(dir=arguments.store))
    for output in arguments.outputs:
        shutil.copyfile(output, fresh / output.name)
    (fresh / "depfile").write_text(depfile.replace(arguments.build, HERE))
    (fresh / "inputs.json").write_text(json.dumps(inputs_of(depfile, arguments.build)))
    shutil.rmtree(entry, ignore_errors=True)
    try:
        os.rename(fresh, entry)
    except OSError:  # another build was faster
        shutil.rmtree(fresh, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--store", type=pathlib.Path, required=True)
    parser.add_argument("--build", required=True)
    parser.add_argument("--depfile", type=pathlib.Path, required=True)
    parser.add_argument("--outputs", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    entry = entry_of(arguments)
    if taken(arguments, entry):
        return 0
    code = subprocess.run(arguments.command).returncode
    if code == 0:
        keep(arguments, entry)
    return code


if __name__ == "__main__":
    sys.exit(main())
