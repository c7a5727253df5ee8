"""Captions of Fashion-MNIST's pictures: what they show, by class or group, and what they do not, in everyday words."""

from ..worlds.fashion import ATTRIBUTES, CLASSES, GROUPS, fashion_attributes

# attribute: names, with their article, of what has it
NAMES = {
    "T-shirt": ("a t-shirt", "a tee"),
    "Trouser": ("trousers", "a pair of trousers", "pants"),
    "Pullover": ("a pullover", "a sweater"),
    "Dress": ("a dress", "a frock"),
    "Coat": ("a coat", "an overcoat"),
    "Sandal": ("a sandal", "a pair of sandals"),
    "Shirt": ("a shirt", "a blouse"),
    "Sneaker": ("a sneaker", "a pair of sneakers", "a trainer"),
    "Bag": ("a bag", "a handbag"),
    "Ankle_boot": ("an ankle boot", "a pair of ankle boots", "a boot"),
    "Clothing": ("clothing", "a garment", "a piece of clothing"),
    "Upper_body": ("a top", "a garment for the upper body"),
    "Long_sleeves": ("a long-sleeved top", "a top with long sleeves"),
    "Footwear": ("footwear", "a shoe"),
    "Closed_shoe": ("a closed shoe", "footwear that is closed"),
}
PHRASES = {name: (names, tuple(f"not {n}" for n in names)) for name, names in NAMES.items()}  # present, absent
NOUNS = ("an item", "a product")
OPENINGS = ("", "", "a photo of ", "a picture of ", "a product photo of ")
CLASS_SAID, DENIAL_SAID = 0.7, 0.4  # how often captions name the class, and what is not there
BESIDE, INSTEAD = 0.4, 0.6  # how often they name a group, beside the class or where it is not named


def sentence(present, absent=(), opening=""):
    """One caption of phrases, the first of them its noun: "a photo of a sneaker, a shoe, not a bag or a coat"."""
    things = [phrase.removeprefix("not ") for phrase in absent]
    denied = [f"not {' or '.join(filter(None, [', '.join(things[:-1]), things[-1]]))}"] if things else []
    return opening + ", ".join([*present, *denied])


def caption(attributes, rng):
    """A caption of one picture from its attributes (a,) of 0/1: its class, a group or both, and a little it is not."""
    true = [name for name, there in zip(ATTRIBUTES, attributes) if there]
    said = [name for name in true if name in CLASSES and rng.random() < CLASS_SAID]
    groups = [name for name in true if name in GROUPS]
    if groups and rng.random() < (BESIDE if said else INSTEAD):
        said.append(pick(groups, rng))
    denied = rng.permutation(deniable(true))[: rng.integers(1, 3)] if not said or rng.random() < DENIAL_SAID else []
    present = [pick(PHRASES[name][0], rng) for name in said] or [pick(NOUNS, rng)]
    return sentence(present, [pick(PHRASES[name][1], rng) for name in denied], pick(OPENINGS, rng))


def deniable(true):
    """Attributes that a picture can be said not to have; shirts come with long sleeves and without."""
    return [name for name in ATTRIBUTES if name not in true and not (name == "Long_sleeves" and "Shirt" in true)]


def pick(choices, rng):
    """One of the choices at random."""
    return choices[rng.integers(len(choices))]


def prompts(present, absent):
    """Captions that say one thing each, in every opening: what text alone says of an attribute, there and not there."""
    openings = dict.fromkeys(OPENINGS)
    return (
        [sentence([phrase], opening=opening) for phrase in present for opening in openings],
        [sentence([noun], [phrase], opening) for phrase in absent for noun in NOUNS for opening in openings],
    )


PROMPTS = {name: prompts(*phrases) for name, phrases in PHRASES.items()}


def examples(n, rng):
    """Attributes (n, a) uint8 that between them use every word: those of any class."""
    return fashion_attributes(rng.integers(0, len(CLASSES), n))
