"""The other side of the comparison: Captum and zennit on PyTorch, timed on request.

Reads one JSON object a line from standard input and answers with one JSON object a line:

    {"ask": "versions"}
    {"ask": "run", "network": "resnet18", "weights": "resnet18.safetensors", "data": "row.safetensors",
     "method": "deeplift-rescale", "target": 1, "repetitions": 3, "at_once": 0, "scores": null}

A run answers with the milliseconds of each repetition, and the largest absolute convergence delta where the method has one.
Inputs are explained all at once, or "at_once" at a time if that is not 0. With "scores" it writes the scores to that file as little-endian float32. Every
network and method is made once and kept, and hooks stay registered where the peer allows it, so that only the work that
recurs for each batch is timed.
"""

import argparse
import json
import os
import struct
import sys
import time
import warnings

arguments = argparse.ArgumentParser()
arguments.add_argument("--peers", required=True, help="folder with captum/ and zennit/, as their repositories have them")
arguments.add_argument("--threads", type=int, default=2)
options = arguments.parse_args()
sys.path.insert(0, os.path.join(options.peers, "captum"))
sys.path.insert(0, os.path.join(options.peers, "zennit", "src"))
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)  # whatever a library prints must not end up among the answers

import numpy  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

warnings.filterwarnings("ignore")
torch.set_num_threads(options.threads)


class Block(nn.Module):
    """Two convolutions and a shortcut; every rectifier is a module of its own, as DeepLIFT in Captum wants it."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outside)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outside)
        self.shortcut = None
        if stride != 1 or inside != outside:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))
        self.relu2 = nn.ReLU()

    def forward(self, x):
        y = self.relu1(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return self.relu2(y + (x if self.shortcut is None else self.shortcut(x)))


class ResNet18(nn.Module):
    def __init__(self, pool):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.norm = nn.BatchNorm2d(64)
        self.relu = nn.ReLU()
        self.pool = pool
        blocks = []
        inside = 64
        for stage in range(4):
            for block in range(2):
                blocks.append(Block(inside, 64 << stage, 2 if stage > 0 and block == 0 else 1))
                inside = 64 << stage
        self.blocks = nn.Sequential(*blocks)
        self.average = nn.AdaptiveAvgPool2d(1)
        self.dense = nn.Linear(512, 1000)

    def forward(self, x):
        x = self.blocks(self.pool(self.relu(self.norm(self.conv(x)))))
        return self.dense(self.average(x).flatten(1))


class Genomics(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(4, 50, 11), nn.ReLU(), nn.Conv1d(50, 50, 11), nn.ReLU(), nn.AvgPool1d(180), nn.Flatten(),
            nn.Linear(50, 50), nn.ReLU(), nn.Linear(50, 3))

    def forward(self, x):
        return self.layers(x.transpose(1, 2))


def torchvision_resnet18():
    """The form that zennit's canonizer knows."""
    import torchvision

    return torchvision.models.resnet18(weights=None)


NETWORKS = {
    "genomics": Genomics,
    "resnet18": lambda: ResNet18(nn.MaxPool2d(3, 2, 1)),
    "resnet18-average": lambda: ResNet18(nn.AvgPool2d(3, 2, 1, count_include_pad=False)),
    "resnet18-torchvision": torchvision_resnet18,
}


def safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        start = 8 + length
        out = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            if entry["dtype"] != "F32":
                raise ValueError(f"{path}: {name} is {entry['dtype']}, float32 is expected")
            begin, end = entry["data_offsets"]
            file.seek(start + begin)
            array = numpy.frombuffer(file.read(end - begin), dtype="<f4").reshape(entry["shape"])
            out[name] = torch.from_numpy(array.copy())
        return out


def load(model, path):
    """Weights are numbered by kind of layer in the order of the network, which is the order of the modules too."""
    weights = safetensors(path)
    used = 0
    counts = {"conv": 0, "norm": 0, "dense": 0}
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.Conv1d, nn.Conv2d)):
                kind, places = "conv", {"weight": module.weight, "bias": module.bias}
            elif isinstance(module, nn.BatchNorm2d):
                kind, places = "norm", {
                    "scale": module.weight, "bias": module.bias, "mean": module.running_mean,
                    "variance": module.running_var}
            elif isinstance(module, nn.Linear):
                kind, places = "dense", {"weight": module.weight, "bias": module.bias}
            else:
                continue
            for name, place in places.items():
                if place is not None:
                    value = weights[f"{kind}.{counts[kind]}.{name}"]
                    place.copy_(value.T if kind == "dense" and name == "weight" else value)
                    used += 1
            counts[kind] += 1
    if used != len(weights):
        raise ValueError(f"{path} has {len(weights)} tensors, the network takes {used}")
    return model.eval()


class CaptumWork:
    def __init__(self, model, method):
        from captum.attr import DeepLift, DeepLiftShap, IntegratedGradients

        self.kind = method
        self.explainer = {
            "deeplift-rescale": DeepLift, "deeplift-shap": DeepLiftShap, "integrated-gradients": IntegratedGradients,
        }[method](model)

    def __call__(self, x, references, target, delta=False):
        more = {"n_steps": 50} if self.kind == "integrated-gradients" else {}
        return self.explainer.attribute(x, references, target=target, return_convergence_delta=delta, **more)


class GradientWork:
    def __init__(self, model):
        self.model = model

    def __call__(self, x, references, target, delta=False):
        x = x.detach().requires_grad_()
        (scores,) = torch.autograd.grad(self.model(x)[:, target].sum(), x)
        return (scores, None) if delta else scores


class ZennitWork:
    def __init__(self, model):
        from zennit.composites import EpsilonPlus
        from zennit.torchvision import ResNetCanonizer

        self.model = model
        EpsilonPlus(canonizers=[ResNetCanonizer()]).register(model)

    def __call__(self, x, references, target, delta=False):
        x = x.detach().requires_grad_()
        y = self.model(x)
        seed = torch.zeros_like(y)
        seed[:, target] = y.detach()[:, target]
        (scores,) = torch.autograd.grad(y, x, seed)
        return (scores, None) if delta else scores


def work(model, method):
    if method == "gradient":
        return GradientWork(model)
    if method == "lrp-epsilon-plus":
        return ZennitWork(model)
    return CaptumWork(model, method)


def in_parts(call, x, references, target, at_once):
    """The work on a few inputs at a time, for what would not fit into memory at once."""
    if at_once == 0 or at_once >= len(x):
        return call(x, references, target)
    return torch.cat([call(part, references, target) for part in x.split(at_once)])


def versions():
    import captum
    import torchvision

    return {"python": sys.version.split()[0], "torch": torch.__version__, "torchvision": torchvision.__version__,
            "captum": captum.__version__, "threads": torch.get_num_threads()}


class Server:
    def __init__(self):
        self.works = {}
        self.data = {}

    def run(self, request):
        key = (request["network"], request["weights"], request["method"])
        if key not in self.works:
            self.works[key] = work(load(NETWORKS[request["network"]](), request["weights"]), request["method"])
        call = self.works[key]
        path = request["data"]
        if path not in self.data:
            self.data = {path: safetensors(path)}
        x = self.data[path]["inputs"]
        references = self.data[path].get("references")
        target = request["target"]
        answer = {}
        if request.get("scores"):
            scores, delta = call(x, references, target, delta=True)
            scores.detach().numpy().astype("<f4").tofile(request["scores"])
            answer["delta"] = None if delta is None else float(delta.abs().max())
        times = []
        for _ in range(request["repetitions"]):
            start = time.perf_counter()
            in_parts(call, x, references, target, request["at_once"])
            times.append((time.perf_counter() - start) * 1e3)
        return {**answer, "milliseconds": times}

    def serve(self):
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = versions() if request["ask"] == "versions" else self.run(request)
            except Exception as e:  # the other side decides what to do about it
                answer = {"error": f"{type(e).__name__}: {e}"}
            answers.write(json.dumps(answer) + "\n")
            answers.flush()


Server().serve()
