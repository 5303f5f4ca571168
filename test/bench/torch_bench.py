# One workload in PyTorch on one thread; usage: python3 torch_bench.py WORKLOAD SECONDS WARM_UP_STEPS LEAST_STEPS.
# Prints one line of JSON. Batches are made before the clock starts, the loss is read after every step.
import json
import math
import os
import re
import statistics
import sys
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")  # read when the library is loaded

import torch
import torch.nn as nn
import torch.nn.functional as F

BATCHES = 64  # as many as our own models draw
VOCABULARY = 65


def mlp():
    """784-256-128-10, ReLU, cross-entropy, batch 64."""
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    return model, lambda: (torch.rand(64, 784), torch.randint(0, 10, (64,))), F.cross_entropy


def tiny_mlp():
    """2-8-8-1, tanh, mean squared error, batch 32."""
    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    return model, lambda: (torch.rand(32, 2), torch.rand(32, 1)), F.mse_loss


class Recurrent(nn.Module):
    def __init__(self, layer, hidden):
        super().__init__()
        self.layer = layer(VOCABULARY, hidden, batch_first=True)
        self.head = nn.Linear(hidden, VOCABULARY)

    def forward(self, x):
        return self.head(self.layer(x)[0]).reshape(-1, VOCABULARY)


def recurrent(layer, hidden, timesteps, batch):
    """Characters as one-hot rows, the next one predicted at every timestep."""

    def draw():
        x = F.one_hot(torch.randint(0, VOCABULARY, (batch, timesteps)), VOCABULARY).float()
        return x, torch.randint(0, VOCABULARY, (batch * timesteps,))

    return Recurrent(layer, hidden), draw, F.cross_entropy


class Block(nn.Module):
    """Pre-norm transformer layer: one product for Q, K and V, GELU with tanh, four times as wide inside."""

    def __init__(self, d, heads):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.in_proj, self.out_proj = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.linear1, self.linear2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)
        self.heads = heads

    def forward(self, x, mask):
        batch, timesteps, d = x.shape
        size = d // self.heads
        q, k, v = (
            z.view(batch, timesteps, self.heads, size).transpose(1, 2)
            for z in self.in_proj(self.norm1(x)).split(d, 2)
        )
        weights = F.softmax((q @ k.transpose(-2, -1)) * (1 / math.sqrt(size)) + mask, -1)
        attended = (weights @ v).transpose(1, 2).reshape(batch, timesteps, d)
        x = x + self.out_proj(attended)
        return x + self.linear2(F.gelu(self.linear1(self.norm2(x)), approximate="tanh"))


class Transformer(nn.Module):
    def __init__(self, d=128, heads=4, layers=2, timesteps=64):
        super().__init__()
        self.embed, self.position = nn.Embedding(VOCABULARY, d), nn.Embedding(timesteps, d)
        self.layers = nn.ModuleList([Block(d, heads) for _ in range(layers)])
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, VOCABULARY, bias=False)
        self.register_buffer("mask", torch.triu(torch.full((timesteps, timesteps), float("-inf")), 1))
        self.register_buffer("places", torch.arange(timesteps))

    def forward(self, tokens):
        x = self.embed(tokens) + self.position(self.places)
        for layer in self.layers:
            x = layer(x, self.mask)
        return self.head(self.norm(x)).reshape(-1, VOCABULARY)


def transformer():
    def draw():
        return torch.randint(0, VOCABULARY, (8, 64)), torch.randint(0, VOCABULARY, (8 * 64,))

    return Transformer(), draw, F.cross_entropy


def sgd(rate):
    return lambda parameters: torch.optim.SGD(parameters, lr=rate)


def adam(parameters):
    return torch.optim.Adam(parameters, lr=1e-3)


WORKLOADS = {
    "mnist-sgd": (mlp, sgd(0.01)),
    "mnist-adam": (mlp, adam),
    "char-rnn-adam": (lambda: recurrent(nn.RNN, 128, 32, 16), adam),
    "lstm-128": (lambda: recurrent(nn.LSTM, 128, 32, 16), adam),
    "lstm-256": (lambda: recurrent(nn.LSTM, 256, 64, 32), adam),
    "tiny-mlp": (tiny_mlp, sgd(0.03)),
    "transformer": (transformer, adam),
}


def gemm_gflops(n=256):
    """Best rate of a float32 product n×n×n, in 10⁹ operations a second."""
    a, b = torch.rand(n, n), torch.rand(n, n)
    best = math.inf
    for _ in range(20):
        start = time.perf_counter()
        torch.mm(a, b)
        best = min(best, time.perf_counter() - start)
    return 2 * n**3 / best / 1e9


def blas():
    """The library that computes PyTorch's products: what the build says, or the file that it loaded."""
    built = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    name = built.group(1) if built else "unknown"
    if name != "generic" or not os.path.exists("/proc/self/maps"):
        return name
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if re.search(r"/lib\w*(blas|blis|mkl|atlas)[^/]*$", line)}
    # libblas.so.3 is what PyTorch calls and a name that several libraries answer to; its folder says which, and its neighbours
    folders = {os.path.dirname(f) for f in files if os.path.basename(f).startswith("libblas.")}
    used = sorted(f for f in files if not folders or os.path.dirname(f) in folders)
    return ", ".join("/".join(f.split("/")[-2:]) for f in used) or name


def measure(step, seconds, warm_up, least):
    """Milliseconds of the steps of `seconds`, after a warm-up of a third of that and at least `warm_up` steps."""
    end = time.perf_counter() + seconds / 3
    steps = 0
    while steps < warm_up or time.perf_counter() < end:
        step()
        steps += 1
    times = []
    begin = time.perf_counter()
    while len(times) < least or time.perf_counter() < begin + seconds:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    mean = (time.perf_counter() - begin) / len(times)
    return {"medianMs": statistics.median(times) * 1e3, "meanMs": mean * 1e3, "steps": len(times)}


def main(workload, seconds, warm_up, least):
    torch.set_num_threads(1)
    torch.manual_seed(0)
    gflops = gemm_gflops()
    make, make_optimizer = WORKLOADS[workload]
    model, draw, loss = make()
    optimizer = make_optimizer(model.parameters())
    data = [draw() for _ in range(BATCHES)]
    done = 0

    def step():
        nonlocal done
        x, y = data[done % BATCHES]
        done += 1
        optimizer.zero_grad(set_to_none=True)
        cost = loss(model(x), y)
        cost.backward()
        optimizer.step()
        return cost.item()

    times = measure(step, seconds, warm_up, least)
    library = blas()
    details = {"threads": torch.get_num_threads(), "blas": library, "gemmGflops": round(gflops, 1)}
    # the reference BLAS reaches 6 where OpenBLAS reaches 105; Debian keeps it in a folder of the name blas
    details["referenceBlas"] = gflops < 10 or library.startswith("blas/")
    print(json.dumps({"engine": f"torch {torch.__version__}", "workload": workload, **times, "details": details}))


if len(sys.argv) != 5 or sys.argv[1] not in WORKLOADS:
    sys.exit(f"usage: torch_bench.py {'|'.join(WORKLOADS)} SECONDS WARM_UP_STEPS LEAST_STEPS")
main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
