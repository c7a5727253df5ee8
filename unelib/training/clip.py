"""`drawn-clip`: a CLIP model in small, trained on drawn faces and captions made from their attributes.

A caption names a random share of the attributes, present or absent, in everyday words. Nothing but the pairs of a
picture and its caption is learnt from, by two losses: CLIP's contrastive one, and a linear head on both embeddings
that says which words the caption holds (as in SuperClass, Huang et al., 2024). A few thousand steps are few: the
words teach from the first one, where the contrastive loss alone stays at log(batch) for long. The head is not kept.
"""

import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from torch import nn
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from ..faces import ATTRIBUTES, NEEDS_HAIR
from .data import crops, rows_of_step, to_signal, training_faces
from .loop import train_loop

IMAGES, SEED, STEPS, BATCH = 40_000, 0, 2500, 128
WORD_WEIGHT = 0.1
LENGTH = 48  # tokens a caption at most
START, END = "<|startoftext|>", "<|endoftext|>"

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


def zero_shot_scores(embeddings, embed_text):
    """Scores (n, a) of embeddings (n, d) by text alone: cosine to the positive prompts' mean less the negative's."""
    unit = lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True)
    mean = lambda texts: unit(unit(embed_text(texts)).mean(0))
    weights = np.stack([mean(present) - mean(absent) for present, absent in PROMPTS.values()])
    return unit(embeddings) @ weights.T


def build_tokenizer():
    """CLIP's byte-level tokenizer, with merges learnt from captions until each of their words is one token."""
    rng = np.random.default_rng(SEED)
    texts = [text for pair in PROMPTS.values() for some in pair for text in some]
    texts += [caption(row, rng) for row in rng.integers(0, 2, (2000, len(ATTRIBUTES)))]
    draft = CLIPTokenizer().backend_tokenizer
    draft.model = BPE(unk_token=END, end_of_word_suffix="</w>")
    alphabet = sorted(ByteLevel.alphabet())
    trainer = BpeTrainer(vocab_size=4000, min_frequency=1, special_tokens=[START, END], initial_alphabet=alphabet,
                         end_of_word_suffix="</w>", show_progress=False)  # fmt: skip
    draft.train_from_iterator(texts, trainer)
    learnt = json.loads(draft.to_str())["model"]
    vocabulary = learnt["vocab"]
    for byte in alphabet:
        vocabulary.setdefault(byte + "</w>", len(vocabulary))
    return CLIPTokenizer(vocab=vocabulary, merges=[tuple(m) for m in learnt["merges"]], model_max_length=LENGTH)


def build(tokenizer):
    """CLIPModel: a ViT of six layers on 64 patches of 8 x 8 pixels, and a text model of three layers."""
    text = dict(
        vocab_size=len(tokenizer), hidden_size=96, intermediate_size=384, num_hidden_layers=3, num_attention_heads=4,
        max_position_embeddings=LENGTH, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    vision = dict(
        hidden_size=128, intermediate_size=512, num_hidden_layers=6, num_attention_heads=4, image_size=64, patch_size=8
    )
    return CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=96))


class Reader(nn.Module):
    """The CLIP model and the head, needed in training only, that tells a caption's words from an embedding."""

    def __init__(self, model, frequency):
        super().__init__()
        self.model = model
        self.words = nn.Linear(model.config.projection_dim, len(frequency))
        self.words.bias.data = frequency.clamp(1e-4, 1 - 1e-4).logit()


def words_in(tokens, vocabulary):
    """Which of `vocabulary` tokens are in each of m captions (m, length): (m, vocabulary) of 0/1, float32."""
    return torch.zeros(len(tokens), vocabulary).scatter_(1, tokens, 1.0)


def contrastive(image, text, scale):
    """CLIP's loss (Radford et al., 2021) of embeddings (m, d): which caption belongs to which picture, and the reverse.

    In float32: cosines times a scale of 15 to 100 want more than bfloat16's eight bits.
    """
    logits = scale * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T
    own = torch.arange(len(logits))
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


def caption_loss(pixels, attributes, tokenizer):
    """Contrastive loss plus the words' cross-entropy of one batch of pictures and fresh captions."""

    def loss(reader, step, generator):
        rows = rows_of_step(len(pixels), BATCH, step, SEED)
        tokens = tokenize(attributes[rows], tokenizer, np.random.default_rng([SEED, 1, step]))
        images = crops(to_signal(pixels[rows]), generator, smallest=0.92)
        image = reader.model.get_image_features(pixel_values=images).pooler_output.float()
        text = reader.model.get_text_features(**tokens).pooler_output.float()
        with torch.autocast("cpu", enabled=False):
            held = words_in(tokens["input_ids"], len(tokenizer)).repeat(2, 1)
            said = reader.words(torch.cat([image, text]))
            words = F.binary_cross_entropy_with_logits(said, held, reduction="sum") / len(held)
            return contrastive(image, text, reader.model.logit_scale.exp()) + WORD_WEIGHT * words

    return loss


def tokenize(attributes, tokenizer, rng):
    """Tokens of one fresh caption for each row of attributes (m, a)."""
    texts = [caption(row, rng) for row in attributes]
    return tokenizer(texts, padding=True, truncation=True, return_tensors="pt")


def train(folder, checkpoints):
    """Train the model and save it with its tokenizer and image processor; returns the seconds."""
    folder = Path(folder)
    pixels, attributes = training_faces(IMAGES, SEED)
    tokenizer = build_tokenizer()
    drafts = tokenize(attributes[:2000], tokenizer, np.random.default_rng(SEED))["input_ids"]
    torch.manual_seed(SEED)
    reader = Reader(build(tokenizer), words_in(drafts, len(tokenizer)).mean(0))
    reader.model.set_attn_implementation("eager")  # plain products: twice as fast in training on a CPU
    loss = caption_loss(pixels, attributes, tokenizer)
    data = {"images": IMAGES, "batch": BATCH, "word_weight": WORD_WEIGHT}
    reader, seconds = train_loop(reader, loss, STEPS, checkpoints, lr=1e-3, decay=0.995, warmup=100, **data)
    reader.model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    side = {"height": 64, "width": 64}
    CLIPImageProcessorPil(
        size=side, crop_size=side, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
    ).save_pretrained(folder)
    return {"clip": seconds}
