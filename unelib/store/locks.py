"""Who makes which shard: a lock each, so that builds of one view at the same time never make a shard twice."""

from filelock import FileLock, Timeout

from ..core.files import make_folder, writing


class Claims:
    """Locks that this process holds, by name; the system lets go of them when the process ends or is killed.

    first  names to wait for at once: `with Claims(folder, "zoo"):` is a plain lock
    """

    def __init__(self, folder, *first):
        self.folder, self.first, self.held = folder, first, {}

    def __enter__(self):
        make_folder(self.folder)
        for name in self.first:
            self.take(name, wait=True)
        return self

    def __exit__(self, *reason):
        for name in list(self.held):
            self.drop(name)

    def take(self, name, *, wait=False):
        """Whether the lock is now this process's; with `wait`, after whoever holds it has let go."""
        lock = FileLock(self.folder / str(name), thread_local=False)
        with writing(self.folder):
            try:
                lock.acquire(blocking=wait)
            except Timeout:
                return False
        self.held[name] = lock
        return True

    def drop(self, name):
        """Let go of a lock."""
        self.held.pop(name).release()

    def wait(self, names):
        """Wait until nobody else holds any of these."""
        for name in names:
            self.take(name, wait=True)
            self.drop(name)
