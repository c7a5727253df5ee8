"""Depth, the Vendi score and InfoMEC at full size: seconds, memory, and their distance from their plain formulas."""

import subprocess
import sys

import numpy as np
from measured import cpu_timed, peak_memory, promised, timed
from scipy.linalg import eigvalsh
from scipy.spatial.distance import cdist
from sklearn.feature_selection import mutual_info_classif

from unelib.gaussianity.depths import LARGEST, depth
from unelib.linalg.diversity import vendi_score
from unelib.probing.disentanglement import infomec
from unelib.probing.factor_information import information

ROWS, COLUMNS = 20_000, 512


def rows(n=ROWS, d=COLUMNS, seed=0):
    """Rows about a common direction, float32 as in a zoo."""
    return np.random.default_rng(seed).standard_normal((n, d), np.float32) + np.float32(0.2)


def depths():
    """Seconds of each distance, and the least agreement with all pairs of fewer rows."""
    X, few = rows(), rows(1500).astype(float)
    for distance in LARGEST:
        seconds, (cpu, _) = timed(lambda: cpu_timed(lambda: depth(X, distance=distance)))  # noqa: B023
        promised(f"measures/depth, {distance}", seconds, f"s for {ROWS} x {COLUMNS}", most=10, cpu=cpu)
    cosine = cdist(few, few, "cosine")
    pairs = {"cosine": cosine, "chord": np.sqrt(2 * cosine), "angular": np.arccos(1 - cosine)}
    for distance, table in pairs.items():
        np.fill_diagonal(table, 0)
        wanted = LARGEST[distance] - table.sum(1) / (len(few) - 1)
        off = np.abs(depth(few, distance=distance) - wanted).max()
        promised(f"measures/depth of all pairs, {distance}", off, "from all pairs", most=1e-9)


def vendi():
    """Seconds of the score, and its agreement with the kernel matrix's."""
    X, few = rows(), rows(1000, 64).astype(float)
    seconds, (cpu, _) = timed(lambda: cpu_timed(lambda: vendi_score(X)))
    promised("measures/Vendi", seconds, f"s for {ROWS} x {COLUMNS}", most=5, cpu=cpu)
    U = few / np.linalg.norm(few, axis=1, keepdims=True)
    p = eigvalsh(U @ U.T / len(U))
    p = p[p > 1e-12]
    off = abs(vendi_score(few) / np.exp(-(p * np.log(p)).sum()) - 1)
    promised("measures/Vendi of the kernel", off, "of its value from the kernel's", most=1e-9)


def mec(n=2000, d=16, m=24):
    """Seconds of InfoMEC beside scikit-learn's estimator of information alone, and the agreement of the two."""
    rng = np.random.default_rng(0)
    S = rng.integers(0, 3, (n, m))
    X = S @ rng.standard_normal((m, d)) + rng.standard_normal((n, d))
    Z = (X - X.mean(0)) / X.std(0)
    ours, told = timed(lambda: information(X, S, 0))
    by_library = lambda s: mutual_info_classif(Z, s, discrete_features=False, n_neighbors=10)
    theirs, wanted = timed(lambda: np.array([by_library(s) for s in S.T]))
    p = np.array([np.bincount(s) / n for s in S.T])
    wanted /= -(p * np.log(p)).sum(1, keepdims=True)
    promised("measures/information", theirs / ours, "x our time takes scikit-learn's", least=5, seconds=ours)
    promised("measures/information agrees", np.abs(told - wanted).max(), "from scikit-learn's", most=1e-6)
    promised("measures/InfoMEC", cpu_timed(lambda: infomec(X, S))[0], f"CPU s for {n} x {d}, {m} factors", most=10)


def memory():
    """Memory of depth by all pairs, in a process of its own, and what the libraries take of it."""
    most, before = map(float, subprocess.check_output([sys.executable, __file__, "angular"]).split())
    promised("measures/depth, memory", most, "GB, libraries and all", most=1, libraries=before)


def in_own_process(distance):
    """Print the peak memory after a depth, and before it."""
    before = peak_memory()
    depth(rows(), distance=distance)
    print(peak_memory(), before)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        in_own_process(sys.argv[1])
    else:
        depths()
        vendi()
        mec()
        memory()
