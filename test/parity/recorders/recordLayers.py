# Records what PyTorch computes for single layers, so that the parity tests need no Python. Knows nothing of our code.
"""Usage: python3 -B test/parity/recorders/recordLayers.py && npx biome format --write test/parity/fixtures/layers

Writes one JSON file for each group of layers into ../fixtures/layers/. Needs PyTorch 1.13 or later, on a CPU. Each file is a
list of cases:

    name, layer, args, options   the case; the layer's type, and what it is made with, in our names
    training                     whether the layer is in training mode
    inputs                       what forward() takes: each {shape, data, whole}, `whole` where the numbers are tokens
    call                         options of forward(): booleans, and masks as {shape, data}, null standing for -infinity
    weights                      parameters and buffers by state-dict name; representable in float32
    factors                      for each output o a constant u; the loss is the sum of all o * u
    float64, float32             the same measurements in either type:
        outputs, loss, gradients (by state-dict name), inputGradients (null for tokens), buffers (after the call)
        trained                  null, or after 20 steps of the optimizer towards outputs equal to the factors, in mean
                                 squares: the losses before each step, and the weights (with buffers) after the last
    optimizer                    null, or name and options of that optimizer
"""
import json
import math
import pathlib

import torch
from torch import nn

from recordTraining import OPTIMIZERS, theirs
from values import check_types_agree, exact, number, plain

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
STEPS = 20
SNAKE = {
    "elementwiseAffine": "elementwise_affine",
    "trackRunningStats": "track_running_stats",
    "countIncludePad": "count_include_pad",
    "dimFeedforward": "dim_feedforward",
    "layerNormEps": "layer_norm_eps",
    "normFirst": "norm_first",
    "numLayers": "num_layers",
}


class RMSNorm(nn.Module):
    """Zhang & Sennrich 2019, eq. 4, which PyTorch 1.13 does not have."""

    def __init__(self, shape, eps=None):
        super().__init__()
        self.shape = [shape] if isinstance(shape, int) else shape
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(self.shape))

    def forward(self, x):
        dims = tuple(range(-len(self.shape), 0))
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        return x / torch.sqrt((x * x).mean(dims, keepdim=True) + eps) * self.weight


class PositionalEncoding(nn.Module):
    """Vaswani et al. 2017, section 3.5."""

    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        rows = [
            [
                math.sin(t / 10000 ** (d / self.size)) if d % 2 == 0 else math.cos(t / 10000 ** ((d - 1) / self.size))
                for d in range(self.size)
            ]
            for t in range(x.shape[-2])
        ]
        return x + torch.tensor(rows, dtype=torch.float64).to(x.dtype)


def causal(length, keys, like):
    hidden = torch.ones(length, keys, dtype=torch.bool).triu(1)
    return torch.zeros(length, keys, dtype=like.dtype).masked_fill(hidden, -math.inf)


class ScaledDotProduct(nn.Module):
    """Vaswani et al. 2017, eq. 1; PyTorch has it as a function from 2.0 on."""

    def forward(self, q, k, v, attnMask=None, isCausal=False):
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        if isCausal:
            scores = scores + causal(q.shape[-2], k.shape[-2], q)
        if attnMask is not None:
            scores = scores + attnMask
        return scores.softmax(-1) @ v


class MultiheadAttention(nn.Module):
    def __init__(self, embed, heads, **options):
        super().__init__()
        self.inner = nn.MultiheadAttention(embed, heads, batch_first=True, **options)

    def forward(self, query, key, value, attnMask=None, keyPaddingMask=None, isCausal=False):
        mask = causal(query.shape[1], key.shape[1], query) if isCausal else attnMask
        padding = None if keyPaddingMask is None else keyPaddingMask != 0
        return self.inner(query, key, value, attn_mask=mask, key_padding_mask=padding)


class SelfAttention(MultiheadAttention):
    """Query, key and value are one tensor."""

    def forward(self, x, **options):
        return super().forward(x, x, x, **options)


class EncoderLayer(nn.Module):
    def __init__(self, size, heads, **options):
        super().__init__()
        self.inner = nn.TransformerEncoderLayer(size, heads, batch_first=True, **options)

    def forward(self, src, mask=None, keyPaddingMask=None, isCausal=False):
        mask = causal(src.shape[1], src.shape[1], src) if isCausal else mask
        padding = None if keyPaddingMask is None else keyPaddingMask != 0
        return self.inner(src, src_mask=mask, src_key_padding_mask=padding)


class Recurrent(nn.Module):
    """The initial states are inputs of their own here; with a mask the sequences are packed by their lengths."""

    def __init__(self, kind, *sizes, **options):
        super().__init__()
        self.inner = getattr(nn, kind)(*sizes, batch_first=True, **options)

    def forward(self, x, *initial, mask=None):
        state = (tuple(initial) if isinstance(self.inner, nn.LSTM) else initial[0]) if initial else None
        if mask is None:
            return self.inner(x, state)
        lengths = mask.sum(1).long()
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, final = self.inner(packed, state)
        padded, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
        return padded, final


def recurrent(kind):
    return lambda *sizes, **options: Recurrent(kind, *sizes, **options)


LAYERS = {
    "RNN": recurrent("RNN"),
    "LSTM": recurrent("LSTM"),
    "GRU": recurrent("GRU"),
    "RMSNorm": RMSNorm,
    "PositionalEncoding": PositionalEncoding,
    "scaledDotProductAttention": ScaledDotProduct,
    "MultiheadAttention": MultiheadAttention,
    "SelfAttention": SelfAttention,
    "TransformerEncoderLayer": EncoderLayer,
    "Softmax": lambda dim=-1: nn.Softmax(dim),
    "LogSoftmax": lambda dim=-1: nn.LogSoftmax(dim),
}


def randn(*shape):
    """Normal numbers in steps of 1/64: exact in both types, and short to write."""
    return torch.round(torch.randn(*shape) * 64) / 64


def build(case):
    options = {SNAKE.get(name, name): value for name, value in case["options"].items()}
    layer = LAYERS.get(case["layer"]) or getattr(nn, case["layer"])
    return layer(*case["args"], **options).train(case["training"])


def own_name(name):
    return name[6:] if name.startswith("inner.") else name


def random_state(model):
    """Every parameter away from its initial value, and running statistics that a training could have left."""
    for p in model.parameters():
        p.data.copy_(randn(p.shape) / 2)
    for name, b in model.named_buffers():
        if name == "running_mean":
            b.copy_(randn(b.shape))
        elif name == "running_var":
            b.copy_(randn(b.shape) ** 2 + 0.5)
    return {name: t.clone() for name, t in model.state_dict().items()}


def flat(result):
    return [t for r in result for t in flat(r)] if isinstance(result, tuple) else [result]


def fresh(case, state, dtype):
    model = build(case).to(dtype)
    model.load_state_dict({name: in_type(t, dtype) for name, t in state.items()})
    return model


def in_type(t, dtype):
    return t.to(dtype) if isinstance(t, torch.Tensor) and t.is_floating_point() else t


def train(case, state, xs, call, us):
    model = fresh(case, state, us[0].dtype)
    name, options = case["optimizer"]
    optimizer = OPTIMIZERS[name](model.parameters(), **theirs(options))
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = sum(((o - u) ** 2).mean() for o, u in zip(flat(model(*xs, **call)), us))
        loss.backward()
        optimizer.step()
        losses.append(number(loss))
    return {"losses": losses, "weights": {own_name(name): plain(w) for name, w in model.state_dict().items()}}


def measure(case, state, inputs, call, factors, dtype):
    model = fresh(case, state, dtype)
    call = {name: in_type(t, dtype) for name, t in call.items()}
    xs = [in_type(x, dtype).clone() for x in inputs]
    for x in xs:
        x.requires_grad_(x.is_floating_point())
    outputs = flat(model(*xs, **call))
    factors = factors or [randn(o.shape) for o in outputs]
    us = [u.to(dtype) for u in factors]
    loss = sum((o * u).sum() for o, u in zip(outputs, us))
    loss.backward()
    measured = {
        "outputs": [plain(o) for o in outputs],
        "loss": number(loss),
        "gradients": {own_name(name): plain(p.grad) for name, p in model.named_parameters()},
        "inputGradients": [None if x.grad is None else plain(x.grad) for x in xs],
        "buffers": {own_name(name): plain(b) for name, b in model.named_buffers()},
    }
    if case["optimizer"]:
        measured["trained"] = train(case, state, [x.detach() for x in xs], call, us)
    return factors, measured


def record(
    name,
    layer,
    inputs,
    args=(),
    options=None,
    call=None,
    training=True,
    optimizer=None,
    bound=5e-5,
    floor=1e-3,
):
    case = {"name": name, "layer": layer, "args": list(args), "options": options or {}, "training": training}
    case["optimizer"] = optimizer
    call = call or {}
    inputs = [randn(x) if isinstance(x, list) else x for x in inputs]
    state = random_state(build(case))
    factors, double = measure(case, state, inputs, call, None, torch.float64)
    _, single = measure(case, state, inputs, call, factors, torch.float32)
    check_types_agree(name, double, single, bound, floor)
    return {
        **case,
        "inputs": [{**exact(x), "whole": not x.is_floating_point()} for x in inputs],
        "call": {key: exact(t) if isinstance(t, torch.Tensor) else t for key, t in call.items()},
        "weights": {own_name(key): exact(t) for key, t in state.items()},
        "factors": [exact(u) for u in factors],
        "float64": double,
        "float32": single,
    }


def write(group, cases, folder="layers"):
    file = FIXTURES / folder / f"{group}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(cases) + "\n")
    print(f"{file.name}: {len(cases)} cases, {file.stat().st_size // 1024} KB")


def hidden(shape, share):
    """A mask of 0 and -infinity that leaves every query its first key."""
    mask = torch.rand(shape) < share
    mask[..., 0] = False
    return torch.zeros(shape).masked_fill(mask, -math.inf)


def padding(lengths, keys):
    return torch.tensor([[1.0 if t >= n else 0.0 for t in range(keys)] for n in lengths])


def main():
    torch.set_num_threads(1)
    torch.manual_seed(1)
    spread = torch.cat([randn(17) * 3, torch.tensor([0.25, 25.0, -25.0])]).reshape(4, 5)
    write("activations", [
        record("LeakyReLU", "LeakyReLU", [spread]),
        record("LeakyReLU 0.2", "LeakyReLU", [spread], [0.2]),
        record("ELU", "ELU", [spread]),
        record("ELU 0.5", "ELU", [spread], [0.5]),
        record("SELU", "SELU", [spread]),
        record("SiLU", "SiLU", [spread]),
        record("Softplus", "Softplus", [spread]),
        record("Softplus 3, threshold 5", "Softplus", [spread], [3, 5]),
        record("Softmax over the last dimension", "Softmax", [[2, 3, 4]]),
        record("Softmax over the middle", "Softmax", [[2, 3, 4]], [1]),
        record("LogSoftmax over the last dimension", "LogSoftmax", [spread]),
        record("LogSoftmax over the first", "LogSoftmax", [[2, 3, 4]], [0]),
    ])

    torch.manual_seed(2)
    write("norms", [
        record("LayerNorm", "LayerNorm", [[3, 4, 9]], [9]),
        record("LayerNorm of two dimensions", "LayerNorm", [[2, 3, 4]], [[3, 4]], {"eps": 1e-3}),
        record("LayerNorm without parameters", "LayerNorm", [[3, 6]], [6], {"elementwiseAffine": False}),
        record("RMSNorm", "RMSNorm", [[3, 4, 9]], [9]),
        record("RMSNorm with eps", "RMSNorm", [[2, 3, 4]], [[3, 4]], {"eps": 0.1}),
        record("BatchNorm1d of [N, C], training", "BatchNorm1d", [[6, 5]], [5]),
        record("BatchNorm1d of [N, C], evaluation", "BatchNorm1d", [[6, 5]], [5], training=False),
        record("BatchNorm1d of [N, C, L], training", "BatchNorm1d", [[3, 4, 5]], [4], {"momentum": 0.3, "eps": 1e-3}),
        record("BatchNorm1d of [N, C, L], evaluation", "BatchNorm1d", [[1, 4, 5]], [4], training=False),
        record("BatchNorm1d, cumulative average", "BatchNorm1d", [[6, 3]], [3], {"momentum": None}),
        record("BatchNorm2d, training", "BatchNorm2d", [[3, 2, 2, 3]], [2]),
        record("BatchNorm2d, evaluation", "BatchNorm2d", [[3, 2, 2, 3]], [2], training=False),
        record("BatchNorm2d without parameters", "BatchNorm2d", [[2, 3, 2, 3]], [3], {"affine": False}),
        record("BatchNorm2d without running statistics, evaluation", "BatchNorm2d", [[2, 3, 2, 3]], [3],
               {"trackRunningStats": False}, training=False),
    ])

    torch.manual_seed(3)
    ties = torch.tensor([1.0, 2, 2, 1, 2, 2, 0, 3, 3, 0, 3, 3, 1, 1, 1, 1]).reshape(1, 1, 4, 4)
    write("convolutions", [
        record("Conv1d", "Conv1d", [[2, 3, 7]], [3, 4, 3]),
        record("Conv1d with everything", "Conv1d", [[2, 4, 9]], [4, 6, 3],
               {"stride": 2, "padding": 3, "dilation": 2, "groups": 2}),
        record("Conv2d", "Conv2d", [[2, 2, 5, 4]], [2, 3, 3]),
        record("Conv2d, padding 1", "Conv2d", [[2, 2, 4, 4]], [2, 3, 3], {"padding": 1}),
        record("Conv2d of 1x1 without bias", "Conv2d", [[2, 3, 3, 3]], [3, 2, 1], {"bias": False}),
        record("Conv2d with everything", "Conv2d", [[2, 4, 7, 8]], [4, 6, [2, 3]],
               {"stride": [2, 1], "padding": [1, 2], "dilation": [1, 2], "groups": 2}),
        record("Conv2d of each channel by itself", "Conv2d", [[1, 3, 4, 4]], [3, 6, 3], {"groups": 3}),
        record("Conv2d of a single image", "Conv2d", [[2, 5, 4]], [2, 3, 2]),
        record("MaxPool2d", "MaxPool2d", [[2, 2, 5, 6]], [2]),
        record("MaxPool2d with everything", "MaxPool2d", [[2, 2, 6, 7]], [[3, 2]],
               {"stride": [2, 1], "padding": [1, 1], "dilation": [1, 2]}),
        record("MaxPool2d of equal ones", "MaxPool2d", [ties], [2]),
        record("MaxPool2d of equal ones that overlap", "MaxPool2d", [ties], [3], {"stride": 1, "padding": 1}),
        record("AvgPool2d", "AvgPool2d", [[2, 2, 5, 6]], [2]),
        record("AvgPool2d, padding that counts", "AvgPool2d", [[1, 2, 5, 6]], [3], {"stride": 2, "padding": 1}),
        record("AvgPool2d, padding that does not count", "AvgPool2d", [[1, 2, 5, 6]], [[3, 2]],
               {"stride": 2, "padding": [1, 1], "countIncludePad": False}),
        record("Flatten", "Flatten", [[2, 3, 2, 2]]),
        record("Flatten the middle", "Flatten", [[2, 3, 2, 2]], [1, 2]),
        record("Dropout in evaluation", "Dropout", [[2, 3]], [0.5], training=False),
    ])

    torch.manual_seed(4)
    sizes = [[2, 3, 6], [2, 4, 6], [2, 4, 6]]
    write("attention", [
        record("scaled dot product", "scaledDotProductAttention", [[1, 2, 4, 5], [1, 2, 6, 5], [1, 2, 6, 2]]),
        record("scaled dot product, causal", "scaledDotProductAttention", [[2, 5, 4], [2, 5, 4], [2, 5, 4]],
               call={"isCausal": True}),
        record("scaled dot product, causal, more keys than queries", "scaledDotProductAttention",
               [[2, 3, 4], [2, 5, 4], [2, 5, 4]], call={"isCausal": True}),
        record("scaled dot product, mask for each sample", "scaledDotProductAttention",
               [[2, 2, 3, 4], [2, 2, 5, 4], [2, 2, 5, 4]], call={"attnMask": hidden((2, 1, 3, 5), 0.4)}),
        record("other queries, keys and values", "MultiheadAttention", sizes, [6, 2]),
        record("without bias", "MultiheadAttention", sizes, [6, 3], {"bias": False}),
        record("mask and padding", "MultiheadAttention", sizes, [6, 2],
               call={"attnMask": hidden((3, 4), 0.4), "keyPaddingMask": padding([4, 2], 4)}),
        record("self-attention", "SelfAttention", [[2, 5, 4]], [4, 4]),
        record("self-attention, causal", "SelfAttention", [[2, 5, 4]], [4, 2], call={"isCausal": True}),
        record("self-attention, padding", "SelfAttention", [[3, 4, 6]], [6, 2],
               call={"keyPaddingMask": padding([4, 1, 2], 4)}),
        record("sinusoidal positions", "PositionalEncoding", [[2, 7, 5]], [5]),
    ])

    torch.manual_seed(5)
    encoder = {"dimFeedforward": 10, "dropout": 0}
    write("transformers", [
        record("post-norm, relu", "TransformerEncoderLayer", [[2, 4, 6]], [6, 2], encoder),
        record("pre-norm, gelu, causal", "TransformerEncoderLayer", [[2, 4, 6]], [6, 2],
               {**encoder, "activation": "gelu", "normFirst": True}, call={"isCausal": True}),
        record("post-norm, gelu, padding", "TransformerEncoderLayer", [[2, 4, 6]], [6, 3],
               {**encoder, "activation": "gelu", "layerNormEps": 1e-3}, call={"keyPaddingMask": padding([4, 2], 4)}),
        record("pre-norm, relu, mask", "TransformerEncoderLayer", [[2, 4, 6]], [6, 2],
               {**encoder, "normFirst": True}, call={"mask": hidden((4, 4), 0.4)}),
    ])


if __name__ == "__main__":
    main()
