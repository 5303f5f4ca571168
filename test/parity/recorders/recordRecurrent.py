# Records PyTorch's RNN, LSTM and GRU, so that the parity tests need no Python. Knows nothing of our code.
"""Usage: python3 -B test/parity/recorders/recordRecurrent.py && npx biome format --write test/parity/fixtures/recurrent

Writes one JSON file for each kind into ../fixtures/recurrent/, in the format of recordLayers.py. Needs PyTorch 1.13 or later,
on a CPU. The inputs are x `[batch, time, features]` and, where there are any, the initial states; the outputs are those of the
last layer and the final states. `mask` among the options of forward() is 1 where a sequence has a value, 0 after its end.
"""
import torch

from recordLayers import record, write

FEATURES, HIDDEN, BATCH, TIME = 2, 3, 2, 4
ADAM = ["adam", {"learningRate": 0.02}]


def case(name, kind, layers=1, directions=1, initial=False, lengths=None, time=TIME, **options):
    states = 2 if kind == "LSTM" else 1
    inputs = [[BATCH, time, FEATURES]] + [[layers * directions, BATCH, HIDDEN]] * (states if initial else 0)
    if layers > 1:
        options["numLayers"] = layers
    if directions > 1:
        options["bidirectional"] = True
    call = {}
    if lengths:
        call["mask"] = torch.tensor([[1.0 if t < n else 0.0 for t in range(TIME)] for n in lengths])
    return record(name, kind, inputs, [FEATURES, HIDDEN], options, call, optimizer=ADAM)


def main():
    torch.set_num_threads(1)
    for seed, kind in enumerate(("RNN", "LSTM", "GRU")):
        torch.manual_seed(20 + seed)
        cases = [
            case("one layer", kind),
            case("initial states", kind, initial=True),
            case("without bias", kind, bias=False),
            case("two layers, initial states", kind, layers=2, initial=True),
            case("both directions", kind, directions=2),
            case("two layers, both directions, initial states, without bias", kind, 2, 2, initial=True, bias=False),
            case("sequences of different lengths", kind, lengths=[2, 4]),
            case("both directions, different lengths, initial states", kind, 1, 2, initial=True, lengths=[3, 4]),
        ]
        # the recurrent weights have a gradient then, which is zero
        cases.append(case("one timestep from zeros", kind, time=1))
        if kind == "RNN":
            cases += [
                case("relu", kind, nonlinearity="relu"),
                case("relu, two layers, initial states", kind, 2, initial=True, nonlinearity="relu"),
            ]
        write(kind.lower(), cases, "recurrent")


if __name__ == "__main__":
    main()
