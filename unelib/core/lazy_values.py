"""Values of an object that are found when first asked for, and kept; no thread waits for another object's.

`functools.cached_property` of Python 3.11 holds one lock for all objects of a class: while a value is found for one,
no thread finds it for another.
"""


class kept_value:
    """A property that is found once for an object; for one that two threads ask at once, maybe by both.

    >>> class Square:
    ...     side = 3
    ...
    ...     @kept_value
    ...     def area(self):
    ...         print("found")
    ...         return self.side**2
    >>> square = Square()
    >>> square.area + square.area
    found
    18
    """

    def __init__(self, find):
        self.find, self.__doc__ = find, find.__doc__

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return instance.__dict__.setdefault(self.name, self.find(instance))
