# Tensors as JSON: a shape and decimals that read back as the same numbers. Knows no model.
import math

import torch


def number(x):
    """The shortest decimal that reads back as the same number of the tensor's own type; null for -infinity."""
    return plain(x.reshape(1))["data"][0]


def plain(tensor):
    t = tensor.detach()
    values = t.reshape(-1).tolist()
    if t.dtype == torch.float32:
        values = [float(str(x)) for x in t.reshape(-1).numpy()]
    return {"shape": list(t.shape), "data": [None if x == -math.inf else x for x in values]}


def exact(tensor):
    """Where the float64 run starts from must not be rounded to the shortest float32 decimal."""
    return plain(tensor.double() if tensor.is_floating_point() else tensor)


def check_types_agree(name, a, b, bound, floor=0, path=""):
    """
    Compares what the two types gave. An element on a kink, or a sum whose terms cancel, would go different ways in them: it
    says nothing about either of us, and the case needs other numbers.
    """
    if isinstance(a, dict):
        for key in a:
            check_types_agree(name, a[key], b[key], bound, floor, f"{path}/{key}")
    elif isinstance(a, list):
        scale = max([abs(v) for v in a if isinstance(v, float)], default=0)
        for i, (v, w) in enumerate(zip(a, b)):
            if isinstance(v, dict):
                check_types_agree(name, v, w, bound, floor, f"{path}/{i}")
            elif isinstance(v, (int, float)) and abs(v - w) > bound * max(scale, floor):
                raise SystemExit(f"{name}{path}: float64 {v}, float32 {w}")
