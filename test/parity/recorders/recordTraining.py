# Records PyTorch's losses, optimizers and schedules, so that the parity tests need no Python. Knows nothing of our code.
"""Usage: python3 -B test/parity/recorders/recordTraining.py && npx biome format --write test/parity/fixtures

Writes into ../fixtures/training/. Needs PyTorch 1.13 or later, on a CPU. Numbers that both types begin with
are representable in float32.

    losses.json       cases: name, loss (as F names it), options, tensors (constants among the options), input, target
                      (`classes`: whole numbers), upstream (∂L/∂loss), and in float64 and float32: value, gradient (∂L/∂input),
                      targetGradient (null where the target is class numbers or PyTorch gives none). The classes stand on the
                      last dimension here; PyTorch gets them on the second.
    optimizers.json   one MLP (Linear 3-5, Tanh, Linear 5-2), one batch, mean squared error. runs: name, optimizer, options,
                      groups (options of the weights' and the biases' group, or null for one group), schedule (name and
                      options, stepped after every update, or null), clipGradValue (or null), and in both types the losses
                      before each of 20 steps and the weights after them
    schedules.json    cases: name, schedule, options, momentum (does the optimizer have one?), losses (what plateau sees, or
                      null), rates (for two groups, before the first and after each of 20 steps), momenta (likewise, or null)
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F
from torch.optim import lr_scheduler

from values import exact, number, plain

STEPS = 20
TYPES = {"float64": torch.float64, "float32": torch.float32}

NAMES = {
    "learningRate": "lr",
    "weightDecay": "weight_decay",
    "lrDecay": "lr_decay",
    "initialAccumulatorValue": "initial_accumulator_value",
    "labelSmoothing": "label_smoothing",
    "ignoreIndex": "ignore_index",
    "posWeight": "pos_weight",
    "logTarget": "log_target",
    "stepSize": "step_size",
    "tMax": "T_max",
    "etaMin": "eta_min",
    "startFactor": "start_factor",
    "endFactor": "end_factor",
    "totalIters": "total_iters",
    "maxLearningRate": "max_lr",
    "totalSteps": "total_steps",
    "pctStart": "pct_start",
    "annealStrategy": "anneal_strategy",
    "cycleMomentum": "cycle_momentum",
    "baseMomentum": "base_momentum",
    "maxMomentum": "max_momentum",
    "divFactor": "div_factor",
    "finalDivFactor": "final_div_factor",
    "threePhase": "three_phase",
    "thresholdMode": "threshold_mode",
    "minLearningRate": "min_lr",
}

LOSSES = {
    "crossEntropy": F.cross_entropy,
    "nllLoss": F.nll_loss,
    "mseLoss": F.mse_loss,
    "l1Loss": F.l1_loss,
    "smoothL1Loss": F.smooth_l1_loss,
    "huberLoss": F.huber_loss,
    "binaryCrossEntropyWithLogits": F.binary_cross_entropy_with_logits,
    "klDiv": F.kl_div,
}

OPTIMIZERS = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamW": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
    "adagrad": torch.optim.Adagrad,
}

SCHEDULES = {
    "step": lr_scheduler.StepLR,
    "multiStep": lr_scheduler.MultiStepLR,
    "exponential": lr_scheduler.ExponentialLR,
    "cosine": lr_scheduler.CosineAnnealingLR,
    "linear": lr_scheduler.LinearLR,
    "oneCycle": lr_scheduler.OneCycleLR,
    "plateau": lr_scheduler.ReduceLROnPlateau,
}


def theirs(options):
    return {NAMES.get(name, name): value for name, value in options.items()}


def normal(*shape):
    return torch.randn(*shape)


def classes_second(loss, t):
    """PyTorch wants the classes on the second dimension, where they stand on the last here."""
    return t.movedim(-1, 1).contiguous() if loss in ("crossEntropy", "nllLoss") and t.dim() > 2 else t


def measure_loss(case, dtype):
    cast = lambda t: t.to(dtype) if t.is_floating_point() else t
    x = cast(case["input"]).clone().requires_grad_()
    soft = case["target"].is_floating_point()
    y = cast(case["target"]).clone().requires_grad_(soft and not case["fixedTarget"])
    options = {**theirs(case["options"]), **{NAMES.get(k, k): cast(t) for k, t in case["tensors"].items()}}
    loss = case["loss"]
    target = classes_second(loss, y) if y.shape == x.shape else y
    value = LOSSES[loss](classes_second(loss, x), target, **options)
    (value * cast(case["upstream"])).sum().backward()
    return {
        "value": plain(value),
        "gradient": plain(x.grad),
        "targetGradient": plain(y.grad) if y.requires_grad else None,
    }


def loss_case(name, loss, options, x, y, tensors=None, fixed_target=False):
    tensors = tensors or {}
    shape = ()
    if options.get("reduction") == "none":
        shape = x.shape[:-1] if loss in ("crossEntropy", "nllLoss") else x.shape
    case = {
        "loss": loss,
        "options": options,
        "tensors": tensors,
        "input": x,
        "target": y,
        "upstream": normal(*shape) if shape else torch.tensor(0.75),
        "fixedTarget": fixed_target,
    }
    measured = {type_name: measure_loss(case, dtype) for type_name, dtype in TYPES.items()}
    return {
        "name": name,
        "loss": loss,
        "options": options,
        "tensors": {key: exact(t) for key, t in tensors.items()},
        "input": exact(x),
        "target": {**exact(y), "classes": not y.is_floating_point()},
        "upstream": exact(case["upstream"]),
        **measured,
    }


def class_losses():
    cases = []
    x = normal(2, 3, 5)
    labels = torch.tensor([[0, 4, 2], [1, 1, 3]])
    ignored = torch.tensor([[0, -100, 2], [1, 1, -100]])
    weight = {"weight": torch.tensor([0.5, 2.0, 1.0, 0.25, 3.0])}
    for loss, start in (("crossEntropy", x * 3), ("nllLoss", F.log_softmax(x, -1))):
        for reduction in ("mean", "sum", "none"):
            o = {"reduction": reduction}
            cases += [
                loss_case(f"{loss}, {reduction}", loss, o, start, labels),
                loss_case(f"{loss}, {reduction}, weights, ignored targets", loss, o, start, ignored, weight),
                loss_case(f"{loss}, {reduction}, ignoreIndex 1", loss, {**o, "ignoreIndex": 1}, start, labels, weight),
            ]
    soft = F.softmax(normal(2, 3, 5), -1)
    for reduction in ("mean", "sum", "none"):
        o = {"reduction": reduction, "labelSmoothing": 0.2}
        cases += [
            loss_case(f"crossEntropy, {reduction}, smoothing", "crossEntropy", o, x, labels),
            loss_case(f"crossEntropy, {reduction}, smoothing, weights, ignored", "crossEntropy", o, x, ignored, weight),
            loss_case(f"crossEntropy, {reduction}, soft targets, smoothing", "crossEntropy", o, x, soft, weight),
            loss_case(f"crossEntropy, {reduction}, soft targets", "crossEntropy", {"reduction": reduction}, x, soft),
        ]
    return cases


def pointwise_losses():
    cases = []
    # d = 0, ±1 (the kinks of the defaults), ±0.5 (of beta and delta below), and others
    x = torch.tensor([[0.0, 1.0, -1.0, 0.5], [-0.5, 2.5, -3.0, 0.25]])
    y = torch.zeros(2, 4)
    a, b = normal(3, 4), normal(3, 4)
    for reduction in ("mean", "sum", "none"):
        o = {"reduction": reduction}
        for kind, p, q in (("kinks", x, y), ("normal", a, b)):
            for loss, more in (
                ("mseLoss", {}),
                ("l1Loss", {}),
                ("smoothL1Loss", {}),
                ("smoothL1Loss", {"beta": 0.5}),
                ("smoothL1Loss", {"beta": 0.0}),
                ("huberLoss", {}),
                ("huberLoss", {"delta": 0.5}),
            ):
                # for beta = 0 PyTorch 1.13 says −1 at d = 0; since 2.0 it is the L1 loss, with 0 there
                if kind == "kinks" and more.get("beta") == 0:
                    continue
                cases.append(loss_case(", ".join([loss, reduction, kind, *(f"{k} {v}" for k, v in more.items())]), loss, {**o, **more}, p, q))
    logits = torch.tensor([[0.0, 30.0, -30.0, 0.5], [-2.0, 1.5, -100.0, 100.0]])
    labels = torch.tensor([[0.0, 1.0, 0.0, 0.25], [1.0, 0.0, 1.0, 0.0]])
    tensors = {"weight": torch.tensor([[2.0], [0.5]]), "posWeight": torch.tensor([0.5, 1.0, 3.0, 2.0])}
    bce = "binaryCrossEntropyWithLogits"
    for reduction in ("mean", "sum", "none"):
        o = {"reduction": reduction}
        cases += [
            loss_case(f"{bce}, {reduction}", bce, o, logits, labels),
            loss_case(f"{bce}, {reduction}, weights", bce, o, logits, labels, tensors),
        ]
    log_p, q = F.log_softmax(normal(3, 4), -1), F.softmax(normal(3, 4), -1)
    with_zero = torch.tensor([[0.0, 0.25, 0.75, 0.0], [1.0, 0.0, 0.0, 0.0], [0.5, 0.5, 0.0, 0.0]])
    for reduction in ("mean", "batchmean", "sum", "none"):
        o = {"reduction": reduction}
        cases += [
            loss_case(f"klDiv, {reduction}", "klDiv", o, log_p, q),
            loss_case(f"klDiv, {reduction}, zeros", "klDiv", o, log_p, with_zero, fixed_target=True),
            loss_case(f"klDiv, {reduction}, log target", "klDiv", {**o, "logTarget": True}, log_p, q.log()),
        ]
    return cases


def make_schedule(name, options, optimizer):
    if name == "sequential":
        parts = [make_schedule(part, o, optimizer) for part, o in options["parts"]]
        return lr_scheduler.SequentialLR(optimizer, parts, milestones=options["milestones"])
    return SCHEDULES[name](optimizer, **theirs(options))


def train(run, weights, x, y, dtype):
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2)).to(dtype)
    model.load_state_dict({name: w.to(dtype) for name, w in weights.items()})
    x, y = x.to(dtype), y.to(dtype)
    parameters = model.parameters()
    if run["groups"]:
        of_kind = lambda kind: [p for name, p in model.named_parameters() if name.endswith(kind)]
        kinds = zip(("weight", "bias"), run["groups"])
        parameters = [{"params": of_kind(kind), **theirs(options)} for kind, options in kinds]
    optimizer = OPTIMIZERS[run["optimizer"]](parameters, **theirs(run["options"]))
    schedule = make_schedule(*run["schedule"], optimizer) if run["schedule"] else None
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        if run["clipGradValue"]:
            nn.utils.clip_grad_value_(model.parameters(), run["clipGradValue"])
        optimizer.step()
        if schedule:
            schedule.step()
        losses.append(number(loss.detach()))
    return {"losses": losses, "weights": {name: plain(w) for name, w in model.state_dict().items()}}


def optimizer_runs():
    run = lambda name, optimizer, options, groups=None, schedule=None, clip=None: {
        "name": name,
        "optimizer": optimizer,
        "options": options,
        "groups": groups,
        "schedule": schedule,
        "clipGradValue": clip,
    }
    cycle = {"maxLearningRate": 0.2, "totalSteps": STEPS}
    betas = {"betas": [0.8, 0.95]}
    return [
        run("sgd, momentum, dampening", "sgd", {"learningRate": 0.1, "momentum": 0.9, "dampening": 0.3}),
        run("sgd, groups", "sgd", {"learningRate": 0.1, "momentum": 0.5}, [{"weightDecay": 0.1}, {"learningRate": 0.3}]),
        run("sgd, clipped by value", "sgd", {"learningRate": 0.3}, clip=0.05),
        run("sgd, one-cycle", "sgd", {"learningRate": 0.1, "momentum": 0.9}, schedule=["oneCycle", cycle]),
        run("adam", "adam", {"learningRate": 0.02, **betas, "eps": 1e-3}),
        run("adam, amsgrad", "adam", {"learningRate": 0.1, "amsgrad": True, "weightDecay": 0.05}),
        run("adam, groups", "adam", {}, [{"learningRate": 0.05, **betas}, {"learningRate": 0.01, "weightDecay": 0.2}]),
        run("adam, one-cycle", "adam", {}, schedule=["oneCycle", {**cycle, "threePhase": True, "pctStart": 0.4}]),
        run("adamW, defaults", "adamW", {"learningRate": 0.05}),
        run("adamW, amsgrad", "adamW", {"learningRate": 0.1, "weightDecay": 0.3, "amsgrad": True}),
        run("rmsprop, defaults", "rmsprop", {}),
        run("rmsprop, centered", "rmsprop", {"alpha": 0.9, "eps": 1e-4, "centered": True}),
        run("rmsprop, momentum, decay", "rmsprop", {"momentum": 0.8, "weightDecay": 0.1}),
        run("rmsprop, centered, momentum", "rmsprop", {"alpha": 0.9, "momentum": 0.5, "centered": True, "eps": 1e-3}),
        run("adagrad, defaults", "adagrad", {}),
        run(
            "adagrad, all",
            "adagrad",
            {"learningRate": 0.2, "lrDecay": 0.05, "weightDecay": 0.1, "initialAccumulatorValue": 0.1, "eps": 1e-4},
        ),
    ]


def record_schedule(name, schedule, options, optimizer="sgd", losses=None):
    parameters = [nn.Parameter(torch.zeros(1)) for _ in range(2)]
    groups = [{"params": [parameters[0]], "lr": 0.1}, {"params": [parameters[1]], "lr": 0.02}]
    o = OPTIMIZERS[optimizer](groups, lr=0.1)
    s = make_schedule(schedule, options, o)
    rates, momenta = [[g["lr"] for g in o.param_groups]], []
    momentum = lambda: o.param_groups[0]["betas"][0] if "betas" in o.param_groups[0] else o.param_groups[0]["momentum"]
    cycles = schedule == "oneCycle" and options.get("cycleMomentum", True)
    if cycles:
        momenta.append(momentum())
    for i in range(STEPS):
        o.step()
        s.step(losses[i]) if losses else s.step()
        rates.append([g["lr"] for g in o.param_groups])
        if cycles:
            momenta.append(momentum())
    return {
        "name": name,
        "schedule": schedule,
        "options": options,
        "optimizer": optimizer,
        "losses": losses,
        "rates": rates,
        "momenta": momenta if cycles else None,
    }


def schedules():
    falling = [1, 0.9, 0.9, 0.9, 0.89995, 0.7, 0.71, 0.72, 0.7, 0.73, 0.69, 0.69, 0.68999, 0.69, 0.7, 0.5, 0.5, 0.5, 0.6, 0.5]
    cycle = {"maxLearningRate": 0.5, "totalSteps": STEPS}
    warm = {"startFactor": 0.1, "totalIters": 4}
    return [
        record_schedule("step", "step", {"stepSize": 3, "gamma": 0.5}),
        record_schedule("step, default", "step", {"stepSize": 7}),
        record_schedule("multi-step", "multiStep", {"milestones": [2, 5, 11], "gamma": 0.3}),
        record_schedule("exponential", "exponential", {"gamma": 0.9}),
        record_schedule("cosine", "cosine", {"tMax": 20}),
        record_schedule("cosine, down and up", "cosine", {"tMax": 8, "etaMin": 0.001}),
        record_schedule("linear, defaults", "linear", {}),
        record_schedule("linear, falling", "linear", {"startFactor": 1.0, "endFactor": 0.2, "totalIters": 9}),
        record_schedule("one-cycle, sgd", "oneCycle", cycle),
        record_schedule("one-cycle, adam", "oneCycle", cycle, "adam"),
        record_schedule("one-cycle, each group", "oneCycle", {**cycle, "maxLearningRate": [0.4, 0.05], "totalSteps": 30}),
        record_schedule(
            "one-cycle, three phases, linear",
            "oneCycle",
            {
                **cycle,
                "threePhase": True,
                "pctStart": 0.4,
                "annealStrategy": "linear",
                "divFactor": 10,
                "finalDivFactor": 100,
                "baseMomentum": 0.7,
                "maxMomentum": 0.9,
            },
        ),
        record_schedule("one-cycle, no momentum", "oneCycle", {**cycle, "cycleMomentum": False}, "adagrad"),
        record_schedule("plateau", "plateau", {"patience": 1, "factor": 0.5}, losses=falling),
        record_schedule(
            "plateau, absolute, cooldown, floor",
            "plateau",
            {
                "patience": 0,
                "factor": 0.3,
                "threshold": 0.05,
                "thresholdMode": "abs",
                "cooldown": 2,
                "minLearningRate": 0.005,
                "eps": 0.004,
            },
            losses=falling,
        ),
        record_schedule("plateau, defaults", "plateau", {}, losses=[1.0] * 14 + [0.5] * 6),
        record_schedule(
            "warm-up, then cosine",
            "sequential",
            {"parts": [["linear", warm], ["cosine", {"tMax": 16}]], "milestones": [4]},
        ),
    ]


def main():
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).parent.parent / "fixtures" / "training"
    folder.mkdir(parents=True, exist_ok=True)

    def write(name, content):
        (folder / f"{name}.json").write_text(json.dumps({"torch": torch.__version__, **content}) + "\n")
        print(f"{name}.json")

    torch.manual_seed(11)
    write("losses", {"cases": class_losses() + pointwise_losses()})

    torch.manual_seed(12)
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 2))
    weights = {name: w.clone() for name, w in model.state_dict().items()}
    x, y = normal(8, 3), normal(8, 2)
    runs = [
        {**run, **{name: train(run, weights, x, y, dtype) for name, dtype in TYPES.items()}} for run in optimizer_runs()
    ]
    common = {"input": exact(x), "target": exact(y), "weights": {name: exact(w) for name, w in weights.items()}}
    write("optimizers", {**common, "runs": runs})

    write("schedules", {"cases": schedules()})


if __name__ == "__main__":
    main()
