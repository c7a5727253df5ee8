"""One thing ahead: the next item is made in a thread while this one is used."""

from concurrent.futures import ThreadPoolExecutor

END = object()


def ahead(items):
    """The items of an iterator in order, each begun when the one before it is handed out.

    >>> list(ahead(x * x for x in range(4)))
    [0, 1, 4, 9]
    """
    items = iter(items)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, END)
        while (item := coming.result()) is not END:
            coming = thread.submit(next, items, END)
            yield item
