"""Which function does an operation. A function says it itself, by reference:

    @implements(repository_software_drafts.create)
    def create(call: Call, spec: CreateSpec) -> str: ...

What cannot work is refused when the module is imported, not when the first request comes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter
from typing import Any, Final, TypeVar

from imagewright.contract.operations import Operation

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Bound:
    """A function with the parameter that each input goes to. `quick` is explained at `Bindings.implements`."""

    function: Callable[..., Any]
    parameters: Mapping[str, str]
    quick: bool = False

    def __call__(self, call: Any, arguments: Mapping[str, Any]) -> Any:
        """Runs the function with the arguments by input name; all of them must be there."""
        return self.function(call, **{parameter: arguments[name] for name, parameter in self.parameters.items()})


class Bindings:
    """The functions of the operations; at most one for each."""

    def __init__(self) -> None:
        self._bound: dict[Operation, Bound] = {}

    def implements(self, operation: Operation, *, quick: bool = False) -> Callable[[Function], Function]:
        """Decorator: this function does the operation.

        Its first parameter is the call; the others are named as the inputs, and may end in an underscore where a name
        would hide a builtin (`filter_`). TypeError when they do not fit, ValueError when the operation has a function.

        A `quick` one reads or changes a few rows, and knows nothing but the database and its arguments. So it can run
        where the request arrives instead of in a thread, and the answer of one that reads holds as long as nothing in
        the database changes.
        """

        def bind(function: Function) -> Function:
            if operation in self._bound:
                other = self._bound[operation].function
                raise ValueError(f"{operation.key} is done by {_name(other)} already, and also by {_name(function)}.")
            self._bound[operation] = Bound(function, _parameters(operation, function), quick)
            return function

        return bind

    def of(self, operation: Operation) -> Bound | None:
        return self._bound.get(operation)

    @property
    def implemented(self) -> frozenset[Operation]:
        return frozenset(self._bound)

    def missing(self, operations: Iterable[Operation]) -> tuple[Operation, ...]:
        """Those of the operations that nobody does, in their order."""
        return tuple(each for each in operations if each not in self._bound)


def _parameters(operation: Operation, function: Callable[..., Any]) -> dict[str, str]:
    given = tuple(inspect.signature(function).parameters.values())
    if not given or given[0].kind not in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD):
        raise TypeError(f"{_name(function)} must take the call as its first positional parameter.")
    by_name = all(each.kind in (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY) for each in given[1:])
    parameters = {each.name.removesuffix("_"): each.name for each in given[1:]}
    wanted = {each.name for each in operation.inputs}
    if not by_name or parameters.keys() != wanted:
        raise TypeError(
            f"{_name(function)} does {operation.key} and must have, after the call, the parameters "
            f"{sorted(wanted)}, not {[str(each) for each in given[1:]]}."
        )
    return parameters


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


bindings: Final = Bindings()
implements: Final = bindings.implements
