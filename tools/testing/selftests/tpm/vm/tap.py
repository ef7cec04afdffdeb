# SPDX-License-Identifier: GPL-2.0
"""Tests as TAP.  A scenario is one story with several things to show, each named before
it begins: what is not reached has failed."""
import faulthandler
import fnmatch
import os
import subprocess
import sys
import time
import traceback

import guest
import kvm
import lab
import tpm

MODULE = os.environ.get("VTPM_MODULE") or os.path.join(
    lab.REPO, "drivers/char/tpm/vtpm_bridge/vtpm_bridge.ko")
FAMILY = os.environ.get("VTPM_FAMILY", "2.0")
BEGUN = time.monotonic()
STUCK = 2 * lab.HANG    # seconds: what waits longer in one scenario tells where


def log(text):
    for line in str(text).splitlines():
        print("# [%4d s] %s" % (time.monotonic() - BEGUN, line), flush=True)


class NotShown(Exception):
    pass


def check(truth, why):
    if not truth:
        raise NotShown(why)


def same(what, one, other):
    found = tpm.differences(one, other)
    check(not found, "%s: %s" % (what, "; ".join(found[:6])))


class Tap:
    def __init__(self):
        self.scenarios = []     # (names, function)
        self.nr = self.nr_failed = 0
        self.faults = 0         # scenarios that failed for what the program tests

    def scenario(self, function, *names, **arguments):
        self.scenarios.append((names, function, arguments))

    def result(self, name, why=None):
        self.nr += 1
        self.nr_failed += why is not None
        print("%sok %d %s%s" % ("not " if why is not None else "", self.nr, name,
                                " # " + " ".join(str(why).split())[:1200] if why is not None else ""),
              flush=True)

    def run(self):
        patterns = sys.argv[1:] or ["*"]
        chosen = [s for s in self.scenarios
                  if any(fnmatch.fnmatch(n, p) for n in s[0] for p in patterns)]
        print("TAP version 13\n1..%d" % sum(len(s[0]) for s in chosen), flush=True)
        self.go(chosen)
        log("%d run, %d failed" % (self.nr, self.nr_failed))
        sys.exit(1 if self.faults or not self.nr else kvm.FAILED if self.nr_failed else 0)

    def blame(self, error):
        """A guest that stood still by itself, on SVM that is emulated, tells nothing."""
        if isinstance(error, guest.Late) and kvm.is_in_use() and not error.in_the_bridge:
            log("a guest stood still by itself: the emulator failed")
        else:
            self.faults += 1

    def go(self, scenarios):
        for names, function, arguments in scenarios:
            self.left = list(names)
            try:
                log("%s" % function.__name__)
                faulthandler.dump_traceback_later(STUCK, repeat=True, file=sys.stdout)
                function(self, **arguments)
                if self.left:
                    raise NotShown("the scenario ended without it")
            except Exception as e:      # whatever it was, the next scenario can still tell something
                if not isinstance(e, (NotShown, guest.Gone, guest.Late)):
                    log(traceback.format_exc())
                self.blame(e)
                why = str(e) or type(e).__name__
                if not self.left:       # all was shown, but what came after went wrong
                    self.result("%s_ends_well" % function.__name__, why)
                for name in self.left:
                    self.result(name, why)
                    why = "not reached"
        faulthandler.cancel_dump_traceback_later()

    def shown(self, name):
        """The next thing of this scenario has been seen."""
        if not self.left or self.left[0] != name:
            raise RuntimeError("%s shown out of turn, due: %s" % (name, self.left))
        self.left.pop(0)
        self.result(name)


def loaded():
    return os.path.isdir("/sys/module/vtpm_bridge")


def insmod():
    subprocess.run(["insmod", MODULE], check=True, timeout=lab.HANG)


def rmmod():
    return subprocess.run(["rmmod", "vtpm_bridge"], capture_output=True, timeout=lab.HANG).returncode == 0


def need_module():
    if not loaded():
        insmod()


def chip():
    """The chip itself, as the host's administrator sees it."""
    return tpm.tpm(FAMILY, tpm.Node("/dev/tpm0"))
