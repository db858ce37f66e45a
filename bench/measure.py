"""Runs a command, its output discarded; prints its wall time, its CPU time and the largest memory it held, as JSON."""

import json
import resource
import subprocess
import sys
import time

began = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = used.ru_utime + used.ru_stime
print(json.dumps({"code": code, "seconds": seconds, "cpu": cpu, "bytes": used.ru_maxrss * 1024}))
