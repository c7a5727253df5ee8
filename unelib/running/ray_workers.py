"""Shards made by Ray: workers load the model once each, take shards one by one, and may die."""

import os
import socket
from collections import Counter
from functools import lru_cache

import torch

TRIES = 3


class Worker:
    """Lives in a process of the cluster: `load()` -> (compute, read), then rows of one shard after another.

    threads  of torch; results on a CPU depend on it in the last bits, so that every worker takes the caller's
    """

    def __init__(self, load, threads):
        torch.set_num_threads(threads)
        self.load = lru_cache(load)

    def rows(self, part):
        """Rows (m, d) of a slice of the images."""
        compute, read = self.load()
        return compute(read(part))


def on_ray(load, address="local", workers=None):
    """`results` for `NoiseZoo.fill` that maps shards over Ray workers.

    load     picklable function without arguments -> (compute, read), called once in each worker
    address  "local" starts a cluster on this machine; else that of a running one, or "auto"
    workers  how many; by default one for each GPU, or as many as the CPUs hold
    A worker that dies loses the shard it was making, and another makes it; three deaths of one shard are an error.
    """

    def results(parts):
        ray = connected(address, workers)
        start, count = starter(ray, load, workers)
        crew = []
        try:
            yield from mapped(ray, start, count, crew, iter(parts))
        finally:
            for worker in crew:
                ray.kill(worker)

    return results


def mapped(ray, start, count, crew, parts):
    """Yields (shard, rows) in the order in which at most `count` workers, kept in `crew`, finish them."""
    idle, running, again, deaths = [], {}, [], Counter()

    def hand_out():
        while (idle or len(crew) < count) and (part := again.pop() if again else next(parts, None)):
            if not idle:
                idle.append(start())
                crew.append(idle[0])
            worker = idle.pop()
            running[worker.rows.remote(part[1])] = worker, part

    hand_out()
    while running:
        (done,), _ = ray.wait(list(running))
        worker, part = running.pop(done)
        try:
            values = ray.get(done)
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            deaths[part[0]] += 1
            if deaths[part[0]] == TRIES:
                raise OSError(f"{TRIES} workers died of shard {part[0]} ({type(error).__name__})") from error
            again.append(part)
            crew.remove(worker)
            hand_out()
            continue
        idle.append(worker)
        hand_out()
        yield part[0], values


def connected(address, workers):
    """Ray, connected to a cluster for the rest of this process; ImportError or ConnectionError says what is missing."""
    try:
        import ray
    except ImportError as error:
        raise ImportError("--ray needs the extra: pip install 'unelib[ray]'") from error
    most = 4 * os.cpu_count()
    if address == "local" and (workers or 1) > most:
        raise ValueError(f"this machine has room for {most} workers at most, not for {workers}")
    if not ray.is_initialized():
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        threads = torch.get_num_threads()
        cpus = (workers or max(1, os.cpu_count() // threads)) * threads
        own = {"num_cpus": cpus, "include_dashboard": False} if address == "local" else {}
        try:
            knock(address)
            ray.init(address=address, log_to_driver=False, logging_level="error", **own)
        except (OSError, ValueError) as error:
            raise ConnectionError(f"no Ray cluster at {address!r} ({error}); start one: ray start --head") from error
    return ray


def knock(address):
    """OSError if nobody answers at host:port: Ray itself tries for two minutes, then ends the program."""
    host, colon, port = address.removeprefix("ray://").rpartition(":")
    if colon:
        socket.create_connection((host, int(port)), timeout=10).close()


def starter(ray, load, workers):
    """Function that starts a worker, and how many of them; ValueError if the cluster has no room for as many."""
    there, threads = ray.cluster_resources(), torch.get_num_threads()
    needs = {"num_gpus": 1} if there.get("GPU") else {"num_cpus": threads}
    room = int(there["GPU"] if there.get("GPU") else there.get("CPU", 0) // threads)
    if not 1 <= (workers or room) <= room:
        raise ValueError(f"the Ray cluster has room for {room} workers of {needs}, not for {workers or 1}")
    actor = ray.remote(Worker).options(**needs)
    return lambda: actor.remote(load, threads), workers or room


def remote_call(work, address="local"):
    """A function that calls work(one, threads) on a Ray cluster and waits for it, and one that ends all such calls.

    Workers see the caller's UNELIB_ROOT; errors are work's own, and RuntimeError where a worker died or was ended.
    """
    ray, own = connected(address, None), {k: v for k, v in os.environ.items() if k == "UNELIB_ROOT"}

    def there(one, threads):  # Ray takes functions, and of these no partial ones
        work(one, threads)

    def call(one, threads):
        remote = ray.remote(there).options(num_cpus=threads, max_retries=0, runtime_env={"env_vars": own})
        try:
            ray.get(remote.remote(one, threads))
        except ray.exceptions.RayTaskError as error:
            raise error.cause from None
        except ray.exceptions.RayError as error:
            raise RuntimeError(f"a worker of the cluster died ({type(error).__name__})") from error

    return call, ray.shutdown
