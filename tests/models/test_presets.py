"""Names of models lead to their folders; what is nowhere is said with what there is."""

import pytest

from unelib.core.paths import MODELS
from unelib.models.presets import ENCODERS, GENERATORS, JUDGES, PACKAGED, find_model, packaged_folder


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
