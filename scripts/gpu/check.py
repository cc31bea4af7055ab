"""Carries out the phases of a plan, within a time."""

import concurrent.futures
import os
import re
import signal

from . import figures
from .processes import ENDED, NOT_STARTED
from .record import GREEN, GREY, RED

OVERRUN, TINY_OVERRUN = 1.5, 10  # a step may take longer than it should,
LEAST_LIMIT = 15                 # and a short one much longer
# A program that could not be started here, rather than one that found something wrong.
NOT_FOR_HERE = re.compile(r"loading shared libraries|symbol lookup error|version `\w+' not found|"
                          r"no kernel image|PTX|Illegal instruction", re.IGNORECASE)


class Check:
    def __init__(self, setting, record, processes):
        self.setting, self.record, self.processes = setting, record, processes
        self.end = None  # seconds of the record
        self.unavailable = {name: "not installed for " + setting.machine.python
                            for name in ("torch", "transformers")
                            if name not in setting.machine.modules}
        self.clocks = None

    def run(self, phase):
        for part in {step.part for step in phase.steps}:
            (self.setting.work / part).mkdir(exist_ok=True)
        workers = max(4, os.cpu_count()) if phase.together else 1
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(self.try_to_do, phase.steps))

    def try_to_do(self, step):
        """What a mistake of ours about a step's files costs is that step."""
        try:
            self.do(step)
        except Exception as error:
            self.record.add(step.name, RED, 0, f"gpu_check itself: {type(error).__name__}: {error}")

    def do(self, step):
        reason = self.reason_against(step)
        if reason:
            self.record.add(step.name, GREY, 0, reason)
            return
        left = self.end - self.record.elapsed()
        overrun = TINY_OVERRUN if self.setting.tiny else OVERRUN
        limit = min(left, max(LEAST_LIMIT, overrun * step.seconds))
        code, log, seconds, clocks = self.result_of(step, limit)
        verdict, figure, further = step.judge(code, log, self.setting.work / step.part)
        # Of what is out of time, only what failed before counts.
        if code == ENDED and (limit == left or step.may_be_late) and not further.get("failed"):
            verdict = GREY
        if self.processes.stopping:
            verdict, figure = GREY, figures.SIGNAL
        if clocks:
            further["clock_mhz"] = clocks
        self.record.add(step.name, verdict, seconds, figure, **further)

    def reason_against(self, step):
        """Why a step is not done, if so."""
        if self.processes.stopping:
            return figures.SIGNAL
        if step.instead_of and step.instead_of not in self.unavailable:
            return f"skipped: {step.instead_of} works"
        for need in step.needs:
            reason = self.reason_without(need)
            if reason:
                return f"not available: {reason}"
        if self.end - self.record.elapsed() < step.seconds / 2:
            return figures.NO_TIME
        return None

    def reason_without(self, need):
        if need in self.unavailable:
            return f"{need}: {self.unavailable[need]}"
        if need in self.setting.lacking:
            return f"{need} lacks {', '.join(self.setting.lacking[need])}"
        is_program = re.fullmatch(r"\w+_(tests|bench|conformance)|electra", need)
        absent = (is_program and need not in self.setting.programs or
                  "/" in need and not os.path.exists(need))
        return f"there is no {os.path.basename(need)}" if absent else None

    def result_of(self, step, limit):
        machine = self.setting.machine
        environment = (machine.our_environment if step.ours else machine.environment)
        log = self.setting.work / f"{step.name}.log"
        begin = self.clocks.now() if self.clocks else 0
        code, seconds = self.processes.run(step.command, log, environment(**step.environment),
                                           limit)
        clocks = self.clocks.since(begin) if self.clocks else None
        return code, log.read_text(errors="replace"), seconds, clocks

    def probe(self, phase):
        """Whether the programs start here, and NVIDIA's tools work; True if the programs do."""
        (self.setting.work / "probe").mkdir(exist_ok=True)
        smoke, *tools = phase.steps
        with concurrent.futures.ThreadPoolExecutor() as pool:
            probes = [pool.submit(self.probe_tool, tool) for tool in tools]
            starts = self.smoke(smoke)
            for probe in probes:
                probe.result()
        return starts

    def probe_tool(self, step):
        """A tool that does not work is no failure."""
        name = step.name.split("/")[1]
        reason = self.reason_against(step)
        seconds = 0
        if not reason:
            code, log, seconds, _ = self.result_of(step, LEAST_LIMIT)
            wanted = {"ncu": r"gpu__time_duration", "sanitizer": r"SUMMARY: \d+"}[name]
            reason = "not found" if code == NOT_STARTED else figures.refusal(code, log, wanted)
        if reason:
            self.unavailable[name] = reason
        figure = f"not available: {reason}" if reason else "works"
        self.record.add(step.name, GREY if reason else GREEN, seconds, figure)

    def smoke(self, step):
        reason = self.reason_against(step)
        if reason:
            self.record.add(step.name, RED, 0, reason)
            return False
        code, log, seconds, _ = self.result_of(step, 3 * LEAST_LIMIT)
        verdict, figure, further = figures.step(code, log, None)
        self.record.add(step.name, verdict, seconds, figure, **further)
        # Error 127 is the loader's; a signal may be an instruction that this processor lacks.
        return code == 0 or not (code in (NOT_STARTED, -signal.SIGILL) or NOT_FOR_HERE.search(log))
