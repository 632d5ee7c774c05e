"""PyTorch's side of a dense linear chain with all marginals and expected counts, on one thread: the peer of the bench
`trellis`. Makes the inputs of both.

There is no such operation in PyTorch; the fastest way found is a loop over the frames of matrix products in probability
space, every frame scaled by its largest number, and autograd for the rest.

    pip install numpy torch
    python benches/peers/crf_torch.py FOLDER
"""

import pathlib
import statistics
import sys
import time

import numpy as np
import torch

ITEMS, FRAMES, CLASSES, RUNS = 32, 500, 40, 20

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
draw = np.random.default_rng(107)
unary = draw.standard_normal((ITEMS, FRAMES, CLASSES)).astype(np.float32)
transitions = draw.standard_normal((CLASSES, CLASSES)).astype(np.float32)
np.save(folder / "f_unary.npy", unary)
np.save(folder / "f_trans.npy", transitions)

torch.set_num_threads(1)
x, y = torch.from_numpy(unary), torch.from_numpy(transitions)
times = []
for run in range(RUNS + 3):
    u, a = x.clone().requires_grad_(), y.clone().requires_grad_()
    start = time.perf_counter()
    factors, sums = a.exp(), u[:, 0]
    for t in range(1, FRAMES):
        most = sums.max(1, keepdim=True).values.detach()
        sums = ((sums - most).exp() @ factors).log() + most + u[:, t]
    log_z = sums.logsumexp(1).sum()
    log_z.backward()
    if run >= 3:
        times.append(1e3 * (time.perf_counter() - start))
marginals, counts = u.grad.double().pow(2).sum().item(), a.grad.double().pow(2).sum().item()
print(
    f"torch {torch.__version__}: median {statistics.median(times):.2f} ms, least {min(times):.2f} ms, "
    f"log Z {log_z.item():.4f}, squares of marginals {marginals:.5f}, of expected counts {counts:.2f}"
)
