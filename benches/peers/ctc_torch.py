"""PyTorch's CTC loss with its gradient, a batch and one longer item, on one thread: the peer of the bench `trellis`. Makes
the inputs of both.

    pip install numpy torch
    python benches/peers/ctc_torch.py FOLDER
"""

import pathlib
import statistics
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

ITEMS, FRAMES, CLASSES, TARGET, RUNS = 32, 500, 80, 60, 20

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
draw = np.random.default_rng(106)
logits = draw.standard_normal((ITEMS, FRAMES, CLASSES)).astype(np.float32)
targets = draw.integers(1, CLASSES, (ITEMS, TARGET)).astype(np.int32)
np.save(folder / "e_logits.npy", logits)
np.save(folder / "e_targets.npy", targets)

torch.set_num_threads(1)
x, y = torch.from_numpy(logits), torch.from_numpy(targets).long()
lengths, sizes = torch.full((ITEMS,), FRAMES), torch.full((ITEMS,), TARGET)
times = []  # of the batch
for run in range(RUNS + 3):
    leaf = x.clone().requires_grad_()
    start = time.perf_counter()
    loss = F.ctc_loss(leaf.log_softmax(-1).transpose(0, 1), y, lengths, sizes, blank=0, reduction="sum")
    loss.backward()
    if run >= 3:
        times.append(1e3 * (time.perf_counter() - start))
squares = leaf.grad.double().pow(2).sum().item()
print(f"torch {torch.__version__}: median {statistics.median(times):.2f} ms, loss {loss.item():.4f}, squares {squares:.5f}")

draw = np.random.default_rng(101)
scores = draw.standard_normal((1000, 100)).astype(np.float32) * 2
scores = scores - scores.max(-1, keepdims=True)
scores = (scores - np.log(np.exp(scores).sum(-1, keepdims=True))).astype(np.float32)
labels = draw.integers(1, 100, 100)
np.save(folder / "a1_emit.npy", scores)
np.save(folder / "a1_target.npy", labels.astype(np.int32))
x, y = torch.from_numpy(scores), torch.from_numpy(labels).long()[None]
lengths, sizes = torch.tensor([1000]), torch.tensor([100])
times = []  # of one item, its emissions normalised already
for run in range(RUNS + 3):
    leaf = x[:, None].clone().requires_grad_()
    start = time.perf_counter()
    loss = F.ctc_loss(leaf, y, lengths, sizes, blank=0, reduction="sum")
    loss.backward()
    if run >= 3:
        times.append(1e3 * (time.perf_counter() - start))
squares = (x.exp() - leaf.grad[:, 0]).double().pow(2).sum().item()
print(f"one item: median {statistics.median(times):.2f} ms, loss {loss.item():.4f}, squares {squares:.5f}")
