"""A batch of small pictures painted from signed distances, with exact anti-aliasing and no supersampling.

A shape is a function from coordinates to a signed distance (negative inside). `Canvas.paint` turns a distance
into coverage over one pixel's width and blends a colour in. Every operation is one correctly rounded float32
operation per pixel, so a picture does not depend on which others are drawn with it.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(eq=False)
class Canvas:
    """n pictures under way: `rgb` (n, 3, h, w) in 0..1, coordinates `x`, `y` (n, h, w), and `pixel`, their unit.

    Coordinates are those of the drawn object's own frame; `pixel` (n, 1, 1) is the width of a pixel there.
    """

    rgb: np.ndarray
    x: np.ndarray
    y: np.ndarray
    pixel: np.ndarray
    reach: float = 0.0

    def window(self, left, right, top, bottom):
        """The part of the canvas that holds this box of the object's frame for every allowed pose (a view)."""
        size = self.rgb.shape[-1]
        low, high = np.array([left, top]), np.array([right, bottom])
        spread = self.reach * (1 + np.maximum(np.abs(low), np.abs(high)))
        start = np.clip(np.floor((low - spread + 1) / 2 * size), 0, size).astype(int)
        stop = np.clip(np.ceil((high + spread + 1) / 2 * size), 0, size).astype(int)
        columns, rows = slice(start[0], stop[0]), slice(start[1], stop[1])
        return Canvas(self.rgb[:, :, rows, columns], self.x[:, rows, columns], self.y[:, rows, columns], self.pixel)

    def cover(self, distance):
        """Share of each pixel inside the shape, (n, h, w) in 0..1: the edge is one pixel wide."""
        return np.clip(0.5 - distance / self.pixel, 0, 1)

    def paint(self, distance, colour, opacity=1.0):
        """Blend a colour (n, 3) or (3,) over the inside of a shape."""
        self.blend(self.cover(distance) * np.float32(1) * opacity, colour)

    def blend(self, alpha, colour):
        """Blend a colour over the picture with weight `alpha` (n, h, w) in 0..1."""
        colour = np.asarray(colour, np.float32)
        colour = colour.reshape(-1, 3, 1, 1)
        self.rgb += alpha[:, None] * (colour - self.rgb)


def open_canvas(n, size, centre, scale, roll, reach):
    """A black canvas of n pictures, its frame moved by `centre` (n, 2), `scale` and `roll` (n,), roll as a slope."""
    ticks = ((np.arange(size, dtype=np.float32) + 0.5) / size * 2 - 1).astype(np.float32)

    def column(v):
        return np.asarray(v, np.float32).reshape(n, 1, 1)

    dx, dy = ticks[None, None, :] - column(centre[:, 0]), ticks[None, :, None] - column(centre[:, 1])
    length = np.sqrt(1 + column(roll) ** 2) * column(scale)
    x = (dx + column(roll) * dy) / length
    y = (dy - column(roll) * dx) / length
    pixel = np.float32(2 / size) / column(scale)
    return Canvas(np.zeros((n, 3, size, size), np.float32), x, y, pixel, reach)


def in_picture(x, y, size, centre, scale, roll):
    """Where points of the object's frame, x and y (n, p), lie in the picture (n, p, 2): column and row of pixels.

    The inverse of what `open_canvas` does; the middle of the first pixel is at 0, 0.
    """
    x, y, slope = (np.asarray(values, float) for values in (x, y, np.reshape(roll, (-1, 1))))
    length = np.reshape(scale, (-1, 1)) / np.sqrt(1 + slope**2)
    moved = np.stack([length * (x - slope * y), length * (y + slope * x)], -1)
    return (moved + np.asarray(centre, float)[:, None] + 1) / 2 * size - 0.5


def ellipse(x, y, rx, ry):
    """Distance to an axis-aligned ellipse at the origin, exact on its edge to first order."""
    u, v = x / rx, y / ry
    level = np.sqrt(u * u + v * v)
    slope = np.sqrt((u / rx) ** 2 + (v / ry) ** 2)
    return level * (level - 1) / np.maximum(slope, 1e-6)


def box(x, y, half_width, half_height, radius):
    """Distance to a rectangle with rounded corners at the origin."""
    qx, qy = np.abs(x) - half_width + radius, np.abs(y) - half_height + radius
    outside = np.sqrt(np.maximum(qx, 0) ** 2 + np.maximum(qy, 0) ** 2)
    return outside + np.minimum(np.maximum(qx, qy), 0) - radius


def arc(x, y, half_width, bend, thickness, taper=1.0):
    """Distance to a parabolic stroke at the origin: ends lifted by `bend`, half-`thickness` shrinking to the ends."""
    u = np.clip(x / half_width, -1.2, 1.2)
    slope = 2 * bend * u / half_width
    body = np.abs(y + bend * u * u) - thickness * (1 - taper * u * u)
    return np.maximum(body / np.sqrt(1 + slope * slope), np.abs(x) - half_width)


def wave(t):
    """A smooth periodic bump in -1..1 with period 1, from products alone."""
    s = t - np.floor(t)
    q = s * (1 - s)
    return 32 * q * q - 1


def glow(x, y, rx, ry):
    """A soft spot: 1 at the origin, falling smoothly to 0 at the ellipse's edge."""
    u, v = x / rx, y / ry
    rest = np.maximum(1 - u * u - v * v, 0)
    return rest * rest


def hue_colour(hue, saturation, value):
    """RGB (n, 3) from a hue in turns, a saturation and a value in 0..1 (HSV)."""
    ramp = np.abs((np.asarray(hue, np.float32)[:, None] + np.array([0, 2 / 3, 1 / 3], np.float32)) % 1 * 6 - 3) - 1
    pure = np.clip(ramp, 0, 1)
    s, v = np.asarray(saturation, np.float32).reshape(-1, 1), np.asarray(value, np.float32).reshape(-1, 1)
    return (v * (1 - s + s * pure)).astype(np.float32)


def ramp_colour(position, stops):
    """RGB (n, 3) at a position in 0..1 along a list of colours."""
    stops = np.asarray(stops, np.float32)
    at = np.clip(np.asarray(position, np.float32), 0, 1) * (len(stops) - 1)
    low = np.minimum(at.astype(int), len(stops) - 2)
    part = (at - low)[:, None].astype(np.float32)
    return stops[low] + part * (stops[low + 1] - stops[low])
