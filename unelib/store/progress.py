"""How far a build is: progress.json, and a bar where someone watches, else a line every half minute."""

import logging
import sys
import time
from datetime import UTC, datetime

from tqdm.auto import tqdm

from ..core.files import write_json

EVERY = 30.0
log = logging.getLogger(__name__)


class Progress:
    """Counts the shards of a view as they are finished, with rows a second and the time left.

    total, done  shards of this build, and how many of them are there already
    file         progress.json: view, shards, done, rows_per_second, seconds_left, updated (UTC)
    show         False keeps it silent and writes nothing
    """

    def __init__(self, view, total, done, file, *, show=True):
        self.view, self.total, self.done, self.file, self.show = view, total, done, file, show
        self.made, self.rows, self.began, self.told = 0, 0, time.monotonic(), time.monotonic()
        watched = show and (sys.stderr.isatty() or in_notebook())
        self.bar = tqdm(total=total, initial=done, desc=view, unit="shard", disable=not watched)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.bar.close()

    def step(self, rows):
        """One shard more, of so many rows."""
        self.made, self.done, self.rows = self.made + 1, self.done + 1, self.rows + rows
        self.bar.update()
        if self.show:
            write_json(self.file, self.state())
            self.tell()

    def found(self, shards):
        """So many shards were finished by others."""
        self.done += shards
        self.bar.update(shards)

    def state(self):
        """What progress.json holds."""
        seconds = max(time.monotonic() - self.began, 1e-9)
        return {
            "view": self.view,
            "shards": self.total,
            "done": self.done,
            "rows_per_second": round(self.rows / seconds, 2),
            "seconds_left": round(seconds / self.made * (self.total - self.done)),
            "updated": datetime.now(UTC).isoformat(timespec="seconds"),
        }

    def tell(self):
        """A line to the log where there is no bar, at the end and every so often."""
        if not self.bar.disable or (time.monotonic() - self.told < EVERY and self.done < self.total):
            return
        self.told, now = time.monotonic(), self.state()
        left = tqdm.format_interval(now["seconds_left"])
        log.info("%s: %d of %d shards, %.1f rows/s, %s left", self.view, self.done, self.total,
                 now["rows_per_second"], left)  # fmt: skip


def in_notebook():
    """Whether this is a notebook's kernel, where a bar is shown although there is no terminal."""
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None
