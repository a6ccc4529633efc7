"""Runs one command as a whole process tree and says what it cost. Standard library only."""
import os
import subprocess
import threading
import time

PAGE = os.sysconf("SC_PAGE_SIZE")


def _descendants(pid):
    found, waiting = [], [pid]
    while waiting:
        process = waiting.pop()
        found.append(process)
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{task}/children") as file:
                    waiting += [int(child) for child in file.read().split()]
        except OSError:
            pass  # it ended while we looked
    return found


def _resident(pids):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/statm") as file:
                total += int(file.read().split()[1]) * PAGE
        except OSError:
            pass
    return total


def measure(command, environment=None, timeout=900, log=None):
    """Returns wall and CPU seconds (user + system of the command and every child it waited for), and the peak of the
    resident memory: the sum over the tree, sampled every 20 ms, or the kernel's own mark if that is higher."""
    peak, done = 0, threading.Event()
    with open(log or os.devnull, "wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env={**os.environ, **(environment or {})}, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True)

        def watch():
            nonlocal peak
            while not done.wait(0.02):
                peak = max(peak, _resident(_descendants(process.pid)))
                if time.monotonic() - started > timeout:
                    os.killpg(process.pid, 9)
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
    done.set()
    watcher.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    return {
        "wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": max(peak, usage.ru_maxrss * 1024),
        "code": process.returncode,
    }


def size_of(folder):
    return sum(
        os.path.getsize(os.path.join(place, name)) for place, _, names in os.walk(folder) for name in names)
