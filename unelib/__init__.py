"""A workbook for the Universal Normal Embedding hypothesis.

The names below can be imported from here; they are loaded when first used, so that `import unelib` stays instant.
"""

from importlib import import_module

__version__ = "0.1.0"

EXPORTS = {
    "load_images": "images",
    "load_generator": "generators",
    "load_encoder": "encoders",
    "load_judge": "judge",
    "generate": "invert",
    "NoiseZoo": "zoo",
    "normality": "gaussianity",
    "LinearProbe": "probe",
    "probe_scores": "scores",
    "RidgeMap": "transfer",
    "ridge_maps": "transfer",
    "Procrustes": "transfer",
    "CCA": "canonical",
    "GCCA": "canonical",
    "RelativeRepresentation": "relative",
    "choose_anchors": "relative",
    "stitched_scores": "relative",
    "UNE": "une",
    "direction": "directions",
    "carried": "directions",
    "partial_directions": "directions",
    "walk": "edit",
    "score_edit": "edit",
    "HSpace": "hspace",
    "local_basis": "pullback",
    "interpolate": "interpolation",
    "Explorer": "explore",
}
__all__ = list(EXPORTS)


def __getattr__(name):
    if name not in EXPORTS:
        raise AttributeError(f"unelib has no {name!r}; it has {', '.join(EXPORTS)}, and its modules")
    return getattr(import_module(f".{EXPORTS[name]}", __name__), name)
