"""How a face is painted: one function a part, back to front, in the head's own frame.

The frame's origin is the middle of the face, x to the right, y down, one unit to the picture's edge at scale 1. Eyes
lie at y = -0.04, the mouth at y = 0.34, the chin at y = 0.62. `t` is the dict of `faces.traits`.
"""

import numpy as np

from .canvas import arc, box, ellipse, glow, hue_colour, open_canvas, ramp_colour, wave

SKIN = [(0.94, 0.76, 0.62), (0.87, 0.66, 0.50), (0.74, 0.52, 0.37), (0.56, 0.38, 0.27), (0.42, 0.27, 0.19)]
PALE = (1.0, 0.93, 0.89)
INK = (0.13, 0.09, 0.09)
HAIR = {
    "Black_Hair": [(0.05, 0.05, 0.07), (0.12, 0.10, 0.11)],
    "Blond_Hair": [(0.95, 0.80, 0.38), (0.86, 0.68, 0.30)],
    "Brown_Hair": [(0.45, 0.25, 0.12), (0.34, 0.18, 0.09)],
    "Gray_Hair": [(0.80, 0.81, 0.84), (0.64, 0.65, 0.69)],
}
EYE_Y, MOUTH_Y = -0.04, 0.34


def paint_portrait(t, size):
    """RGB (n, 3, size, size) float32 in 0..1 of the faces with traits `t`."""
    canvas = open_canvas(len(t["x"]), size, **pose(t), reach=0.22)
    look = Look(t)
    for paint in (background, hair_behind, neck_and_shirt, ears, head, age_lines, cheeks, beard, nose, mouth, mustache,
                  eyes, brows, hair_front, earrings, hat, eyeglasses):  # fmt: skip
        paint(canvas, t, look)
    return canvas.rgb


def pose(t):
    """Where the head's frame lies in the picture, by the names of `open_canvas`."""
    centre = np.stack([0.07 * t["x"], 0.05 * t["y"] + 0.03], 1)
    return {"centre": centre, "scale": 0.98 + 0.06 * t["scale"], "roll": 0.10 * t["roll"]}


class Look:
    """Colours and proportions that several parts share, each (n, 1, 1) or an RGB (n, 3)."""

    def __init__(self, t):
        pale = t["Pale_Skin"][:, None]
        self.skin = (1 - pale) * ramp_colour(0.5 + 0.5 * t["skin"], SKIN) + pale * np.array(PALE, np.float32)
        self.shadow = self.skin * np.array([0.76, 0.68, 0.66], np.float32)
        self.light = self.skin + (1 - self.skin) * np.float32(0.22)
        colour = sum(t[name][:, None] * ramp_colour(0.5 + 0.5 * t["hair_shade"], HAIR[name]) for name in HAIR)
        bald = t["Bald"][:, None]
        self.hair = (1 - bald) * colour + bald * self.skin * np.float32(0.45)
        self.hair_light = self.hair + (1 - self.hair) * np.float32(0.16)
        self.accessory = hue_colour(0.5 * t["accessory_hue"], 0.65 + 0 * t["x"], 0.72 + 0 * t["x"])
        self.has_hair = to_pixels(1 - t["Bald"])
        male, chubby = to_pixels(t["Male"]), to_pixels(t["Chubby"])
        self.male = male
        self.rx = 0.43 + 0.02 * to_pixels(t["face_width"]) + 0.015 * male + 0.085 * chubby
        self.ry = 0.60 + 0.02 * to_pixels(t["face_height"])
        self.jaw = 0.34 - 0.19 * male - 0.16 * chubby
        self.turn = 0.05 * to_pixels(t["turn"])
        self.young = to_pixels(t["Young"])

    def head_distance(self, x, y, grow=0.0):
        """Distance to the head's outline: an ellipse that narrows to the chin; `grow` widens it."""
        down = np.maximum(y, 0) / self.ry
        return ellipse(x / (1 - self.jaw * down * down), y, self.rx + grow, self.ry + grow)


def to_pixels(values):
    """A trait (n,) as (n, 1, 1), to meet pixels."""
    return np.asarray(values, np.float32).reshape(-1, 1, 1)


def amount(t, name, low, high):
    """How far an attribute reaches where it is present, (n, 1, 1): `low` to `high` by its strength, 0 where absent."""
    return to_pixels(t[name] * (low + (high - low) * t[f"{name}_strength"]))


def by_attribute(t, name, absent, present):
    """A quantity (n, 1, 1) with one range where the attribute is absent and another where present."""
    s, on = t[f"{name}_strength"], t[name]
    off = absent[0] + (absent[1] - absent[0]) * s
    return to_pixels((1 - on) * off + on * (present[0] + (present[1] - present[0]) * s))


def background(canvas, t, look):
    """A fading coloured wall."""
    hue = 0.5 * t["background_hue"]
    value = 0.72 + 0.22 * t["background_value"]
    base = hue_colour(hue, 0.28 + 0 * hue, value)
    canvas.rgb += base[:, :, None, None]
    fade = np.clip(0.5 + 0.35 * (canvas.y + canvas.x * to_pixels(t["background_tilt"])), 0, 1)
    canvas.blend(fade, hue_colour(hue + 0.06, 0.42 + 0 * hue, value * 0.8))


def hair_behind(canvas, t, look):
    """The mass of hair seen behind the head: down to the ears when short, to the shoulders when long."""
    length = to_pixels(t["hair_length"])
    x, y = canvas.x, canvas.y
    curl = amount(t, "Wavy_Hair", 0.075, 0.11)
    bottom = 0.0 + 0.85 * length
    side = look.rx + 0.07 + 0.07 * length + curl * 0.6
    sway = curl * wave(y * 3.6 + 0.2)
    crown = ellipse(x, y + 0.08, side, 0.64 + 0.05 * length + 0.4 * curl)
    fall = box(x, y - (bottom - 0.12) / 2, side + sway, (bottom + 0.12) / 2, 0.10)
    canvas.blend(
        canvas.cover(np.minimum(np.maximum(crown, y - bottom), fall)) * look.has_hair, look.hair * np.float32(0.8)
    )


def neck_and_shirt(canvas, t, look):
    """Neck, shoulders and a collar line."""
    part = canvas.window(-1, 1, 0.3, 1)
    x, y = part.x, part.y
    width = 0.20 + 0.07 * look.male + 0.05 * to_pixels(t["Chubby"])
    part.paint(box(x, y - 0.7, width, 0.4, 0.05), look.shadow)
    hue, value = 0.5 * t["shirt_hue"] + 0.25, 0.6 + 0.3 * t["shirt_value"]
    shirt = hue_colour(hue, 0.6 + 0 * hue, value)
    shoulders = ellipse(x, y - 1.28, 0.78 + 0.14 * look.male, 0.50)
    neckline = ellipse(x, y - 0.74, width + 0.03, 0.14 + 0.05 * to_pixels(t["collar"]))
    part.paint(np.maximum(shoulders, -neckline), shirt)
    part.paint(np.maximum(np.abs(neckline) - 0.022, shoulders), shirt * np.float32(0.7))


def ears(canvas, t, look):
    """Two ears that the hair may cover later."""
    for side in (-1, 1):
        part = canvas.window(*sorted((side * 0.34, side * 0.66)), -0.16, 0.26)
        x, y = part.x - side * (look.rx + 0.005), part.y - 0.05
        part.paint(ellipse(x, y, 0.085, 0.125), look.skin)
        part.paint(ellipse(x - side * 0.01, y, 0.04, 0.07), look.shadow)


def head(canvas, t, look):
    """The face itself, darker to its edge and lighter on the forehead."""
    part = canvas.window(-0.62, 0.62, -0.7, 0.7)
    distance = look.head_distance(part.x, part.y)
    inside = part.cover(distance)
    part.blend(inside, look.skin)
    edge = np.clip(1 + distance / 0.16, 0, 1)
    part.blend(inside * edge * edge * 0.55, look.shadow)
    part.blend(inside * glow(part.x + 0.1, part.y + 0.28, 0.34, 0.26) * 0.5, look.light)


def age_lines(canvas, t, look):
    """Forehead lines, folds beside the mouth and bags under the eyes, on those who are not young."""
    old = by_attribute(t, "Young", (0.75, 1.0), (0.0, 0.0))
    part = canvas.window(-0.46, 0.46, -0.42, 0.5)
    x, y = part.x - look.turn, part.y
    ink = look.shadow * np.float32(0.56)
    for level, half in ((-0.385, 0.21), (-0.305, 0.25)):
        part.paint(arc(x, y - level, half, -0.02, 0.021, 0.5), ink, 0.85 * old)
    for side in (-1, 1):
        s = side * x
        fold = arc(y - 0.27, s - 0.285, 0.14, 0.07, 0.024, 0.5)
        part.paint(fold, ink, 0.9 * old)
        part.paint(arc(s - 0.19, y - 0.115, 0.12, -0.045, 0.025, 0.5), ink, 0.9 * old)
        part.paint(arc(s - 0.345, y + 0.01, 0.06, 0.0, 0.018), ink, 0.8 * old)


def cheeks(canvas, t, look):
    """Rosy cheeks: two soft red spots."""
    rosy = amount(t, "Rosy_Cheeks", 0.75, 1.0)
    for side in (-1, 1):
        part = canvas.window(*sorted((side * 0.06, side * 0.46)), 0.0, 0.36)
        x, y = part.x - look.turn * 0.6 - side * 0.255, part.y - 0.175
        part.blend(glow(x, y, 0.19, 0.15) * rosy, (0.93, 0.26, 0.30))


def beard(canvas, t, look):
    """A full beard along the jaw, leaving the mouth free."""
    thick = 1 - to_pixels(t["No_Beard"])
    part = canvas.window(-0.6, 0.6, -0.05, 0.8)
    x, y = part.x, part.y
    full = to_pixels(t["No_Beard_strength"])
    outline = look.head_distance(x, y, 0.015 + 0.045 * full)
    bare = ellipse(x - look.turn * 0.5, y - 0.09, look.rx - 0.035 - 0.03 * full, 0.28 - 0.02 * full)
    chin_gap = ellipse(x - look.turn, y - MOUTH_Y, 0.17, 0.105)
    top = 0.06 - y
    distance = np.maximum(np.maximum(outline, top), np.maximum(-bare, -chin_gap))
    part.paint(distance, look.hair * np.float32(0.85), thick)


def nose(canvas, t, look):
    """A nose by its shadow, highlight and nostrils."""
    part = canvas.window(-0.26, 0.26, -0.16, 0.32)
    x, y = part.x - 1.5 * look.turn, part.y
    width = by_attribute(t, "Big_Nose", (0.048, 0.058), (0.16, 0.185))
    height = by_attribute(t, "Big_Nose", (0.040, 0.048), (0.105, 0.12))
    level = 0.17
    part.blend(glow(x - width, y - 0.03, 0.09, 0.19) * 0.35, look.shadow)
    part.paint(ellipse(x, y - level, width, height), look.shadow * np.float32(0.72))
    part.paint(ellipse(x, y - level + 0.024, width * 0.92, height * 0.9), look.light * np.float32(0.98))
    for side in (-1, 1):
        nostril = ellipse(
            x - side * width * 0.48, y - level - height * 0.55, 0.010 + width * 0.18, 0.012 + height * 0.14
        )
        part.paint(nostril, look.shadow * np.float32(0.38))


def mouth(canvas, t, look):
    """Lips bent by the smile and, where the mouth is open, teeth."""
    part = canvas.window(-0.32, 0.32, 0.16, 0.54)
    x, y = part.x - look.turn, part.y - MOUTH_Y - 0.015 * to_pixels(t["mouth_height"])
    smile = by_attribute(t, "Smiling", (-0.05, -0.005), (0.10, 0.16))
    half = 0.155 + 0.015 * to_pixels(t["mouth_width"]) + 0.045 * to_pixels(t["Smiling"])
    lips = 0.032 - 0.006 * look.male + 0.016 * to_pixels(t["Wearing_Lipstick"])
    gap = amount(t, "Mouth_Slightly_Open", 0.042, 0.066)
    y = y - smile * 0.45
    natural = look.skin * np.array([0.78, 0.52, 0.50], np.float32)
    painted = np.array([(0.80, 0.05, 0.16)], np.float32) + 0 * look.skin
    on = t["Wearing_Lipstick"][:, None]
    colour = (1 - on) * natural + on * painted
    part.paint(arc(x, y, half, smile, lips + gap), colour)
    part.paint(
        arc(x, y, half * 0.97, smile, 0.011, 0.4), colour * np.float32(0.45), 1 - to_pixels(t["Mouth_Slightly_Open"])
    )
    inner = arc(x, y, half * 0.86, smile * 0.8, gap)
    inside = part.cover(inner) * to_pixels(t["Mouth_Slightly_Open"])
    part.blend(inside, (0.24, 0.05, 0.07))
    teeth = part.cover(y + smile * 0.8 * (x / half) ** 2 + gap * 0.1)
    part.blend(inside * teeth, (0.98, 0.97, 0.94))


def mustache(canvas, t, look):
    """A mustache under the nose."""
    part = canvas.window(-0.32, 0.32, 0.12, 0.42)
    x, y = part.x - look.turn, part.y - 0.262
    size = amount(t, "Mustache", 0.046, 0.06)
    there = to_pixels(t["Mustache"])
    part.paint(arc(x, y, 0.20, -0.06, size, 0.85), look.hair * np.float32(0.72), there)


def eyes(canvas, t, look):
    """Eye shadow, whites, irises that look somewhere, lids and lashes."""
    open_ = by_attribute(t, "Narrow_Eyes", (0.086, 0.105), (0.034, 0.044)) * (1 + 0.10 * (1 - look.male))
    makeup, female = amount(t, "Heavy_Makeup", 0.8, 1.0), 1 - look.male
    iris_colour = ramp_colour(0.5 + 0.5 * t["eye_colour"], [(0.22, 0.12, 0.06), (0.30, 0.42, 0.20), (0.22, 0.45, 0.70)])
    spacing = 0.19 + 0.012 * to_pixels(t["eye_spacing"])
    for side in (-1, 1):
        part = canvas.window(*sorted((side * 0.02, side * 0.40)), -0.28, 0.14)
        x, y = part.x - look.turn - side * spacing, part.y - EYE_Y
        part.blend(part.cover(ellipse(x, y + 0.055, 0.145, open_ * 0.6 + 0.07)) * makeup, (0.42, 0.18, 0.56))
        white = part.cover(ellipse(x, y, 0.108, open_))
        part.blend(white, (0.99, 0.99, 0.98))
        gx, gy = x - 0.028 * to_pixels(t["gaze_x"]), y - 0.016 * to_pixels(t["gaze_y"])
        part.blend(white * part.cover(ellipse(gx, gy, 0.058, 0.062)), iris_colour)
        part.blend(white * part.cover(ellipse(gx, gy, 0.029, 0.031)), INK)
        part.blend(white * part.cover(ellipse(gx + 0.02, gy + 0.024, 0.017, 0.017)), (1.0, 1.0, 1.0))
        lid = arc(x, y + open_, 0.118, -0.8 * open_, 0.014 + 0.012 * female + 0.012 * makeup, 0.3)
        part.paint(lid, INK)
        lash = arc(side * x - 0.125, y + open_ * 0.55 + 0.02, 0.035, 0.035, 0.02, 0.2)
        part.paint(lash, INK, np.maximum(female, makeup))


def brows(canvas, t, look):
    """Two brows, straighter on men."""
    bushy = to_pixels(t["Bushy_Eyebrows"])
    thick = by_attribute(t, "Bushy_Eyebrows", (0.013, 0.018), (0.05, 0.06)) + 0.007 * look.male
    colour = look.hair * np.float32(0.55) + np.float32(0.04)
    for side in (-1, 1):
        part = canvas.window(*sorted((side * 0.0, side * 0.42)), -0.40, -0.06)
        x = side * (part.x - look.turn) - 0.19
        y = part.y + 0.215 + 0.02 * to_pixels(t["brow_height"]) - 0.02 * look.male + 0.08 * x * look.male
        part.paint(arc(x, y, 0.135 + 0.01 * bushy, -0.05 + 0.03 * look.male, thick, 0.55), colour)


def hair_front(canvas, t, look):
    """The cap of hair over the forehead, with its parting, and bangs down to the brows."""
    part = canvas.window(-0.75, 0.75, -0.95, 0.45)
    x, y = part.x, part.y
    curl = amount(t, "Wavy_Hair", 0.06, 0.085)
    length = to_pixels(t["hair_length"])
    rough = curl * wave(x * 3.4 + 0.3) - 0.3 * curl
    side_rough = curl * 0.7 * wave(y * 3.6 + 0.2)
    skull = ellipse(x / (1 + side_rough), y + 0.10 + rough * 0.5, look.rx + 0.065 + 0.03 * length, 0.64)
    opening = ellipse(x - 0.06 * to_pixels(t["hair_shade"]) - look.turn, y - 0.12, look.rx - 0.055, 0.60)
    sides = y - 0.02 - 0.30 * length
    cap = part.cover(np.maximum(np.maximum(skull, -opening), sides)) * look.has_hair
    part.blend(cap, look.hair)
    shine = glow(x + 0.12, y + 0.56, 0.32, 0.12)
    part.blend(cap * shine * 0.8, look.hair_light)
    reach = by_attribute(t, "Bangs", (0.0, 0.0), (-0.235, -0.195))
    hem = y - reach + 0.02 * wave(x * 5.5)
    fringe = np.maximum(np.maximum(ellipse(x, y + 0.10, look.rx + 0.01, 0.60), hem), -0.72 - y)
    part.paint(fringe, look.hair * np.float32(0.93), to_pixels(t["Bangs"]))
    strand = np.abs(wave(x * 5.5 + 0.5))
    part.blend(part.cover(fringe) * to_pixels(t["Bangs"]) * strand * 0.25, look.hair_light)


def earrings(canvas, t, look):
    """Gold balls under the ears."""
    on = to_pixels(t["Wearing_Earrings"])
    size = 0.062 + 0.018 * to_pixels(t["Wearing_Earrings_strength"])
    for side in (-1, 1):
        part = canvas.window(*sorted((side * 0.32, side * 0.74)), 0.08, 0.46)
        x, y = part.x - side * (look.rx + 0.055), part.y - 0.18 - size
        part.paint(ellipse(x, y, size + 0.02, size + 0.02), (0.45, 0.30, 0.02), on)
        part.paint(ellipse(x, y, size, size), (1.0, 0.84, 0.20), on)
        part.paint(ellipse(x + 0.02, y + 0.02, size * 0.4, size * 0.4), (1.0, 0.98, 0.80), on)


def hat(canvas, t, look):
    """A bowler with a band and a brim."""
    on = to_pixels(t["Wearing_Hat"])
    part = canvas.window(-0.8, 0.8, -1, -0.2)
    x, y = part.x, part.y
    tall = 0.42 + 0.08 * to_pixels(t["Wearing_Hat_strength"])
    crown = np.maximum(ellipse(x, y + 0.42, look.rx + 0.08, tall), y + 0.42)
    part.paint(crown, look.accessory, on)
    band = box(x, y + 0.47, look.rx + 0.08, 0.055, 0.01)
    part.paint(band, look.accessory * np.float32(0.55), on)
    brim = ellipse(x, y + 0.405, look.rx + 0.15 + 0.08 * to_pixels(t["frame_shape"]), 0.055)
    part.paint(brim, look.accessory * np.float32(0.75), on)


def eyeglasses(canvas, t, look):
    """Dark frames, tinted lenses, bridge and arms."""
    on = to_pixels(t["Eyeglasses"])
    spacing = 0.195 + 0.012 * to_pixels(t["eye_spacing"])
    corner = 0.075 + 0.055 * to_pixels(t["frame_shape"])
    thick = 0.019 + 0.007 * to_pixels(t["Eyeglasses_strength"])
    frame = (0.09, 0.09, 0.12)
    part = canvas.window(-0.6, 0.6, -0.28, 0.18)
    x, y = part.x - look.turn, part.y - EYE_Y
    for side in (-1, 1):
        lens = box(x - side * spacing, y, 0.162, 0.135, corner)
        part.blend(part.cover(lens) * on * 0.18, (0.75, 0.90, 1.0))
        part.paint(np.abs(lens) - thick, frame, on)
        arm = np.maximum(np.abs(y + 0.05) - 0.02, np.maximum(spacing + 0.16 - side * x, side * part.x - look.rx - 0.02))
        part.paint(arm, frame, on)
    bridge = np.maximum(np.abs(y + 0.04) - 0.02, np.abs(x) - spacing + 0.16)
    part.paint(bridge, frame, on)
