"""Matches between pictures as figures: marks lie on the points, lines are as long as errors."""

import numpy as np

from unelib.plots.matches import match_rows


def test_marks_and_lines_lie_where_points_and_matches_are():
    images, points = np.zeros((2, 4, 16, 16, 3), np.uint8), np.full((2, 4, 3, 2), 5.0)
    found = np.full((2, 2, 3, 2), 5.0)
    points[1, 2, 0], found[1, 0, 1] = np.nan, [8.0, 9.0]
    ax = match_rows(images, points, found, ["first", "second"], title="Found")
    assert len(ax.lines) == 3 * (2 * 2 * 3 - 1)
    lengths = [np.hypot(*np.ptp(line.get_xydata(), 0)) for line in ax.lines]
    assert sorted(lengths)[-2:] == [0.0, 5.0]
    corner, step = np.array([5.0, 5.0]), 16 + 1
    marks = {tuple(line.get_xydata()[0]) for line in ax.lines if len(line.get_xydata()) == 1}
    assert {tuple(corner + [step * column, step * row]) for row in (0, 1) for column in (0, 1, 3)} <= marks
    assert tuple(corner + [step + 3, step + 4]) in marks
    assert [text.get_text() for text in ax.texts][:3] == ["first", "second", "point"]
