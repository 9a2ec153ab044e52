"""Whoosh's third codec, written quicker: the same files, which Whoosh's own classes read.

A glossary has half a million words of which most stand in one concept. Whoosh asks the length of a field at every
posting and makes a dozen objects for every word; here neither is done for a word that fits into one block. What does
not fit, or is weighed, goes Whoosh's own way. Written against whoosh-reloaded 2.7.5, `whoosh.codec.whoosh3`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from pickle import dumps
from typing import Any

from whoosh.codec.whoosh3 import (
    WHOOSH3_HEADER_MAGIC,
    W3Codec,
    W3FieldWriter,
    W3TermInfo,
)
from whoosh.system import pack_int, pack_long, pack_ushort
from whoosh.util.numeric import length_to_byte

#: (field, word, document, weight, value)
Posting = tuple[str, bytes, int, float, bytes]

_NO_LENGTH = length_to_byte(None), length_to_byte(0)


class QuickCodec(W3Codec):
    """What differs is how words are written, and that no lengths of fields are kept: nothing here is weighed by them."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(compression=0)  # such short lists are not worth it

    def __reduce__(self) -> tuple[type[W3Codec], tuple[int, int]]:
        return W3Codec, (self._blocklimit, self._compression)  # in a segment's pickle: it needs nothing of ours

    def field_writer(self, storage: Any, segment: Any) -> QuickFieldWriter:
        """See W3Codec."""
        return QuickFieldWriter(self, storage, segment)


class QuickFieldWriter(W3FieldWriter):
    """Writes the postings of a whole segment, in the order of field and word."""

    def add_postings(self, schema: Any, lengths: Any, items: Iterable[Posting]) -> None:
        """See whoosh.codec.base.FieldWriter. `items` are sorted, as Whoosh's pool gives them."""
        for name, postings in groupby(items, itemgetter(0)):
            field = schema[name]
            self.start_field(name, field)
            most = self._codec._blocklimit
            size = field.format.fixed_value_size()
            field_key = pack_ushort(self._fieldid)
            for word, some in groupby(postings, itemgetter(1)):
                found = list(some)
                if len(found) <= most and all(weight == 1.0 for _, _, _, weight, _ in found):
                    self._add_word(field_key + word, found, size)
                    continue
                self.start_term(word)
                for _, _, document, weight, value in found:
                    self.add(document, weight, value, 0)
                self.finish_term()
            self.finish_field()

    def _add_word(self, key: bytes, found: list[Posting], size: int | None) -> None:
        """One word with its only block: what W3PostingsWriter and W3TermInfo write, byte for byte."""
        count = len(found)
        first = before = found[0][2]
        steps = [first]
        for _, _, document, _, _ in found[1:]:
            steps.append(document - before)
            before = document
        if size is None or size < 0:
            values: Any = tuple(value for *_, value in found if value)
        else:
            values = b"".join(value for *_, value in found if value) if size else None
        block = dumps((tuple(steps), None, values), 2)
        about = dumps((count, before, 1.0, 0, *_NO_LENGTH), 2)
        file = self._postfile.file
        start = file.tell()
        data = WHOOSH3_HEADER_MAGIC + pack_int(-len(about) - len(block)) + about + block
        file.write(data)
        term = W3TermInfo._struct.pack(False, float(count), count, *_NO_LENGTH, 1.0, first, before)
        self._tindex.add(key, term + pack_long(start) + pack_int(len(data)))
