"""The pictures of a film as files: a sheet with captions in it as a PNG, and a moving picture as a GIF."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from .films import Film

SHEET_SIDE, MARGIN = 144, 6  # pixels: of a picture's height at least, and between two
LETTERS, LINE = 14, 19  # pixels: of the letters, and of a line
FOLDED = 8  # pictures in a row of a film that has one long row
COLUMNS = 3  # of pictures that move side by side


def gif_bytes(images: Sequence[NDArray[np.uint8]], ms: int = 120, back: bool = True) -> bytes:
    """Frames as a GIF that goes on for ever.

    Parameters
    ----------
    images : sequence of ndarray (h, w, 3), uint8
        Frames; small ones are enlarged without blur.
    ms : int
        Milliseconds a frame.
    back : bool
        Whether it runs back to the first frame after the last.

    Returns
    -------
    bytes
        Of the file.
    """
    frames = [enlarged(image) for image in images]
    frames += frames[-2:0:-1] if back else []
    stream = io.BytesIO()
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:], duration=ms, loop=0)
    return stream.getvalue()


def moving_frames(film: Film, images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """The frames of a film's moving picture: what is not along its time stands side by side.

    Parameters
    ----------
    film : Film
        Says which way time runs.
    images : ndarray (r, c, h, w, 3), uint8
        Of its noises.

    Returns
    -------
    list of ndarray (h', w', 3), uint8
        In up to three columns each.
    """
    in_time = images.swapaxes(0, 1) if film.along == "columns" else images
    return [tiled(frame) for frame in in_time]


def tiled(images):
    """Pictures (n, h, w, 3) in rows of up to three."""
    n, h, w = images.shape[:3]
    sheet = np.full((-(-n // COLUMNS) * h, min(n, COLUMNS) * w, 3), 255, np.uint8)
    for i, image in enumerate(images):
        top, left = i // COLUMNS * h, i % COLUMNS * w
        sheet[top : top + h, left : left + w] = image
    return sheet


def film_png(film: Film, images: NDArray[np.uint8]) -> bytes:
    """All pictures of a film on a sheet; one long row goes in lines of eight.

    Parameters
    ----------
    film : Film
        Its title and captions stand on the sheet.
    images : ndarray (r, c, h, w, 3), uint8
        Of its noises.

    Returns
    -------
    bytes
        Of a PNG.
    """
    count = len(film.columns)
    if len(film.rows) > 1 or count <= FOLDED + 1 or count % FOLDED:
        return sheet_png(images, film.title, film.rows, film.columns)
    lines = [film.columns[start : start + FOLDED] for start in range(0, count, FOLDED)]
    rows = [f"{line[0]} to {line[-1]}" for line in lines]
    return sheet_png(images.reshape(len(lines), FOLDED, *images.shape[2:]), film.title, rows, [""] * FOLDED)


def sheet_png(images: NDArray[np.uint8], title: str, rows: Sequence[str], columns: Sequence[str]) -> bytes:
    """Pictures with their captions as a PNG.

    Parameters
    ----------
    images : ndarray (r, c, h, w, 3), uint8
        Pictures; small ones are enlarged without blur.
    title : str
        Above them all.
    rows, columns : sequence of str
        Above each row, and above each column.

    Returns
    -------
    bytes
        Of the file.
    """
    cells = [[enlarged(image) for image in row] for row in images]
    wide, tall = cells[0][0].size
    width = max(len(columns) * (wide + MARGIN) + MARGIN, 3 * SHEET_SIDE)
    heading, captions = broken(title, width - 2 * MARGIN), [broken(text, wide) for text in columns]
    under_heading = MARGIN + LINE * len(heading)
    first, told = under_heading + LINE * max(map(len, captions)), LINE * any(rows)
    sheet = Image.new("RGB", (width, first + len(rows) * (told + tall + MARGIN)), "white")
    write_lines(sheet, heading, MARGIN, MARGIN)
    for j, lines in enumerate(captions):
        write_lines(sheet, lines, MARGIN + j * (wide + MARGIN), under_heading)
    for i, row in enumerate(cells):
        top = first + i * (told + tall + MARGIN)
        write_lines(sheet, broken(rows[i], width)[:1], MARGIN, top)
        for j, cell in enumerate(row):
            sheet.paste(cell, (MARGIN + j * (wide + MARGIN), top + told))
    return png_of(sheet)


def png_of(sheet):
    """An image of Pillow as PNG bytes."""
    stream = io.BytesIO()
    sheet.save(stream, "PNG")
    return stream.getvalue()


def enlarged(image):
    """A picture (h, w, 3) as an image of Pillow, enlarged without blur where it is small."""
    factor = max(SHEET_SIDE // len(image), 1)
    return Image.fromarray(image).resize((image.shape[1] * factor, image.shape[0] * factor), Image.Resampling.NEAREST)


def lettering():
    """The letters of a sheet."""
    return ImageFont.load_default(size=LETTERS)


def broken(text, width):
    """A text in lines of at most `width` pixels, broken between words; none if it is empty."""
    lines = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and lettering().getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def write_lines(sheet, lines, left, top):
    """Put lines of text onto a sheet."""
    for i, line in enumerate(lines):
        ImageDraw.Draw(sheet).text((left, top + i * LINE), line, "black", lettering())
