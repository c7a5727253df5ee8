"""Captions of drawn faces: a random share of the attributes, present or absent, in everyday words."""

import numpy as np

from ..worlds.faces import ATTRIBUTES, NEEDS_HAIR

# attribute: (phrases where present, phrases where absent); with, without and wearing go behind the noun, others before
PHRASES = {
    "Bald": (("bald", "with a bald head"), ("with a full head of hair", "without a bald head")),
    "Bangs": (("with bangs", "with a fringe"), ("without bangs", "without a fringe")),
    "Big_Nose": (("with a big nose", "with a large nose"), ("with a small nose", "without a big nose")),
    "Black_Hair": (("with black hair", "black-haired"), ("without black hair",)),
    "Blond_Hair": (("with blond hair", "blond-haired"), ("without blond hair",)),
    "Brown_Hair": (("with brown hair", "brown-haired"), ("without brown hair",)),
    "Bushy_Eyebrows": (("with bushy eyebrows", "with thick eyebrows"), ("with thin eyebrows",)),
    "Chubby": (("chubby", "with a chubby face"), ("slim", "with a slim face")),
    "Eyeglasses": (("with glasses", "wearing glasses", "wearing eyeglasses"), ("without glasses",)),
    "Gray_Hair": (("with gray hair", "gray-haired", "with grey hair"), ("without gray hair", "without grey hair")),
    "Heavy_Makeup": (("with heavy makeup", "wearing heavy makeup"), ("without makeup", "without heavy makeup")),
    "Male": (("man", "guy", "gentleman"), ("woman", "lady")),
    "Mouth_Slightly_Open": (("with an open mouth", "open-mouthed"), ("with a closed mouth", "without an open mouth")),
    "Mustache": (("with a mustache", "with a moustache"), ("without a mustache", "without a moustache")),
    "Narrow_Eyes": (("with narrow eyes", "narrow-eyed"), ("with wide eyes", "without narrow eyes")),
    "No_Beard": (("without a beard", "beardless"), ("with a beard", "bearded")),
    "Pale_Skin": (("with pale skin", "pale"), ("without pale skin",)),
    "Rosy_Cheeks": (("with rosy cheeks", "with pink cheeks"), ("without rosy cheeks", "without pink cheeks")),
    "Smiling": (("smiling", "with a smile"), ("serious", "without a smile")),
    "Wavy_Hair": (("with wavy hair", "wavy-haired"), ("without wavy hair",)),
    "Wearing_Earrings": (("with earrings", "wearing earrings"), ("without earrings",)),
    "Wearing_Hat": (("with a hat", "wearing a hat"), ("without a hat", "bareheaded")),
    "Wearing_Lipstick": (("with lipstick", "wearing lipstick"), ("without lipstick", "with bare lips")),
    "Young": (("young", "youthful"), ("old", "elderly")),
}
NOUNS = ("face", "person")
OPENINGS = ("", "", "a portrait of ", "a picture of ", "a drawing of ")


def sentence(phrases, noun, opening=""):
    """One caption of phrases in their order: "a young man with brown wavy hair and a hat, without a beard"."""
    before = [p for p in phrases if p.split()[0] not in ("with", "without", "wearing")]
    behind = []
    for word, last in (("with", "and"), ("wearing", "and"), ("without", "or")):
        things = [p.removeprefix(word + " ") for p in phrases if p.startswith(word + " ")]
        things = merge_hair(things) if word == "with" else things
        if things:
            behind.append(f"{word} " + f" {last} ".join(filter(None, [", ".join(things[:-1]), things[-1]])))
    named = " ".join([*before, noun])
    article = "an" if named[0] in "aeiou" else "a"
    return f"{opening}{article} {named} {', '.join(behind)}".strip()


def merge_hair(things):
    """["wavy hair", "a hat", "blond hair"] -> ["wavy blond hair", "a hat"]."""
    kinds = [t for t in things if t.endswith(" hair") and t.count(" ") == 1]
    if len(kinds) < 2:
        return things
    merged = " ".join(kind.removesuffix(" hair") for kind in kinds) + " hair"
    return [merged if t == kinds[0] else t for t in things if t == kinds[0] or t not in kinds]


def caption(attributes, rng):
    """A caption of one face from its attributes (a,) of 0/1: a random share of them, in random words and order."""
    mentioned = rng.random(len(ATTRIBUTES)) < rng.uniform(0.1, 0.6)
    mentioned[rng.integers(len(ATTRIBUTES))] = True
    said = {ATTRIBUTES[j]: pick(PHRASES[ATTRIBUTES[j]][1 - attributes[j]], rng) for j in np.flatnonzero(mentioned)}
    if attributes[ATTRIBUTES.index("Bald")] and "Bald" in said:
        said = {name: phrase for name, phrase in said.items() if name not in NEEDS_HAIR}
    noun = said.pop("Male", None) or pick(NOUNS, rng)
    phrases = list(said.values())
    rng.shuffle(phrases)
    return sentence(phrases, noun, pick(OPENINGS, rng))


def pick(choices, rng):
    """One of the choices at random."""
    return choices[rng.integers(len(choices))]


def prompts(phrases):
    """Captions that say one thing each, for every noun and opening: what text alone says of an attribute."""
    if phrases[0] in ("man", "woman"):
        return [sentence([], noun, opening) for noun in phrases for opening in dict.fromkeys(OPENINGS)]
    return [sentence([p], noun, opening) for p in phrases for noun in NOUNS for opening in dict.fromkeys(OPENINGS)]


PROMPTS = {name: (prompts(present), prompts(absent)) for name, (present, absent) in PHRASES.items()}


def examples(n, rng):
    """Attributes (n, a) of 0/1 that between them use every word: any mixture."""
    return rng.integers(0, 2, (n, len(ATTRIBUTES)))
