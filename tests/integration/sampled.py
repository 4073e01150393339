"""For programs that are recorded, which get a copy of this file beside them (harness.Box.program) or have it
on their path: they go on until py-spy has something of them, however long attaching takes on a busy machine.

    while time.monotonic() < end or not sampled():
"""

import os


def sampled(text=""):
    """Whether a finished window of this program's recording holds `text`. With the launch sampler, which writes
    only at the end: whether py-spy has slept between samples often enough. True where nothing is known."""
    run = os.environ.get("HOTLENS_RUN")
    if not run or is_launched():
        return not run or sleeps_of(os.getppid()) > 100
    spool = os.environ.get("HOTLENS_SPOOL") or os.path.join(os.environ["XDG_STATE_HOME"], "hotlens", "spool", run)
    return any(holds(os.path.join(spool, name), text.encode())
               for name in os.listdir(spool) if name.endswith(".raw"))


def holds(path, text):
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:  # a window that came to nothing was taken away
        return False
    return content != b"" and text in content


def is_launched():
    try:
        with open("/proc/%d/comm" % os.getppid()) as file:
            return file.read() == "py-spy\n"
    except OSError:
        return False


def sleeps_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return int(file.read().rpartition("\nvoluntary_ctxt_switches:")[2].split()[0])
