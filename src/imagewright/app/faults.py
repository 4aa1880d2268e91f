"""Faults that people who test their programs against this server ask for: errors, delays, tasks that do not go on.

The one way in asks here before it runs an operation, and the runner before it runs a task. Rules are kept in the memory
of this process and are gone with it; there are none unless the server was started with --allow-faults. The operations
on faults themselves are never struck, so that whoever asked for too much can take it back.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Final

from imagewright.app.authentication import CHALLENGE
from imagewright.contract.decoding import ERROR_CLASSES
from imagewright.contract.operations import Operation
from imagewright.contract.services import own_faults, std
from imagewright.model.errors import ApiError, InvalidArgument, Message, NotFound, Unsupported
from imagewright.model.task import Task

LONGEST_DELAY: Final = 600_000
"""Milliseconds. A call that is delayed holds a worker thread."""


@dataclass(slots=True)
class _Rule:
    """A rule in force. `matched` counts the calls, or tasks, that it was applied to."""

    fault: str
    spec: own_faults.CreateSpec
    created: datetime
    matched: int = 0

    def fits(self, key: str, user: str) -> bool:
        """Whether the rule is for this operation and user, and has not been used up."""
        return (
            (self.spec.count is None or self.matched < self.spec.count)
            and self.spec.user in (None, user)
            and fnmatchcase(key, self.spec.operation or "*")
        )

    def info(self) -> own_faults.Info:
        return own_faults.Info(fault=self.fault, spec=self.spec, created_time=self.created, matched=self.matched)


class Faults:
    """The rules of one process; used from many threads at once."""

    def __init__(self, *, allowed: bool = False, wait: Callable[[float], None] = time.sleep) -> None:
        self.allowed = allowed
        self._wait = wait
        self._lock = threading.Lock()  # guards the two that follow
        self._rules: dict[str, _Rule] = {}
        self._held: dict[str, str] = {}  # task id -> fault id

    @property
    def armed(self) -> bool:
        """Whether there is any rule at all."""
        return bool(self._rules)

    def create(self, spec: own_faults.CreateSpec, now: datetime) -> str:
        """Adds a rule and tells its id. Raises InvalidArgument, and Unsupported where faults are not allowed."""
        self._require_allowed()
        if spec.count is not None and spec.count < 1:
            raise _out_of_range("count", spec.count, "at least 1; leave it out for every time")
        if spec.milliseconds is not None and not 1 <= spec.milliseconds <= LONGEST_DELAY:
            raise _out_of_range("milliseconds", spec.milliseconds, f"from 1 to {LONGEST_DELAY}")
        fault = f"fault-{secrets.token_hex(4)}"
        with self._lock:
            self._rules[fault] = _Rule(fault, spec, now)
        return fault

    def list(self) -> tuple[own_faults.Info, ...]:
        """All rules, in the order in which they are applied. Raises Unsupported where faults are not allowed."""
        self._require_allowed()
        with self._lock:
            return tuple(rule.info() for rule in self._rules.values())

    def delete(self, fault: str) -> None:
        """Takes a rule back; tasks that it held go on. Raises NotFound, and Unsupported like the others."""
        self._require_allowed()
        with self._lock:
            if self._rules.pop(fault, None) is None:
                raise NotFound.because(
                    "imagewright.faults.not_found",
                    "There is no fault '{0}'. Faults are forgotten when the server stops.",
                    fault,
                )
            self._held = {task: holder for task, holder in self._held.items() if holder != fault}

    def strike(self, operation: Operation, user: str) -> None:
        """Applies the rules for a call, in their order: waits for every delay, and raises the first error."""
        if operation.service == own_faults.create.service:
            return
        milliseconds, error = self._due(operation.key, user)
        if milliseconds:
            self._wait(milliseconds / 1000)
        if error is not None:
            raise error

    def held(self, task: Task) -> own_faults.HeldState | None:
        """The state that a task is to be shown in and kept from ending, or None.

        A rule takes tasks that were submitted after it was made, each once, and keeps them until it is deleted.
        """
        if not self._rules or task.status.is_final:
            return None
        with self._lock:
            holder = self._rules.get(self._held.get(task.id, "")) or self._take(task)
            return holder.spec.state if holder else None

    def _take(self, task: Task) -> _Rule | None:
        key = f"{task.service}.{task.operation}"
        for rule in self._rules.values():
            holds = rule.spec.effect is own_faults.Effect.HOLD
            if holds and rule.created <= task.submitted and rule.fits(key, task.user):
                rule.matched += 1
                self._held[task.id] = rule.fault
                return rule
        return None

    def _due(self, key: str, user: str) -> tuple[int, ApiError | None]:
        milliseconds = 0
        with self._lock:
            for rule in self._rules.values():
                if rule.spec.effect is own_faults.Effect.HOLD or not rule.fits(key, user):
                    continue
                rule.matched += 1
                if rule.spec.error_type is not None:
                    return milliseconds, _error(rule.spec.error_type, rule)
                milliseconds += rule.spec.milliseconds or 0
        return milliseconds, None

    def _require_allowed(self) -> None:
        if not self.allowed:
            raise Unsupported.because(
                "imagewright.faults.not_allowed",
                "This server does not answer with faults on demand. Start it with --allow-faults, for tests only.",
            )


def _error(error_type: std.ErrorType, rule: _Rule) -> ApiError:
    text = rule.spec.message or f"The fault {rule.fault} answers this call with {error_type}, because a test wants it."
    challenge = CHALLENGE if error_type is std.ErrorType.UNAUTHENTICATED else None
    message = Message("imagewright.faults.injected", text, (rule.fault,))
    return ERROR_CLASSES[error_type](message, challenge=challenge)


def _out_of_range(field: str, value: int, range_: str) -> InvalidArgument:
    return InvalidArgument.because(
        "imagewright.faults.out_of_range", "The {0} of the fault is {1}, and must be {2}.", field, value, range_
    )
