"""Names of models lead to their folders; what is nowhere is said with what there is."""

import pytest

from unelib.core.paths import MODELS
from unelib.models.presets import (
    ENCODERS,
    GENERATORS,
    JUDGES,
    PACKAGED,
    find_model,
    judge_attributes,
    last_timestep,
    packaged_folder,
)


@pytest.mark.parametrize("presets, kind", [(GENERATORS, "generator"), (ENCODERS, "encoder"), (JUDGES, "judge")])
def test_presets_are_folders_of_the_project_of_packages_or_ids_of_the_hub(presets, kind):
    for name, source in presets.items():
        folder = packaged_folder(name) if name in PACKAGED else MODELS / source
        assert find_model(name, presets, kind) == (source if "/" in source else str(folder))


def test_folders_and_ids_are_taken_as_they_are(tmp_path):
    assert find_model(str(tmp_path), GENERATORS, "generator") == str(tmp_path)
    assert find_model("owner/name", GENERATORS, "generator") == "owner/name"
    for wrong in ("drawn-lmd", "./nothing/here", "", "a/b/c"):
        with pytest.raises(FileNotFoundError, match="no generator|neither a preset"):
            find_model(wrong, GENERATORS, "generator")


def test_a_judge_says_what_it_knows_if_it_is_here(tmp_path):
    (tmp_path / "config.json").write_text('{"id2label": {"0": "Odd", "1": "Even"}}')
    assert judge_attributes(str(tmp_path)) == ["Odd", "Even"]
    assert judge_attributes("owner/name") is None and judge_attributes("probe:owner/name") is None
    (tmp_path / "config.json").write_text("{}")
    assert judge_attributes(str(tmp_path)) == []
    with pytest.raises(FileNotFoundError, match="no judge 'nobody'"):
        judge_attributes("nobody")


def test_the_last_timestep_is_that_of_the_schedulers_file(tmp_path):
    (tmp_path / "scheduler").mkdir()
    for text, last in (('{"num_train_timesteps": 50}', 49), ("{}", 999)):
        (tmp_path / "scheduler/scheduler_config.json").write_text(text)
        assert last_timestep(str(tmp_path)) == last
