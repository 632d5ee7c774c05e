"""k2's times of case a1 of the bench `algebra` and of the questions on its result, on the CPU, in the bench's lines of JSON.

    pip install k2==1.23.4 torch==1.13.1 'numpy<2'      # wheels for Python 3.9
    python k2_dense.py FOLDER [a1]

k2 intersects a dense matrix with a graph (`intersect_dense`), so that the emissions never become an acceptor; the graph has labels 1 to 100, the column of label 0 is
impossible. Nothing is pruned. Scores are energies with the sign changed.
"""

import json
import math
import statistics
import sys
import time

import k2
import torch

torch.set_num_threads(1)
folder, wanted = sys.argv[1], sys.argv[2:]
if wanted and "a1" not in wanted:
    sys.exit("k2 composes case a1 alone")


def arcs(name):
    for line in open(f"{folder}/{name}.txt"):
        yield line.split()


def transcript():
    lines, finals, most = [], [], 0
    for row in arcs("a1_ctc"):
        if len(row) >= 4:
            most = max(most, int(row[0]), int(row[1]))
            lines.append((int(row[0]), int(row[1]), int(row[2]), -float(row[4]) if len(row) > 4 else 0.0))
        else:
            finals.append((int(row[0]), -float(row[1]) if len(row) > 1 else 0.0))
    lines += [(state, most + 1, -1, score) for state, score in finals]
    lines.sort(key=lambda arc: arc[0])
    return k2.arc_sort(k2.Fsa.from_str("\n".join(f"{a} {b} {label} {score}" for a, b, label, score in lines) + f"\n{most + 1}"))


def emissions():
    rows = [row for row in arcs("a1_emit") if len(row) >= 4]
    frames, labels = 1 + max(int(row[0]) for row in rows), max(int(row[2]) for row in rows)
    scores = torch.full((1, frames, labels + 1), -math.inf)
    for row in rows:
        scores[0, int(row[0]), int(row[2])] = -float(row[4])
    return scores, torch.tensor([[0, 0, frames]], dtype=torch.int32)


def held(key):
    return int(next(line.split()[1] for line in open("/proc/self/status") if line.startswith(key)))


def timed(case, run):
    open("/proc/self/clear_refs", "w").write("5")
    before = held("VmRSS:")
    said = run()
    most = max(0, held("VmHWM:") - before) / 1024
    times, began = [], time.perf_counter()
    while len(times) < 30 and (not times or time.perf_counter() - began < 12):
        start = time.perf_counter()
        said = run()
        times.append(1e3 * (time.perf_counter() - start))
    times.sort()
    at = lambda share: times[round((len(times) - 1) * share)]
    line = {"case": case, "median_ms": statistics.median(times), "p10_ms": at(0.1), "p90_ms": at(0.9), "check": said, "mib": most}
    print(json.dumps(line), flush=True)


graph, (scores, segments) = k2.create_fsa_vec([transcript()]), emissions()
dense = k2.DenseFsaVec(scores, segments)
compose = lambda: k2.intersect_dense(graph, dense, output_beam=1e9)


def composed():
    result = compose()
    # k2 ends in an arc to a final state of its own.
    return f"states={result.arcs.shape().tot_size(1) - 1} arcs={result.num_arcs - 1}"


def anew():
    """k2 keeps what it finds out about a lattice, whose structure is another for every utterance: one that it knows nothing of yet."""
    return k2.Fsa(lattice.arcs)


def forward():
    return f"energy={-anew().get_tot_scores(log_semiring=True, use_double_scores=True).item():.6f}"


def gradient():
    again = anew()
    again.requires_grad_(True)
    total = again.get_tot_scores(log_semiring=True, use_double_scores=True)
    total.sum().backward()
    return f"energy={-total.item():.6f} squares={again.scores.grad.double().square().sum().item():.5f}"


def best():
    return f"energy={-k2.shortest_path(anew(), use_double_scores=True).scores.sum().item():.6f}"


timed("a1_compose", composed)
lattice = compose()
timed("b_forward", forward)
timed("b_forward_grad", gradient)
timed("b_viterbi", best)
