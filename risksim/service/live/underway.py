"""Answers that come in two: the histogram as soon as it is there, the rest to whoever asks for it next.

Asking for the first begins the whole answer, on a thread that goes on when the first is told. Asking for the whole
meanwhile waits for the one that is underway, so that nothing is reckoned twice.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field

from risksim.service.live.reckon import Told

Work = Callable[[Told], bytes]
"""Works out an answer, telling its first part where that is there before the rest."""


@dataclass(eq=False)
class _Both:
    first: Future[bytes] = field(default_factory=Future)
    whole: Future[bytes] = field(default_factory=Future)

    def tell(self, first: bytes) -> None:
        """Tell the first part, once: it is told again where a process died after it."""
        with suppress(InvalidStateError):
            self.first.set_result(first)

    def fail(self, error: BaseException) -> None:
        """Tell that there is no answer."""
        with suppress(InvalidStateError):
            self.first.set_exception(error)
        self.whole.set_exception(error)


class Underway:
    """The answers that are being worked out in two."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[Hashable, _Both] = {}

    def first(self, key: Hashable, work: Work) -> bytes:
        """Begin an answer unless it is underway, and wait for its first part.

        Parameters
        ----------
        key : hashable
            What tells answers, and who they are for, apart.
        work : callable
            Works it out; it keeps the answer where it is found once it is no longer underway.

        Returns
        -------
        bytes
            The first part, or the whole where nothing comes before it.

        Raises
        ------
        Exception
            Whatever `work` does before the first part is told.
        """
        with self._lock:
            both = self._found.get(key)
            if both is None:
                both = self._found[key] = _Both()
                # In this context: what goes wrong is told in the language of who asks.
                run = contextvars.copy_context().run
                threading.Thread(target=run, args=(self._go, key, both, work), daemon=True).start()
        return both.first.result()

    def whole(self, key: Hashable) -> bytes | None:
        """Wait for an answer that is underway; None where it is not.

        Parameters
        ----------
        key : hashable
            As in `first`.

        Raises
        ------
        Exception
            Whatever its `work` does.
        """
        with self._lock:
            both = self._found.get(key)
        return None if both is None else both.whole.result()

    def _go(self, key: Hashable, both: _Both, work: Work) -> None:
        try:
            whole = work(both.tell)
        except BaseException as error:  # raised again where it is waited for
            self._forget(key)
            both.fail(error)
        else:
            self._forget(key)
            both.tell(whole)
            both.whole.set_result(whole)

    def _forget(self, key: Hashable) -> None:
        with self._lock:
            del self._found[key]
