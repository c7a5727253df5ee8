"""What an explorer's edits start from and lead to: noise of an image, a seed or one's own picture, and moved rows."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..editing.edit_methods import corrected, directions_of, noise_of, taken_along
from ..editing.edit_state import METHODS, EditState, Method
from ..editing.method_probes import probe_and_unit
from ..linalg.direction_algebra import Direction

if TYPE_CHECKING:
    from ..models.contracts import GeneratorLike, JudgeLike
    from ..store.zoo import NoiseZoo

OWN: dict[str, Method] = {"logistic": "probe pattern"}  # what a probe that was handed in is taken for, by its kind
LOCAL: Method = "pullback vectors"  # whose directions are each image's own
REMEMBERED, TEXTS, LED = 64, 8, 16  # corrected noises, probes of texts, and directions


class NoiseEditor:
    """Carries out an `EditState` on one picture's noise, and remembers what was learnt and corrected.

    Parameters
    ----------
    zoo : NoiseZoo
        Where the noise lies, and from whose training images methods learn.
    gen : GeneratorLike
        Solved as that view was.
    view : str
        The noise's view.
    probe : LinearProbe
        What the first method learnt by; others learn when they are first used.
    judge : JudgeLike, optional
        By whom attributes are kept.
    unit : ndarray (m, d)
        Noise whose standard deviation strengths count in.

    Attributes
    ----------
    method : str
        The first method: the difference of class means, or a logistic probe's pattern.
    own : ndarray (1, d) or None
        Noise of the visitor's own picture; what an edit without image and seed starts from.
    """

    def __init__(
        self,
        zoo: "NoiseZoo",
        gen: "GeneratorLike",
        view: str,
        probe: Any,
        judge: "JudgeLike | None",
        unit: NDArray[np.float32],
    ) -> None:
        self.zoo, self.gen, self.view, self.judge, self.unit = zoo, gen, view, judge, unit
        self.method = OWN.get(getattr(probe, "kind", ""), METHODS[0])
        self.learnt: dict[Any, Any] = {self.method: (probe, unit)}
        self.corrected: OrderedDict[Any, NDArray[np.float32]] = OrderedDict()
        self.led_by: OrderedDict[Any, dict[str, Direction]] = OrderedDict()
        self.own: NDArray[np.float32] | None = None
        self.turn = threading.Lock()  # of what is learnt

    def knows(self, state: EditState) -> bool:
        """Whether what the method of an edit moves by was learnt."""
        return key_of_method(state) in self.learnt

    def probe(self, state: EditState) -> tuple[Any, NDArray[np.float32]]:
        """What the method of an edit moves by, and the rows its steps are measured on; learnt at its first use."""
        key = key_of_method(state)
        with self.turn:  # films ask from a thread of their own: nothing is learnt twice
            if (found := self.learnt.get(key)) is None:
                found = self.learnt[key] = probe_and_unit(state, self.zoo, self.gen)
            for old in [key for key in self.learnt if key[0] == "text"][:-TEXTS]:  # whose probes are many
                del self.learnt[old]
        return found

    def start(self, state: EditState) -> NDArray[np.float32]:
        """The noise (1, d) that an edit starts from; ValueError if it is of one's own picture and there is none."""
        if state.image is not None or state.seed is not None:
            return noise_of(state, self.gen, self.zoo)
        if self.own is None:
            raise ValueError("there is no picture of your own yet; upload one, or choose an image or a seed")
        return self.own

    def moved(self, state: EditState, share: float = 1.0) -> NDArray[np.float32]:
        """The row after the steps of an edit, or a share of each, before the judge has a word, as `apply` makes it."""
        part = state.with_(strengths={name: share * size for name, size in state.strengths.items()})
        return self.applied(part, self.start(state))

    def applied(self, state: EditState, noises: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rows (n, ...) after the steps of an edit, whatever image it names, before the judge has a word."""
        if not state.strengths:
            return noises
        if state.method != LOCAL:
            return taken_along(state, self.directions(state), noises)
        return np.concatenate([taken_along(state, self.directions(state, noise), noise) for noise in noises[:, None]])

    def directions(self, state: EditState, noise: NDArray[np.float32] | None = None) -> dict[str, Direction]:
        """The directions of an edit, of pullback vectors those of one noise (1, d); the last ones are remembered."""
        whose = None if noise is None else noise.tobytes()
        key = state.method, state.encoder, tuple(state.strengths), state.kept, state.keep_by == "covariance", whose
        if (found := self.led_by.get(key)) is None:
            found = self.led_by[key] = directions_of(state, *self.probe(state), self.gen, noise)
        while len(self.led_by) > LED:
            self.led_by.popitem(last=False)
        return found

    def kept(self, state: EditState, draw: Callable[[NDArray[np.float32]], NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Rows (1, ...) after an edit and, where the judge keeps attributes, after its corrections.

        draw  noise (n, d) to pictures; it may end the work by an exception
        """
        start = self.start(state)
        if not state.needs_judge:
            return self.applied(state, start)
        key = start.tobytes(), state.with_(image=None, seed=None)
        if (found := self.corrected.get(key)) is None:
            found = self.corrected[key] = self.kept_rows(state, start, draw)
        while len(self.corrected) > REMEMBERED:
            self.corrected.popitem(last=False)
        return found

    def kept_rows(
        self,
        state: EditState,
        noises: NDArray[np.float32],
        draw: Callable[[NDArray[np.float32]], NDArray[np.uint8]],
    ) -> NDArray[np.float32]:
        """Rows (n, ...) after an edit, whatever image it names, and the judge's corrections if it needs them."""
        moved = self.applied(state, noises)
        if not state.needs_judge:
            return moved
        return corrected(state, *self.probe(state), draw, self.judge, noises, moved)


def key_of_method(state):
    """What is learnt alike: a method; of texts, which ones."""
    return (state.method, state.encoder, tuple(state.strengths), state.kept) if state.method == "text" else state.method
