"""The bench `trellis` and its peers in turn, on one core: how many times as long a peer takes.

    cargo bench --no-default-features --bench trellis --no-run        # prints the program's place
    python benches/peers/pairs.py FOLDER PROGRAM [--python P] [--torchaudio-python P] [--pairs 8] [--cases batch,one,chain,align]

FOLDER gets the inputs that both read. A pair is the median of a whole run of either side, ours first in every other pair;
printed are both medians of every pair, their ratios' geometric mean, its lower 95 % limit (Student's t of the logarithms, one
side) and the least ratio.
"""

import argparse
import json
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

# Case: its peer's program, what its line begins with, the row of the bench (where there are several, that of one thread).
CASES = {
    "batch": ("ctc_torch.py", "torch", "ctc_losses_of_a_batch"),
    "one": ("ctc_torch.py", "one item", "ctc_loss_of_one"),
    "chain": ("crf_torch.py", "torch", "chain_posteriors_of_a_batch"),
    "align": ("align_torchaudio.py", "torchaudio", "alignment"),
}
# Quantiles of Student's t, 95 %, by degrees of freedom.
T = {1: 6.31, 2: 2.92, 3: 2.35, 4: 2.13, 5: 2.02, 6: 1.94, 7: 1.89, 8: 1.86, 9: 1.83, 10: 1.81, 11: 1.80}

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("program")
parser.add_argument("--python", default=sys.executable)
parser.add_argument("--torchaudio-python", default=sys.executable)
parser.add_argument("--pairs", type=int, default=8, choices=range(2, 13))
parser.add_argument("--cases", default=",".join(CASES))
options = parser.parse_args()
here = pathlib.Path(__file__).parent
environment = os.environ | {
    "PEER_INPUTS": str(options.folder.resolve()), "OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0"
}


def output(*command):
    done = subprocess.run(["taskset", "-c", "0", *command], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def peer(case):
    script, begins, _ = CASES[case]
    python = options.torchaudio_python if begins == "torchaudio" else options.python
    lines = output(python, here / script, options.folder).splitlines()
    line = next(l for l in lines if l.startswith(begins))
    return float(re.search(r"median ([\d.]+) ms", line)[1]), line


def ours(case):
    row = CASES[case][2]
    with tempfile.TemporaryDirectory() as home:
        environment["CRITERION_HOME"] = home
        printed = output(options.program, "--bench", f"^{row}(/1)?$")
        found = [p for p in pathlib.Path(home).rglob("new/estimates.json")]
        if len(found) != 1:
            sys.exit(f"{options.program}: not the bench `trellis`, it has no row {row}")
        median = json.loads(found[0].read_text())["median"]["point_estimate"] / 1e6
    return median, next(l for l in printed.splitlines() if l.startswith(f"{row}: ")).removeprefix(f"{row}: ")


for case in options.cases.split(","):
    peer(case)  # makes the inputs
    ratios = []
    for pair in range(options.pairs):
        first, second = (ours, peer) if pair % 2 else (peer, ours)
        a, b = first(case), second(case)
        (mine, mine_says), (theirs, theirs_says) = (a, b) if pair % 2 else (b, a)
        ratios.append(theirs / mine)
        print(f"{case}: energraph {mine:.3f} ms, peer {theirs:.2f} ms, ratio {ratios[-1]:.2f}", flush=True)
    logs = [math.log(r) for r in ratios]
    error = statistics.stdev(logs) / math.sqrt(len(logs))
    mean, lower = math.exp(statistics.mean(logs)), math.exp(statistics.mean(logs) - T[len(logs) - 1] * error)
    print(f"{case}: {len(ratios)} pairs, geometric mean {mean:.2f}, lower 95 % limit {lower:.2f}, least {min(ratios):.2f}")
    print(f"    energraph {mine_says}\n    {theirs_says}", flush=True)
