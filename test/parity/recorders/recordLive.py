# Measures PyTorch at configurations that are given, for live.ts. Knows nothing of our code.
"""Usage: python3 -B test/parity/recorders/recordLive.py < configurations.json

Reads a list of configurations (layerConfigurations.ts and trainingConfigurations.ts draw and describe them) and writes a line
of JSON for each: `{"redrawn", "measured": {"kind", "case"}}` in the formats of recordLayers.py and recordTraining.py. The numbers are drawn here,
from each configuration's own seed. Numbers at which PyTorch's own float32 and float64 disagree are drawn again.
"""
import json
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional as F

from recordLayers import hidden, padding, randn, record
from recordTraining import STEPS, TYPES, loss_case, normal, record_schedule, train
from values import check_types_agree, exact

DRAWS = 20
# a fifth of what we are allowed to differ by
BOUND = 2e-5


def tensor(given):
    """A call's option: a boolean, or the description of a mask."""
    if isinstance(given, bool):
        return given
    if "hidden" in given:
        return hidden(given["hidden"], given["share"])
    if "padding" in given:
        return padding(given["padding"], given["keys"])
    return 1 - padding(given["lengths"], given["keys"])


def layer(c):
    inputs = [randn(*x["shape"]) if x["below"] is None else torch.randint(x["below"], x["shape"]) for x in c["inputs"]]
    call = {name: tensor(given) for name, given in c["call"].items()}
    return record(
        c["name"], c["name"], inputs, c["args"], c["options"], call, c["training"], c["optimizer"], BOUND, floor=0
    )


def class_target(c, x):
    if c["target"] == "probabilities":
        return F.softmax(normal(*x.shape), -1)
    labels = torch.randint(x.shape[-1], x.shape[:-1])
    if c["target"] == "labels, some ignored":
        ignored = torch.rand(labels.shape) < 0.3
        # one is left, or the mean would be 0 / 0
        ignored.view(-1)[0] = False
        labels[ignored] = -100
    return labels


def loss(c):
    x = normal(*c["shape"])
    if c["loss"] in ("crossEntropy", "nllLoss"):
        y = class_target(c, x)
        x = x * 2 if c["loss"] == "crossEntropy" else F.log_softmax(x, -1)
    elif c["loss"] == "klDiv":
        y = F.softmax(normal(*c["shape"]), -1)
        x, y = F.log_softmax(x, -1), y.log() if c["options"].get("logTarget") else y
    elif c["loss"] == "binaryCrossEntropyWithLogits":
        y = torch.rand(c["shape"]) if c["target"] == "probabilities" else (torch.rand(c["shape"]) < 0.5).float()
    else:
        y = normal(*c["shape"])
    tensors = {name: torch.rand(shape) * 2 + 0.25 for name, shape in c["tensors"].items()}
    case = loss_case(c["name"], c["loss"], c["options"], x, y, tensors)
    check_types_agree(c["name"], case["float64"], case["float32"], BOUND)
    return case


def optimizer(c):
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    weights = {name: w.clone() for name, w in model.state_dict().items()}
    x, y = normal(8, 3), normal(8, 2)
    run = {**c["run"], **{name: train(c["run"], weights, x, y, dtype) for name, dtype in TYPES.items()}}
    check_types_agree(run["name"], run["float64"], run["float32"], BOUND)
    weights = {name: exact(w) for name, w in weights.items()}
    return {"start": {"input": exact(x), "target": exact(y), "weights": weights}, "run": run}


def schedule(c):
    return record_schedule(c["name"], c["name"], c["options"], c["optimizer"], c["losses"])


KINDS = {"layer": layer, "loss": loss, "optimizer": optimizer, "schedule": schedule}


def draw(c):
    for i in range(DRAWS):
        torch.manual_seed(c["seed"] + i)
        try:
            return {"redrawn": i, "measured": {"kind": c["kind"], "case": KINDS[c["kind"]](c)}}
        except SystemExit as disagreement:
            last = disagreement
    return {"redrawn": DRAWS, "measured": None, "disagreement": str(last)}


def main():
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    print(json.dumps({"torch": torch.__version__, "steps": STEPS}))
    for c in json.load(sys.stdin):
        print(json.dumps(draw(c), allow_nan=False), flush=True)


if __name__ == "__main__":
    main()
