"""One program, measured as a whole process."""
import json, subprocess, sys, tempfile

# The peak that the kernel reports for a program is at least that of the process which starts it. The benchmarks
# themselves take some tens of MiB, so a bare Python of about 10 MiB starts what is measured.
STARTER = """
import os, subprocess, sys, time
before = time.perf_counter()
process = subprocess.Popen(sys.argv[2:], stdout=open(sys.argv[1], "wb"), stderr=subprocess.STDOUT)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - before
print([os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024])
"""


def run(words, **more):
    """The seconds on the clock and of the processor, the peak of memory in MiB, and the output, of one program that succeeds."""
    with tempfile.NamedTemporaryFile() as output:
        starter = subprocess.run([sys.executable, "-I", "-S", "-c", STARTER, output.name, *words], check=True,
                                 stdout=subprocess.PIPE, **more)
        status, seconds, processor, mebibytes = json.loads(starter.stdout)
        said = output.read()
    if status != 0:
        sys.exit(f"{words[0]} ended with {status}: {said.decode(errors='replace')[-2000:]}")
    return seconds, processor, mebibytes, said
