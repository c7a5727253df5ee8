"""What an explorer's edits start from and lead to: noise of an image, a seed or one's own picture, and moved noise."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ..editing.directions import direction
from ..editing.edit_methods import directions_of, judge_of, moved_rows, noise_of
from ..editing.edit_state import METHODS, EditState, Method
from ..editing.judge_corrections import kept_by_judge
from ..editing.method_probes import probe_and_unit
from ..linalg.direction_algebra import Direction

if TYPE_CHECKING:
    from ..models.contracts import GeneratorLike, JudgeLike
    from ..store.zoo import NoiseZoo

OWN: dict[str, Method] = {"logistic": "probe pattern"}  # what a probe that was handed in is taken for, by its kind
REMEMBERED, TEXTS = 64, 8  # corrected noises, and probes of texts


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
        self.learnt: dict[Any, Any] = {self.method: probe}
        self.corrected: OrderedDict[Any, NDArray[np.float32]] = OrderedDict()
        self.led_by: tuple[Any, dict[str, Direction]] = (None, {})
        self.own: NDArray[np.float32] | None = None

    def probe(self, state: EditState) -> Any:
        """What the method of an edit moves by; learnt at its first use."""
        key: Any = state.method
        if state.method == "text":
            key = state.method, state.encoder, tuple(state.strengths), state.kept
        if (found := self.learnt.get(key)) is None:
            found = self.learnt[key] = probe_and_unit(state, self.zoo)[0]
        for old in [key for key in self.learnt if key[0] == "text"][:-TEXTS]:  # whose probes are many
            self.learnt.pop(old, None)
        return found

    def start(self, state: EditState) -> NDArray[np.float32]:
        """The noise (1, d) that an edit starts from; ValueError if it is of one's own picture and there is none."""
        if state.image is not None or state.seed is not None:
            return noise_of(state, self.gen, self.zoo)
        if self.own is None:
            raise ValueError("there is no picture of your own yet; upload one, or choose an image or a seed")
        return self.own

    def moved(self, state: EditState, share: float = 1.0) -> NDArray[np.float32]:
        """Noise (1, d) after the steps of an edit, or a share of each, before the judge has a word."""
        part = state.with_(strengths={name: share * size for name, size in state.strengths.items()})
        return self.applied(part, self.start(state))

    def applied(self, state: EditState, noises: NDArray[np.float32]) -> NDArray[np.float32]:
        """Noises (n, d) after the steps of an edit, whatever image it names, before the judge has a word."""
        return moved_rows(state, self.directions(state), noises) if state.strengths else noises

    def directions(self, state: EditState) -> dict[str, Direction]:
        """The directions of an edit; those of the last one are remembered, since strengths change more often."""
        key = state.method, state.encoder, tuple(state.strengths), state.kept
        known, found = self.led_by  # both at once: another thread may put its own there
        if known != key:
            found = directions_of(state, self.probe(state), self.unit)
            self.led_by = key, found
        return found

    def kept(self, state: EditState, draw: Callable[[NDArray[np.float32]], NDArray[np.uint8]]) -> NDArray[np.float32]:
        """Noise (1, d) after an edit and, where the judge keeps attributes, after its corrections.

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
        """Noises (n, d) after an edit, whatever image it names, and the judge's corrections if it needs them."""
        moved = self.applied(state, noises)
        if not state.needs_judge:
            return moved
        probe = self.probe(state)
        ways = {name: direction(probe, name, X=self.unit) for name in state.kept if name not in state.strengths}
        return kept_by_judge(draw, judge_of(self.judge), noises, moved, ways)
