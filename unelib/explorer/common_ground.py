"""What noise shares with the encoders of a zoo, as a small model: the map draws it, and a morph goes along it."""

from typing import TYPE_CHECKING

from ..latent.une import UNE

if TYPE_CHECKING:
    from ..store.zoo import NoiseZoo

IMAGES = 500  # that it is fitted to, so that nobody waits
SHARED, PRIVATE, RIDGE = 12, 8, 0.1  # given, since to choose them takes longer: 10_une does


def shared_latent(zoo: "NoiseZoo", view: str) -> UNE | None:
    """A UNE of some noise and of all embeddings in a zoo.

    Parameters
    ----------
    zoo : NoiseZoo
        Its first 500 training images are learnt from.
    view : str
        The noise.

    Returns
    -------
    UNE or None
        Fitted, of 12 shared dimensions, or of as many as the views have room for; None where no encoder's view is
        there, or fewer images than make a model.
    """
    views, learn = [view, *zoo.views_of("embedding")], (zoo.split == "train").nonzero()[0][:IMAGES]
    rows = {name: zoo.rows(name, learn) for name in views}
    room = min(len(learn), *(X.shape[1] for X in rows.values())) // 2
    if len(views) < 2 or room < 2:
        return None
    return UNE(min(SHARED, room), private=min(PRIVATE, room), ridge=RIDGE).fit(rows)
