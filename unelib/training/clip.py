"""`drawn-clip`, `fashion-clip`: a CLIP model in small, trained on pictures and captions made from their attributes.

A caption names some of the attributes, present or absent, in everyday words. Nothing but the pairs of a picture
and its caption is learnt from, by two losses: CLIP's contrastive one, and a linear head on both embeddings that says
which words the caption holds (as in SuperClass, Huang et al., 2024). A few thousand steps are few: the words teach from
the first one, where the contrastive loss alone stays at log(batch) for long. The head is not kept.
"""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer
from torch import nn
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPTokenizer

from .data import crops, rows_of_step, to_signal
from .loop import train_loop

SEED, BATCH = 0, 128
WORD_WEIGHT = 0.1
LENGTH = 48  # tokens a caption at most
START, END = "<|startoftext|>", "<|endoftext|>"


class Plan(NamedTuple):
    """What a training of this family is in one world."""

    steps: int
    vision_layers: int
    text_layers: int
    smallest_crop: float  # of the side; fashion's stand for pictures without their frame too


PLANS = {"drawn": Plan(2500, 6, 3, 0.92), "fashion": Plan(3000, 4, 2, 0.85)}


def steps_and_batches(world):
    """{part: (steps, pictures a step)} of a training."""
    return {"clip": (PLANS[world.name].steps, BATCH)}


def unit(x):
    """Rows of length 1."""
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def mean_text(texts, embed_text):
    """Direction (d,) of several texts that say the same."""
    return unit(unit(embed_text(texts)).mean(0))


def zero_shot_scores(embeddings, embed_text, prompts):
    """Scores (n, a) of embeddings (n, d) by text alone: cosine to the positive prompts' mean less the negative's."""
    weights = [mean_text(present, embed_text) - mean_text(absent, embed_text) for present, absent in prompts.values()]
    return unit(embeddings) @ np.stack(weights).T


def zero_shot_likeness(embeddings, embed_text, prompts):
    """Cosines (n, a) of embeddings (n, d) to the positive prompts' mean: the highest of exclusive classes is read."""
    return unit(embeddings) @ np.stack([mean_text(present, embed_text) for present, _ in prompts.values()]).T


def build_tokenizer(captions):
    """CLIP's byte-level tokenizer, with merges learnt from captions until each of their words is one token."""
    rng = np.random.default_rng(SEED)
    texts = [text for pair in captions.PROMPTS.values() for some in pair for text in some]
    texts += [captions.caption(row, rng) for row in captions.examples(2000, rng)]
    draft = CLIPTokenizer().backend_tokenizer
    draft.model = BPE(unk_token=END, end_of_word_suffix="</w>")
    alphabet = sorted(ByteLevel.alphabet())
    trainer = BpeTrainer(vocab_size=4000, min_frequency=1, special_tokens=[START, END], initial_alphabet=alphabet,
                         end_of_word_suffix="</w>", show_progress=False)  # fmt: skip
    draft.train_from_iterator(texts, trainer)
    learnt = json.loads(draft.to_str())["model"]
    last = [byte + "</w>" for byte in alphabet]
    vocabulary = in_order(learnt["vocab"], last)
    for token in last:
        vocabulary.setdefault(token, len(vocabulary))
    return CLIPTokenizer(vocab=vocabulary, merges=[tuple(m) for m in learnt["merges"]], model_max_length=LENGTH)


def in_order(vocabulary, tokens):
    """A vocabulary {token: number} with the numbers of these tokens in this order: learning deals them out by chance.

    >>> in_order({"c": 0, "a": 2, "b": 1}, ["a", "b", "x"])
    {'c': 0, 'a': 1, 'b': 2}
    """
    there = [token for token in tokens if token in vocabulary]
    return vocabulary | dict(zip(there, sorted(vocabulary[token] for token in there)))


def build(tokenizer, world):
    """CLIPModel: a ViT of width 128 on 64 patches, and a text model of width 96."""
    plan = PLANS[world.name]
    text = dict(
        vocab_size=len(tokenizer), hidden_size=96, intermediate_size=384, num_hidden_layers=plan.text_layers,
        num_attention_heads=4,
        max_position_embeddings=LENGTH, bos_token_id=tokenizer.bos_token_id, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    vision = dict(
        hidden_size=128, intermediate_size=512, num_hidden_layers=plan.vision_layers, num_attention_heads=4,
        image_size=world.side, patch_size=world.patch,
    )  # fmt: skip
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


def caption_loss(pixels, attributes, tokenizer, caption, smallest_crop, seed):
    """Contrastive loss plus the words' cross-entropy of one batch of pictures and fresh captions."""

    def loss(reader, step, generator):
        rows = rows_of_step(len(pixels), BATCH, step, seed)
        tokens = tokenize(attributes[rows], tokenizer, caption, np.random.default_rng([seed, 1, step]))
        images = crops(to_signal(pixels[rows]), generator, smallest_crop)
        image = reader.model.get_image_features(pixel_values=images).pooler_output.float()
        text = reader.model.get_text_features(**tokens).pooler_output.float()
        with torch.autocast("cpu", enabled=False):
            held = words_in(tokens["input_ids"], len(tokenizer)).repeat(2, 1)
            said = reader.words(torch.cat([image, text]))
            words = F.binary_cross_entropy_with_logits(said, held, reduction="sum") / len(held)
            return contrastive(image, text, reader.model.logit_scale.exp()) + WORD_WEIGHT * words

    return loss


def tokenize(attributes, tokenizer, caption, rng):
    """Tokens of one fresh caption for each row of attributes (m, a)."""
    texts = [caption(row, rng) for row in attributes]
    return tokenizer(texts, padding=True, truncation=True, return_tensors="pt")


def train(folder, checkpoints, world, seed=0):
    """Train the model and save it with its tokenizer, which is the same for every seed; returns the seconds."""
    folder, plan, caption = Path(folder), PLANS[world.name], world.captions.caption
    pixels, attributes = world.pictures()
    tokenizer = build_tokenizer(world.captions)
    drafts = tokenize(attributes[:2000], tokenizer, caption, np.random.default_rng(SEED))["input_ids"]
    torch.manual_seed(seed)
    reader = Reader(build(tokenizer, world), words_in(drafts, len(tokenizer)).mean(0))
    reader.model.set_attn_implementation("eager")  # plain products: twice as fast in training on a CPU
    loss = caption_loss(pixels, attributes, tokenizer, caption, plan.smallest_crop, seed)
    data = {"images": len(pixels), "batch": BATCH, "word_weight": WORD_WEIGHT}
    data |= {"lr": 1e-3, "decay": 0.995, "warmup": 100, "seed": seed}
    reader, seconds = train_loop(reader, loss, plan.steps, checkpoints, **data)
    reader.model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    side = {"height": world.side, "width": world.side}
    CLIPImageProcessorPil(
        size=side, crop_size=side, do_center_crop=False, image_mean=[0.5] * 3, image_std=[0.5] * 3
    ).save_pretrained(folder)
    return {"clip": seconds}
