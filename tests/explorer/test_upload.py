"""The button for one's own photograph, driven through its traits."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from unelib.explorer.own_picture import MOST_BYTES
from unelib.explorer.upload import Upload
from unelib.inversion.deterministic import generate, invert
from unelib.inversion.ode import solved_by


@pytest.fixture
def upload(gaussian):
    gen = solved_by(gaussian, 8, "ab2", "karras")
    pixels = generate(gen, np.random.default_rng(0).standard_normal((40, 16)))
    upload = Upload(gen, invert(gen, pixels).noise.reshape(40, -1), pixels)
    yield upload
    upload.close()


def png_of(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def given(upload, data, name="me.png"):
    """What the page does once a file is chosen."""
    upload.picker.given = {"name": name, "size": len(data), "content": memoryview(data)}
    assert upload.wait(60)


def test_a_file_from_the_page_becomes_noise_and_is_not_kept(upload):
    given(upload, png_of(upload.pixels[3]))
    np.testing.assert_array_equal(upload.value.pixels, upload.pixels[3])
    assert upload.value.noise.shape == (1, 16) and upload.picker.given == {}
    assert "Usual" in upload.status.value
    assert 'alt="me.png, the middle square"' in upload.before.value and "held-out images" in upload.table.value


def test_who_observes_the_value_is_told_once_a_file(upload):
    seen = []
    upload.observe(lambda change: seen.append(change["new"]), "value")
    for row in (1, 2, 2):
        given(upload, png_of(upload.pixels[row]))
    assert [np.array_equal(found.pixels, upload.pixels[row]) for found, row in zip(seen, (1, 2, 2))] == [True] * 3


def test_what_is_usual_is_measured_once(upload, monkeypatch):
    given(upload, png_of(upload.pixels[0]))
    monkeypatch.setattr("unelib.explorer.upload.usual_figures", lambda *_: pytest.fail("measured again"))
    given(upload, png_of(upload.pixels[1]))
    np.testing.assert_array_equal(upload.value.pixels, upload.pixels[1])


def test_a_file_that_is_none_is_told_and_the_one_before_stays(upload):
    given(upload, png_of(upload.pixels[0]))
    before = upload.value
    given(upload, b"no picture", "<b>.txt")
    assert "&lt;b&gt;.txt was not taken: the file cannot be read" in upload.status.value and upload.value is before
    upload.picker.given = {"name": "large.png", "size": MOST_BYTES + 1, "content": memoryview(b"")}
    assert "large.png has 8.0 MB; give a picture of at most 8 MB" in upload.status.value and upload.picker.given == {}


def test_a_fault_of_the_model_is_told(upload, monkeypatch):
    monkeypatch.setattr("unelib.explorer.upload.inverted_picture", lambda *_: 1 / 0)
    given(upload, png_of(upload.pixels[0]))
    assert "me.png was not taken: ZeroDivisionError" in upload.status.value


def test_on_paper_it_is_the_picture_and_its_round_trip(upload, closed):
    with pytest.raises(RuntimeError, match="no picture was taken yet"):
        upload.figure()
    given(upload, png_of(upload.pixels[0]))
    sheet = upload.figure().axes[0]
    np.testing.assert_array_equal(sheet.images[0].get_array()[:, :4], upload.value.pixels)
    assert sheet.get_title(loc="left").startswith("Usual")


def test_closed_it_leaves_no_thread(gaussian):
    before = set(threading.enumerate())
    upload = Upload(gaussian, np.zeros((2, 16), np.float32), np.zeros((2, 4, 4, 3), np.uint8))
    upload.take(b"")
    upload.close()
    assert set(threading.enumerate()) <= before
