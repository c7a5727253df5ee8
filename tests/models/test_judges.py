"""Judges are classifiers whose attributes do not exclude one another."""

import pytest
from transformers import ResNetConfig, ResNetForImageClassification, ViTImageProcessorPil

from unelib.models.judges import load_judge


def test_a_judge_of_exclusive_classes_is_refused(tmp_path):
    model = ResNetForImageClassification(ResNetConfig(embedding_size=8, hidden_sizes=[8], depths=[1], num_labels=3))
    model.save_pretrained(tmp_path)
    ViTImageProcessorPil().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match="multi_label_classification"):
        load_judge(str(tmp_path))
