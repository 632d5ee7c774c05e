"""The bench `algebra` and a peer in turn, on one core: how many times as long the peer takes.

    python make_graphs.py FOLDER
    g++ -O3 -march=native -std=c++17 openfst.cpp -lfst -ldl -lpthread -o openfst      # Debian: libfst-dev
    cargo bench --no-default-features --bench algebra --no-run                        # prints the program's place
    python algebra.py FOLDER PROGRAM ./openfst [--pairs 6] [--cases a1,a2,a3s,a3,c,d]

Another peer is any program that takes FOLDER and CASE and prints the same lines; `k2_dense.py` is one, for `--cases a1`.

A pair is the medians of a whole run of either side, ours first in every other pair. Printed for each row: both medians (least and greatest of the pairs), the ratios'
geometric mean, its lower 95 % limit (Student's t of the logarithms, one side), the least ratio, what both computed, and the most memory either held over what it held
before: in a run of its own, in which the C library gives freed memory back at once, so that no row hides in what an earlier one left.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

# Quantiles of Student's t, 95 %, by degrees of freedom.
T = {1: 6.31, 2: 2.92, 3: 2.35, 4: 2.13, 5: 2.02, 6: 1.94, 7: 1.89, 8: 1.86, 9: 1.83}

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("program")
parser.add_argument("peer")
parser.add_argument("--pairs", type=int, default=6, choices=range(2, 11))
parser.add_argument("--cases", default="a1,a2,a3s,a3,c,d")
options = parser.parse_args()


GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
# Whose rows are measured with a case: what is asked of a1's result is b.
GROUPS = {"a1": "a1|b"}


def lines(*command, **environment):
    command = ["taskset", "-c", "0", *command]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def peer(case, **environment):
    return lines(options.peer, options.folder, case, **environment)


def ours(case, *arguments, **environment):
    wanted = f"^({GROUPS.get(case, case)})/"
    return lines(options.program, "--bench", wanted, *arguments, PEER_INPUTS=options.folder, **environment)


def ours_timed(case):
    with tempfile.TemporaryDirectory() as home:
        found = ours(case, CRITERION_HOME=home)
        for row in found:
            estimates = pathlib.Path(home, *row["case"].split("_", 1), "new", "estimates.json")
            row["median_ms"] = json.loads(estimates.read_text())["median"]["point_estimate"] / 1e6
    return found


for case in options.cases.split(","):
    runs = []
    for pair in range(options.pairs):
        order = (ours_timed, peer) if pair % 2 else (peer, ours_timed)
        found = {side: side(case) for side in order}
        runs.append((found[ours_timed], found[peer]))
    held = [ours(case, "--test", **GIVE_BACK), peer(case, **GIVE_BACK)]
    for at, row in enumerate(runs[0][0]):
        mine, theirs = ([run[side][at] for run in runs] for side in (0, 1))
        ratios = [b["median_ms"] / a["median_ms"] for a, b in zip(mine, theirs)]
        logs = [math.log(r) for r in ratios]
        low = math.exp(statistics.mean(logs) - T[len(logs) - 1] * statistics.stdev(logs) / math.sqrt(len(logs)))
        span = lambda side: f"{min(r['median_ms'] for r in side):.2f} to {max(r['median_ms'] for r in side):.2f} ms"
        print(
            f"{row['case']:16} energraph {span(mine)}, peer {span(theirs)}: {math.exp(statistics.mean(logs)):.2f} times, "
            f"lower limit {low:.2f}, least {min(ratios):.2f}; {mine[0]['check']} / {theirs[0]['check']}; "
            f"{held[0][at]['mib']:.1f} / {held[1][at]['mib']:.1f} MiB",
            flush=True,
        )
