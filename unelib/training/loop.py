"""One training loop for every embedded model: warm-up and cosine decay, averaged weights, checkpoints, resume.

A checkpoint is one safetensors file (weights, averages, optimiser; the settings in its header), written to a temporary
name and renamed. All randomness of a step comes from (seed, step), so a run that was killed and resumed equals one that
was not.
"""

import json
import math
import time
from contextlib import nullcontext
from copy import deepcopy
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes
from tqdm.auto import tqdm

from ..core.files import make_folder, write_whole


def train_loop(model, loss_of_step, steps, folder, lr, seed=0, decay=0.999, weight_decay=0.01, save_every=250,
               warmup=200, bfloat16=True, **others):  # fmt: skip
    """Minimise `loss_of_step(model, step, generator)` for `steps` steps; returns the averaged model and the seconds.

    Resumes from `folder/checkpoint.safetensors` if it is there; ValueError if that was trained with other settings.
    `decay` is the averages' rate (0 turns them off); `others` are settings of the loss (JSON values), kept too.
    """
    settings = {"steps": steps, "lr": lr, "seed": seed, "decay": decay, "weight_decay": weight_decay}
    settings |= {"warmup": warmup, "bfloat16": bfloat16} | others
    torch.set_flush_denormal(True)
    path = Path(folder) / "checkpoint.safetensors"
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, weight_decay=weight_decay, betas=(0.9, 0.99))
    average = deepcopy(model).requires_grad_(False)
    start, seconds = resume(path, model, average, optimizer, settings)
    began = time.perf_counter() - seconds
    bar = tqdm(range(start, steps), initial=start, total=steps, mininterval=10, desc=Path(folder).name)
    mean = None
    for step in bar:
        set_rate(optimizer, lr * rate_at(step, steps, warmup))
        loss = one_step(model, loss_of_step, step, seed, optimizer, bfloat16)
        update_average(average, model, min(decay, (1 + step) / (10 + step)))
        mean = loss if mean is None else 0.98 * mean + 0.02 * loss
        bar.set_postfix(loss=f"{mean:.4f}", refresh=False)
        if (step + 1) % save_every == 0 or step + 1 == steps:
            save(path, model, average, optimizer, settings, step + 1, time.perf_counter() - began)
    return average.eval(), time.perf_counter() - began


def one_step(model, loss_of_step, step, seed, optimizer, bfloat16):
    """One optimiser step with clipped gradients; returns the loss."""
    model.train()
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    torch.manual_seed(seed * 1_000_003 + step)
    device = next(model.parameters()).device.type
    with torch.autocast(device, torch.bfloat16) if bfloat16 else nullcontext():
        loss = loss_of_step(model, step, generator)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


def rate_at(step, steps, warmup):
    """Learning rate at a step as a share of the peak: linear warm-up, cosine decay to 2%."""
    if step < warmup:
        return (step + 1) / warmup
    part = (step - warmup) / max(steps - warmup, 1)
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * part))


def set_rate(optimizer, rate):
    """Give every parameter group this learning rate."""
    for group in optimizer.param_groups:
        group["lr"] = rate


@torch.no_grad()
def update_average(average, model, decay):
    """average <- decay average + (1 - decay) model; buffers are copied."""
    torch._foreach_lerp_(list(average.parameters()), list(model.parameters()), 1 - decay)
    for kept, now in zip(average.buffers(), model.buffers()):
        kept.copy_(now)


def save(path, model, average, optimizer, settings, step, seconds):
    """Write a whole checkpoint, or none."""
    tensors = {f"model.{k}": v for k, v in model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in average.state_dict().items()}
    for i, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{i}.{k}": v for k, v in state.items()}
    tensors["progress"] = torch.tensor([step, seconds], dtype=torch.float64)
    tensors = {k: v.detach().clone().contiguous() for k, v in tensors.items()}
    make_folder(path.parent)
    write_whole(path, lambda part: part.write_bytes(to_bytes(tensors, {"settings": json.dumps(settings)})))


def resume(path, model, average, optimizer, settings):
    """Load a checkpoint into place; returns the step to go on from and the seconds spent so far."""
    if not path.exists():
        return 0, 0.0
    refuse_other_settings(path, settings)
    tensors = load_file(path)

    def pick(prefix):
        return {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}

    model.load_state_dict(pick("model."))
    average.load_state_dict(pick("average."))
    state = {}
    for key, value in pick("optimizer.").items():
        index, name = key.split(".", 1)
        state.setdefault(int(index), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
    step, seconds = tensors["progress"].tolist()
    return int(step), seconds


def refuse_other_settings(path, settings):
    """ValueError naming every setting in which a checkpoint, also one that has none, and this training differ."""
    with safe_open(path, "pt") as checkpoint:
        there = json.loads((checkpoint.metadata() or {}).get("settings", "{}"))
    differ = [key for key in sorted(there | settings) if there.get(key) != settings.get(key)]
    if differ:
        differ = "; ".join(f"{key}: {there.get(key)!r} there, {settings.get(key)!r} now" for key in differ)
        raise ValueError(f"{path} was trained with other settings ({differ}); restore them, or remove it to train anew")
