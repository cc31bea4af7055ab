"""Runs programs, each within a limit, and ends them with all that they started: at the limit, at a
signal, and after this process was killed."""

import os
import signal
import subprocess
import sys
import threading
import time

ENDED, NOT_STARTED = -1000, 127  # what takes the place of an exit code
GRACE = 2  # seconds between asking a program to end and ending it

# Lives on for a moment when its parent is killed. Programs end at SIGTERM what they started in
# groups of their own.
KEEPER = f"""
import os, signal, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
groups = set()
for line in sys.stdin:
    (groups.add if line[0] == "+" else groups.discard)(int(line[1:]))
for number in (signal.SIGTERM, signal.SIGKILL):
    for group in groups:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            pass
    time.sleep({GRACE} if groups else 0)
"""


def signal_group(group, number):
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        pass


class Processes:
    def __init__(self):
        self.groups = set()
        self.stopping = False
        self.lock = threading.Lock()
        # Whoever waits for the end of our output must not wait for the keeper's.
        self.keeper = subprocess.Popen([sys.executable, "-c", KEEPER], stdin=subprocess.PIPE,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       text=True, start_new_session=True)

    def run(self, command, log, environment, seconds):
        """(exit code or ENDED, seconds); output is in the file `log` from the beginning."""
        start = time.monotonic()
        process = self.start(command, log, environment)
        if process is None:
            return NOT_STARTED, 0.0
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = ENDED
        self.end(process)
        return code, time.monotonic() - start

    def start(self, command, log, environment):
        """None, and the log says why, if there is no such program."""
        with open(log, "wb") as output, self.lock:
            try:
                process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                           stderr=subprocess.STDOUT, env=environment,
                                           start_new_session=True)
            except OSError as error:
                output.write(str(error).encode())
                return None
            self.groups.add(process.pid)
            self.tell_keeper("+", process.pid)
        return process

    def end(self, process):
        """The program, if it still runs, and what it left behind."""
        if process.poll() is None:
            signal_group(process.pid, signal.SIGTERM)
            try:
                process.wait(GRACE)
            except subprocess.TimeoutExpired:
                pass
        signal_group(process.pid, signal.SIGKILL)
        process.wait()
        with self.lock:
            self.groups.discard(process.pid)
            self.tell_keeper("-", process.pid)

    def tell_keeper(self, sign, group):
        try:
            self.keeper.stdin.write(f"{sign}{group}\n")
            self.keeper.stdin.flush()
        except OSError:
            pass  # it was ended: then nobody looks after what we leave

    def stop(self, *_):
        """All that runs, soon, whatever thread waits for it; as the handler of a signal."""
        self.stopping = True
        self.signal_all(signal.SIGTERM)
        later = threading.Timer(GRACE, self.signal_all, [signal.SIGKILL])
        later.daemon = True
        later.start()

    def signal_all(self, number):
        for group in list(self.groups):
            signal_group(group, number)

    def close(self):
        self.keeper.stdin.close()
        self.keeper.wait()
