"""The nets of nn_step.rs in PyTorch: median milliseconds of a training step and of inference, 16 lines 100 to 200 wide.

    OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 taskset -c 0 python benches/nn_step.py

PyTorch pads every line to the widest, as its users do; the fused operations here work on each at its own width.
"""

import statistics
import time

import torch
from torch import nn

torch.set_num_threads(1)
POOLS = {
    "early": [(2, 2), (2, 2), None, (2, 1), (2, 1), (2, 1)],
    "late": [None, (2, 2), None, (2, 2), (2, 1), (4, 1)],
}


class Net(nn.Module):
    def __init__(self, pools):
        super().__init__()
        layers, inputs = [], 1
        for channels, pool in zip([24, 48, 96, 96, 160, 192], pools):
            layers += [nn.Conv2d(inputs, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
            if pool:
                layers.append(nn.MaxPool2d(pool))
            inputs = channels
        self.picture = nn.Sequential(*layers)
        self.narrow = nn.Sequential(nn.Conv1d(192, 112, 1, bias=False), nn.BatchNorm1d(112), nn.ReLU())
        self.context = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(112, 112, 3, padding=2**i, dilation=2**i, bias=False), nn.BatchNorm1d(112), nn.ReLU()
            )
            for i in range(3)
        )
        self.head = nn.Conv1d(112, 11, 1)

    def forward(self, x):
        x = self.narrow(self.picture(x)[:, :, 0, :])
        for block in self.context:
            x = x + block(x)
        return self.head(x)


def lines():
    x = torch.zeros(16, 1, 32, 200)
    for i in range(16):
        width = 100 + 100 * i // 15
        x[i, :, :, :width] = torch.rand(1, 32, width)
    return x


for name, pools in POOLS.items():
    net, x, steps, reads = Net(pools), lines(), [], []
    optimiser = torch.optim.AdamW(net.parameters(), 1e-4)
    for _ in range(11):
        net.train()
        began = time.perf_counter()
        y = net(x)
        y.backward(y.detach())
        optimiser.step()
        optimiser.zero_grad()
        steps.append(time.perf_counter() - began)
        net.eval()
        began = time.perf_counter()
        with torch.no_grad():
            net(x)
        reads.append(time.perf_counter() - began)
    step, read = (1e3 * statistics.median(t[2:]) for t in (steps, reads))
    print(f"{name:6} pools: step {step:6.1f} ms, infer {read:6.1f} ms")
