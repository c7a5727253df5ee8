"""Files that are there whole or not at all, also after a kill or a power cut."""

import errno
import hashlib
import json
import os
from contextlib import contextmanager, suppress
from uuid import uuid4

FULL, LOCKED = "free some space and start again; what is finished is kept", "choose a folder that can be written to"
NEXT = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: LOCKED, errno.EACCES: LOCKED, errno.EPERM: LOCKED}


@contextmanager
def writing(path):
    """Inside, an OSError becomes one that says which file could not be written, why, and what to do."""
    try:
        yield
    except OSError as error:
        reason, next_step = error.strerror or str(error), NEXT.get(error.errno, "see to it and start again")
        raise OSError(error.errno, f"{path} cannot be written ({reason}); {next_step}") from error


def write_whole(path, write):
    """Call `write(temporary path)`, bring it to the disk and rename it; OSError says why it could not be written."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with writing(path):
            write(part)
            sync(part)
            os.replace(part, path)
            sync(path.parent)
    finally:
        with suppress(OSError):  # not there, or a file system that is read-only: the error above says so
            part.unlink()


def sweep(path):
    """Remove what writers of this file that were killed have left; for whoever holds its lock."""
    for part in path.parent.glob(f".{path.stem}.*.part"):
        part.unlink(missing_ok=True)


def sync(path):
    """Wait until a file, or a folder's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path):
    """A folder with its parents; OSError says why it could not be made."""
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)


def write_json(path, value):
    """Write a value as JSON, whole or not at all; equal values are equal bytes."""
    write_whole(path, lambda part: part.write_text(json.dumps(value, indent=1, sort_keys=True)))


def read_json(path):
    """The value of a JSON file; ValueError names a file that is damaged."""
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}); restore it or remove its folder") from error


def file_hash(path):
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def value_hash(value):
    """SHA-256 of a JSON value, however it is laid out in its file."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
