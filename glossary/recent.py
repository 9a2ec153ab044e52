"""A bounded table of what was asked for lately."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(dict[K, V], Generic[K, V]):
    """``table[key]`` is what was kept for the key, or None.

    Once what is kept weighs `most` together (`weigh`, else one each) it becomes the older half, and what nobody asked
    for since it was the younger is let go: never more than twice `most`, and a look costs what one in a dict costs.
    Threads may share a table: at worst something is forgotten that was just kept.
    """

    __slots__ = ("_most", "_older", "_weigh", "_weight")

    def __init__(self, most: int, weigh: Callable[[V], int] | None = None) -> None:
        super().__init__()
        self._most, self._weigh, self._weight = most, weigh, 0
        self._older: dict[K, V] = {}

    def __missing__(self, key: K) -> V | None:
        value = self._older.pop(key, None)
        if value is not None:
            self.keep(key, value)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keep a value, which must not be None."""
        if self._weight >= self._most:
            self._older = dict(self)
            self.clear()
            self._weight = 0
        self[key] = value
        self._weight += self._weigh(value) if self._weigh else 1
