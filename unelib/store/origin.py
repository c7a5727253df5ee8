"""Where a view's noise came from, and so the way back: the generator that made it, or an error that says why not."""

from typing import Any

from ..inversion.ode import noise_settings, solved_by
from ..models.generators import load_generator

WAY = ("steps", "solver", "grid")
MAY_DIFFER = ("model", "dtype", "imported", "sha256", "drawn")  # folders move, a smaller machine rounds otherwise


def generator_of(manifest: dict[str, Any], model: Any = None, device: Any = "auto", dtype: Any = "auto") -> Any:
    """The generator of a noise view, solved as the view was; `NoiseZoo.generator` says what it takes and raises."""
    view, settings = manifest["view"], manifest["settings"]
    way = () if settings.get("one_pass") else WAY
    if missing := [key for key in (*way, *(["model"] if model is None else [])) if key not in settings]:
        raise ValueError(
            f"view {view!r} does not say with which {', '.join(missing)} it was made, so there is no way back from it;"
            " invert its images anew"
        )
    gen = settings["model"] if model is None else model
    if isinstance(gen, str):
        gen = load_generator(gen, device, dtype, settings.get("prompt", ""), settings.get("guidance", 1.0))
    gen = solved_by(gen, *(settings[key] for key in way)) if way else gen
    refuse_other_maker(view, settings, noise_settings(gen))
    return gen


def refuse_other_maker(view, there, here):
    """ValueError naming every setting of a view in which what is to decode it differs from what made it."""
    pairs = {key: (value, here.get(key)) for key, value in there.items() if key not in MAY_DIFFER}
    differ = "; ".join(f"{key}: {made!r} there, {now!r} here" for key, (made, now) in pairs.items() if made != now)
    if differ:
        raise ValueError(
            f"{here['model']!r} is not what made view {view!r} ({differ}); take zoo.generator({view!r}), or invert the"
            " images anew with this one"
        )
