"""A zoo on the Hugging Face hub: pushed whole and sound, pulled and checked before anyone reads it."""

import os
import re
from html import escape
from pathlib import Path
from typing import Any

from ..core.files import write_whole
from .zoo import FILES, NoiseZoo, kind_in_words


def push(zoo: NoiseZoo, repo: str, *, private: bool = False, api: Any = None) -> Any:
    """Upload a zoo with its data card as the hub data set `repo` (owner/name); a damaged or unfinished one is refused.

    api  `huggingface_hub.HfApi` by default, with the token of `hf auth login`
    """
    refuse_faults(zoo, "push it after: python -m unelib zoo repair RECIPE")
    api = api or hub_api()
    write_whole(zoo.path / "README.md", lambda part: part.write_text(data_card(zoo, repo)))
    api.create_repo(repo, repo_type="dataset", private=private, exist_ok=True)
    return api.upload_folder(
        repo_id=repo, repo_type="dataset", folder_path=str(zoo.path), allow_patterns=["README.md", *FILES]
    )


def pull(repo: str, folder: str | Path, revision: str | None = None, api: Any = None) -> NoiseZoo:
    """Download the hub data set `repo` into a new folder and verify it; returns the `NoiseZoo`.

    It is called by its name only once every shard has proved sound; a pull that broke off goes on where it was.
    """
    folder = Path(folder)
    if folder.exists():
        raise ValueError(f"{folder} is there already; pull into a new folder")
    part = folder.with_name(f".{folder.name}.pull")
    api = api or hub_api()
    api.snapshot_download(
        repo_id=repo, repo_type="dataset", revision=revision, local_dir=str(part), allow_patterns=["README.md", *FILES]
    )
    if not NoiseZoo(part).has_index:
        raise ValueError(f"{repo} is no NoiseZoo: it has no index.parquet; it may be one of .npy files (zoo import)")
    refuse_faults(NoiseZoo(part), f"remove {part} and pull it again")
    os.replace(part, folder)
    return NoiseZoo(folder)


def refuse_faults(zoo, next_step):
    """ValueError with the first fault of a zoo, if it has any."""
    faults = zoo.verify()
    if len(faults):
        first = faults.iloc[0]
        raise ValueError(
            f"{zoo.path} has {len(faults)} faults, first view {first['view']!r}, shard {first.shard}: {first.problem};"
            f" {next_step}"
        )


def hub_api():
    """The hub's own client; ImportError says how to install it."""
    try:
        from huggingface_hub import HfApi
    except ImportError as error:
        raise ImportError("the hub needs the extra: pip install 'unelib[hub]'") from error
    return HfApi()


def plain(text):
    """Text from data as Markdown shows it: nothing in it is markup, and it stays in its cell of a table."""
    return re.sub(r"([\\`*\[\]|#])", r"\\\1", escape(" ".join(str(text).split()), quote=False))


def data_card(zoo, repo):
    """The README of a zoo on the hub: what it holds, how each view was made, how it is read."""
    counts = zoo.index["split"].value_counts(sort=False).items()
    splits, names = ", ".join(f"{n} {plain(split)}" for split, n in counts), list(map(plain, zoo.attributes))
    views = "\n".join(
        f"| {plain(v.view)} | {plain(kind_in_words(v))} | {v.columns} | {v.dtype} | {v.rounding:.1e} | "
        + plain(", ".join(f"{key} {value}" for key, value in v.settings.items()))
        + " |"
        for v in zoo.info().itertuples()
    )
    return f"""---
pretty_name: NoiseZoo {repo.split("/")[-1]}
tags: [noise-zoo, diffusion, embeddings]
---
# NoiseZoo: {repo}

Row-aligned views of the same {len(zoo)} images ({splits}): the noise
that diffusion models assign to them and the embeddings of encoders, with {len(names)} attributes:
{", ".join(names)}. The images themselves are not included; `index.parquet` has the SHA-256 of each.

| view | kind | columns | kept as | relative rounding error | made with |
|---|---|---|---|---|---|
{views}

```python
from unelib.store import pull

zoo = pull("{repo}", "zoo")   # every shard is verified
zoo.views, zoo[zoo.views[0]], zoo.attributes
```
Each view is a folder of safetensors shards (tensor `rows`), with the settings in `manifest.json` and a record with the
hash beside each shard.
"""
