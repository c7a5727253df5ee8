"""A stand-in for timm, with the few calls that are made of it, for where torchvision does not fit torch's build."""

import importlib
import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import torch
from safetensors.torch import load_file, save_file

ARCHITECTURE = "little_net"
CONFIG = {"input_size": (3, 24, 24), "mean": (0.5,) * 3, "std": (0.25,) * 3, "interpolation": "bicubic",
          "crop_mode": "center", "crop_pct": 0.9}  # fmt: skip


def network(num_classes):
    head = [torch.nn.Linear(6, num_classes)] if num_classes else []
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 6, 3), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), *head
    )


def create_model(name, pretrained=False, pretrained_cfg_overlay=None, num_classes=0):
    folder, model = name.removeprefix("local-dir:"), network(num_classes)
    model.pretrained_cfg = dict(CONFIG)
    if folder != name:
        model.pretrained_cfg |= json.loads((Path(folder) / "config.json").read_text())["pretrained_cfg"]
    if pretrained:
        model.load_state_dict(load_file(pretrained_cfg_overlay["file"]), strict=False)
    return model


def save_for_hf(model, folder, safe_serialization=True):
    Path(folder).mkdir()
    save_file(model.state_dict(), Path(folder) / "model.safetensors")
    (Path(folder) / "config.json").write_text(
        json.dumps({"architecture": ARCHITECTURE, "pretrained_cfg": model.pretrained_cfg})
    )


def stand_in():
    made = ModuleType("timm")
    made.__spec__ = ModuleSpec("timm", None)
    made.create_model, made.list_models = create_model, lambda: [ARCHITECTURE]
    made.get_pretrained_cfg = lambda name: SimpleNamespace(hf_hub_id=f"timm/{name}" if "." in name else None)
    made.data = SimpleNamespace(resolve_model_data_config=lambda model: model.pretrained_cfg)
    return made, save_for_hf, ARCHITECTURE


def timm_or_stand_in(monkeypatch):
    """timm, its function that saves, and the name of a small model; a stand-in where timm cannot be imported."""
    try:
        return importlib.import_module("timm"), importlib.import_module("timm.models").save_for_hf, "resnet10t"
    except (ImportError, RuntimeError):  # torchvision's, beside a torch of another build
        for name in [name for name in sys.modules if name.partition(".")[0] in ("timm", "torchvision")]:
            monkeypatch.delitem(sys.modules, name)
        made = stand_in()
        monkeypatch.setitem(sys.modules, "timm", made[0])
        return made
