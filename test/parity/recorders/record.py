# Records what PyTorch computes for small models, so that the parity tests need no Python. Knows nothing of our code.
"""Usage: python3 -B test/parity/recorders/record.py && npx biome format --write test/parity/fixtures

Writes one JSON file for each case into ../fixtures/. Needs PyTorch 1.13 or later, on a CPU.

    name, torch          the case, and the version that recorded it
    model                how to build it: `layers` of a Sequential, or `embed`, `rnn`, `head` of a recurrent model whose
                         head sees every timestep (`output: "all"`) or the last hidden state (`output: "last"`)
    loss                 "crossEntropy" (class on the last dimension, mean) or "mse" (mean)
    input, target        {shape, data}; whole numbers where they are tokens or classes
    weights              initial parameters by state-dict name; representable in float32, so both types start equal
    float64, float32     the same measurements in either type:
        output, loss, gradients (by state-dict name), inputGradient (null where the input is tokens)
        training         for each optimizer: its options, ten steps on the one batch, `losses` before each step,
                         `gradNorms` before clipping (with clipGradNorm only), `weights` after the tenth step
"""
import json
import pathlib

import torch
from torch import nn

from values import check_types_agree, exact, number, plain

STEPS = 10

OPTIMIZERS = {
    "sgd": {"optimizer": "sgd", "learningRate": 0.1},
    "sgdNesterov": {
        "optimizer": "sgd",
        "learningRate": 0.1,
        "momentum": 0.9,
        "nesterov": True,
        "weightDecay": 0.01,
    },
    "adam": {"optimizer": "adam", "learningRate": 0.01},
    "adamClipped": {"optimizer": "adam", "learningRate": 0.01, "weightDecay": 0.01, "clipGradNorm": 0.25},
}

LAYERS = {
    "Linear": lambda o: nn.Linear(o["inFeatures"], o["outFeatures"]),
    "ReLU": lambda o: nn.ReLU(),
    "Tanh": lambda o: nn.Tanh(),
    "Sigmoid": lambda o: nn.Sigmoid(),
    "GELU": lambda o: nn.GELU(approximate=o["approximate"]),
}


def linear(in_features, out_features):
    return {"type": "Linear", "inFeatures": in_features, "outFeatures": out_features}


def gelu(approximate):
    return {"type": "GELU", "approximate": approximate}


class Recurrent(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.last = o["output"] == "last"
        self.embed = nn.Embedding(o["embed"]["numEmbeddings"], o["embed"]["embeddingDim"]) if o["embed"] else None
        r = o["rnn"]
        self.rnn = nn.RNN(r["inputSize"], r["hiddenSize"], nonlinearity=r["nonlinearity"], batch_first=True)
        self.head = nn.Linear(o["head"]["inFeatures"], o["head"]["outFeatures"])

    def forward(self, x):
        h, h_n = self.rnn(x if self.embed is None else self.embed(x))
        return self.head(h_n[0] if self.last else h)


def build(description):
    if description["kind"] == "sequential":
        return nn.Sequential(*[LAYERS[o["type"]](o) for o in description["layers"]])
    return Recurrent(description)


def loss_of(name, output, target):
    if name == "mse":
        return nn.functional.mse_loss(output, target)
    return nn.functional.cross_entropy(output.reshape(-1, output.shape[-1]), target.reshape(-1))


def make_optimizer(parameters, o):
    if o["optimizer"] == "adam":
        return torch.optim.Adam(parameters, lr=o["learningRate"], weight_decay=o.get("weightDecay", 0))
    return torch.optim.SGD(
        parameters,
        lr=o["learningRate"],
        momentum=o.get("momentum", 0),
        nesterov=o.get("nesterov", False),
        weight_decay=o.get("weightDecay", 0),
    )


def fresh(case, weights, dtype):
    model = build(case["model"]).to(dtype)
    model.load_state_dict({name: w.to(dtype) for name, w in weights.items()})
    return model


def train(case, weights, x, y, options):
    model = fresh(case, weights, x.dtype if x.is_floating_point() else case["dtype"])
    optimizer = make_optimizer(model.parameters(), options)
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(case["loss"], model(x), y)
        loss.backward()
        if "clipGradNorm" in options:
            norms.append(number(nn.utils.clip_grad_norm_(model.parameters(), options["clipGradNorm"])))
        optimizer.step()
        losses.append(number(loss.detach()))
    if norms and max(norms) <= options["clipGradNorm"]:
        raise SystemExit(f"{case['name']}: clipping never bites, norms {norms}")
    result = {"options": options, "losses": losses}
    if norms:
        result["gradNorms"] = norms
    result["weights"] = {name: plain(w) for name, w in model.state_dict().items()}
    return result


def measure(case, weights, x, y, dtype):
    case = {**case, "dtype": dtype}
    cast = lambda t: t.to(dtype) if t.is_floating_point() else t
    x, y = cast(x), cast(y)
    model = fresh(case, weights, dtype)
    x_seen = x.clone().requires_grad_() if x.is_floating_point() else x
    output = model(x_seen)
    loss = loss_of(case["loss"], output, y)
    loss.backward()
    return {
        "output": plain(output),
        "loss": number(loss.detach()),
        "gradients": {name: plain(p.grad) for name, p in model.named_parameters()},
        "inputGradient": plain(x_seen.grad) if x.is_floating_point() else None,
        "training": {name: train(case, weights, x, y, o) for name, o in OPTIMIZERS.items()},
    }


def record(case, x, y):
    model = build(case["model"])
    weights = {name: w.clone() for name, w in model.state_dict().items()}
    results = {str(dtype)[6:]: measure(case, weights, x, y, dtype) for dtype in (torch.float64, torch.float32)}
    check_types_agree(case["name"], results["float64"], results["float32"], bound=2e-5)
    content = {
        "name": case["name"],
        "torch": torch.__version__,
        "model": case["model"],
        "loss": case["loss"],
        "input": exact(x),
        "target": exact(y),
        "weights": {name: exact(w) for name, w in weights.items()},
        **results,
    }
    file = pathlib.Path(__file__).parent.parent / "fixtures" / f"{case['name']}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(content) + "\n")
    print(f"{file.name}: loss {results['float64']['loss']:.4f}")


def recurrent(embed, rnn, head, output):
    sizes = ("inputSize", "hiddenSize", "nonlinearity")
    return {
        "kind": "recurrent",
        "embed": dict(zip(("numEmbeddings", "embeddingDim"), embed)) if embed else None,
        "rnn": dict(zip(sizes, rnn)),
        "head": dict(zip(("inFeatures", "outFeatures"), head)),
        "output": output,
    }


def main():
    torch.set_num_threads(1)

    torch.manual_seed(1)
    layers = [linear(6, 8), {"type": "ReLU"}, linear(8, 7), {"type": "Tanh"}, linear(7, 4)]
    case = {"name": "mlp-cross-entropy", "model": {"kind": "sequential", "layers": layers}, "loss": "crossEntropy"}
    record(case, torch.randn(5, 6), torch.randint(0, 4, (5,)))

    torch.manual_seed(2)
    layers = [linear(5, 6), {"type": "Sigmoid"}, linear(6, 6), gelu("none"), linear(6, 5), gelu("tanh"), linear(5, 3)]
    case = {"name": "mlp-mse", "model": {"kind": "sequential", "layers": layers}, "loss": "mse"}
    record(case, torch.randn(4, 5), torch.randn(4, 3))

    torch.manual_seed(3)
    model = recurrent((11, 4), (4, 6, "tanh"), (6, 11), "all")
    case = {"name": "rnn-tanh-cross-entropy", "model": model, "loss": "crossEntropy"}
    record(case, torch.randint(0, 11, (3, 7)), torch.randint(0, 11, (3, 7)))

    torch.manual_seed(4)
    model = recurrent(None, (3, 5, "relu"), (5, 2), "last")
    case = {"name": "rnn-relu-mse", "model": model, "loss": "mse"}
    record(case, torch.randn(4, 6, 3), torch.randn(4, 2))


if __name__ == "__main__":
    main()
