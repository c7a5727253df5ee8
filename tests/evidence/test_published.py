"""What was published stands beside what it may be compared with, and nothing else."""

from types import SimpleNamespace

import pandas as pd
import pytest

from unelib.evidence.published import (
    beside_published,
    counterparts,
    published_accuracies,
    published_numbers,
    published_pass_rates,
    same_data,
)
from unelib.worlds.celeba import CELEBA_ATTRIBUTES


def zoo(noise, embeddings, attributes=CELEBA_ATTRIBUTES):
    """What these functions ask of a NoiseZoo."""
    kinds = {"noise": noise, "embedding": embeddings, "control": ["pixels"]}
    return SimpleNamespace(
        views=sum(kinds.values(), []), views_of=kinds.get, attributes=pd.DataFrame(columns=list(attributes))
    )


CELEBA = zoo(["sd21", "sd15"], ["clip-b16", "dinov2-b14"])
DRAWN = zoo(["drawn-ldm", "drawn-ddpm"], ["drawn-clip", "drawn-dino"], CELEBA_ATTRIBUTES[:24])


def test_published_numbers_are_shares_with_a_source():
    rates, accuracies, numbers = published_pass_rates(), published_accuracies(), published_numbers()
    assert rates.pass_rate.between(0, 1).all() and numbers.value.between(0, 1).all()
    assert ((accuracies > 0.7) & (accuracies < 1) | accuracies.isna()).all().all()
    assert set(accuracies.index) <= set(CELEBA_ATTRIBUTES)
    assert set(numbers.source) | set(rates.source) == {"paper", "code", "digitised"}


def test_the_data_are_the_same_only_by_attributes_and_views():
    assert same_data(CELEBA) and not same_data(DRAWN)
    assert not same_data(zoo(["sd15"], ["clip-b16"], CELEBA_ATTRIBUTES[:39]))
    assert not same_data(zoo(["sd15"], ["clip-b16"], [*CELEBA_ATTRIBUTES, "Tall"]))
    assert not same_data(zoo(["ddpm-celebahq"], ["dinov2-b14"]))
    assert same_data(zoo(["sd15"], ["clip-b16"], reversed(CELEBA_ATTRIBUTES)))


def test_views_stand_beside_those_of_their_name_or_else_of_their_role():
    rates = published_pass_rates().pass_rate
    assert counterparts(CELEBA, rates).to_dict() == {"sd21": 0.958, "sd15": 0.96, "clip-b16": 0.895}
    assert counterparts(DRAWN, rates).to_dict() == {"drawn-ldm": 0.96, "drawn-clip": 0.895, "drawn-dino": 0.8448}
    profiles = published_numbers().value["profile correlation"]
    assert counterparts(DRAWN, profiles).to_dict() == {"drawn-ldm": 0.96}, "only one generator has that number"
    assert counterparts(CELEBA, profiles).empty, "lcm's number is not another generator's"
    by_attribute = counterparts(DRAWN, published_accuracies().T)
    assert list(by_attribute.index) == ["drawn-ldm", "drawn-clip"] and by_attribute.loc["drawn-clip", "Male"] == 0.981
    assert counterparts(zoo(["a"], ["b"], ["Male"]), rates).to_dict() == {"a": 0.96}


def test_a_difference_is_only_given_for_the_same_data():
    ours = pd.DataFrame({"value": [0.9, 0.8], "low": [0.85, 0.7], "high": [0.95, 0.9]}, ["sd15", "pixels"])
    published = pd.Series({"sd15": 0.96})
    same, other = (beside_published(ours, published, is_same) for is_same in (True, False))
    assert same.difference.round(3).tolist()[:1] == [-0.06] and list(same.data) == ["same", ""]
    assert other.difference.isna().all() and list(other.data) == ["other data", ""]
    assert other.published["sd15"] == 0.96 and other.published.isna()["pixels"]
    assert list(other.columns) == ["value", "low", "high", "published", "difference", "data"]
    with pytest.raises(KeyError, match="nothing of ours stands beside the published 'sd21'"):
        beside_published(ours, pd.Series({"sd21": 0.958}), True)
