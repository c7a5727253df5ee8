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
    """Counts the images of a view as they are done, with images a second and the time left.

    total, done  shards of this build, and how many of them are there already
    size         images of a shard; images: of all shards of this build
    file         progress.json: view, shards, done, images, images_done, rows_per_second, seconds_left, updated (UTC)
    show         False keeps it silent and writes nothing
    """

    def __init__(self, view, total, done, size, images, file, *, show=True):
        self.view, self.total, self.done, self.size, self.images = view, total, done, size, images
        self.file, self.show = file, show
        self.made, self.rows, self.began, self.told = 0, 0, time.monotonic(), time.monotonic()
        watched = show and (sys.stderr.isatty() or in_notebook())
        self.bar = tqdm(total=images, initial=self.images_done, desc=view, unit="image", disable=not watched)

    def __enter__(self):
        return self

    def __exit__(self, *reason):
        self.bar.close()

    @property
    def images_done(self):
        """Images of the shards that are done."""
        return min(self.done * self.size, self.images)

    def advance(self, images):
        """So many images more of the shard that is being made, which counts when it is written."""
        self.bar.update(min(images, self.images - self.bar.n))

    def step(self, rows):
        """One shard more, of so many rows."""
        self.made, self.done, self.rows = self.made + 1, self.done + 1, self.rows + rows
        self.bar.update(max(self.images_done - self.bar.n, 0))
        if self.show:
            write_json(self.file, self.state())
            self.tell()

    def found(self, shards):
        """So many shards were finished by others."""
        self.done += shards
        self.bar.update(max(self.images_done - self.bar.n, 0))

    def state(self):
        """What progress.json holds."""
        seconds = max(time.monotonic() - self.began, 1e-9)
        return {
            "view": self.view,
            "shards": self.total,
            "done": self.done,
            "images": self.images,
            "images_done": self.images_done,
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
        log.info("%s: %d of %d images, %.1f images/s, %s left", self.view, self.images_done, self.images,
                 now["rows_per_second"], left)  # fmt: skip


def in_notebook():
    """Whether this is a notebook's kernel, where a bar is shown although there is no terminal."""
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None
