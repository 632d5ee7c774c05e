"""torchaudio's forced alignment, on one thread: the peer of the row `alignment` of the bench `trellis`. Makes the inputs of
both.

    pip install numpy torch==2.11.0 torchaudio==2.11.0
    python benches/peers/align_torchaudio.py FOLDER
"""

import pathlib
import resource
import statistics
import sys
import time

import numpy as np
import torch
import torchaudio
import torchaudio.functional as F

FRAMES, CLASSES, LABELS, RUNS = 20_000, 60, 1_500, 7

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
draw = np.random.default_rng(108)
x = draw.standard_normal((FRAMES, CLASSES)).astype(np.float32) * 2
most = x.max(-1, keepdims=True)
logp = x - most - np.log(np.exp(x - most).sum(-1, keepdims=True))
target = draw.integers(1, CLASSES, LABELS).astype(np.int32)
np.save(folder / "g_logp.npy", logp)
np.save(folder / "g_target.npy", target)

torch.set_num_threads(1)
x, y = torch.from_numpy(logp)[None], torch.from_numpy(target)[None]
times = []
for run in range(RUNS + 1):
    start = time.perf_counter()
    path, scores = F.forced_align(x, y, blank=0)
    if run >= 1:
        times.append(1e3 * (time.perf_counter() - start))
energy = -scores.double().sum().item()
numbers = torch.arange(1, FRAMES + 1)
hashed = int((path[0].long() * numbers % 1_000_003).sum())
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(
    f"torchaudio {torchaudio.__version__}: least {min(times):.1f} ms, median {statistics.median(times):.1f} ms,"
    f" energy {energy:.6f}, hash {hashed}, peak memory {memory} MiB"
)
