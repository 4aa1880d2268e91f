"""Writes the typed form of the facts: one module for each service, checked in.

    python -m imagewright.contract.generate

A structure or enumeration belongs to the service whose id its name starts with; what several services share goes to
`settings`, `cis_task` and `std`. The modules of our own services start with `own_`. The output depends on the two facts
files and on nothing else.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from imagewright.contract import facts, types
from imagewright.contract.operations import TASK_SUFFIX

SERVICES_PATH = Path(__file__).with_name("services")
PACKAGE = "imagewright.contract.services"
HEADER = '"""{title}\n\nGenerated from {source} by imagewright.contract.generate. Do not edit.\n"""\n'
OWN = "imagewright.v1."
OWN_PREFIX = "own_"
BOTH = f"{facts.FACTS_PATH.name} and {facts.OWN_FACTS_PATH.name}"

# Not services, but the names of types start with them.
SHARED = (
    "com.vmware.cis.task",
    "com.vmware.esx.settings",
    "com.vmware.vapi.std",
    "com.vmware.vapi.std.errors",
)
SIMPLE = {
    types.Integer: "int",
    types.Double: "float",
    types.Boolean: "bool",
    types.DateTime: "datetime",
    types.Opaque: "Any",
    types.DynamicStructure: "Structure",
    types.AnyError: "ApiError",
    types.Void: "None",
}
# What an annotation needs to have imported, in the order of the import block.
IMPORTS = {
    "datetime": "from datetime import datetime",
    "StrEnum": "from enum import StrEnum",
    "Any": "from typing import Any",
    "ClassVar": "from typing import ClassVar",
    "Input": "from imagewright.contract.operations import Input",
    "Operation": "from imagewright.contract.operations import Operation",
    "Route": "from imagewright.contract.operations import Route",
    "Structure": "from imagewright.contract.structure import Structure",
    "parse": "from imagewright.contract.types import parse",
    "ApiError": "from imagewright.model.errors import ApiError",
}


@dataclass(frozen=True)
class Place:
    """Where the class of a structure or enumeration is."""

    module: str
    name: str


@dataclass
class Module:
    """One module in the making: `uses` are the names it must import, `siblings` the other modules of the package."""

    name: str
    title: str
    uses: set[str] = field(default_factory=set)
    siblings: set[str] = field(default_factory=set)
    classes: list[str] = field(default_factory=list)
    constants: list[str] = field(default_factory=list)

    def text(self) -> str:
        lines = [line for name, line in IMPORTS.items() if name in self.uses]
        if self.siblings:
            lines.append(f"from {PACKAGE} import {', '.join(sorted(self.siblings))}")
        source = facts.OWN_FACTS_PATH if self.name.startswith(OWN_PREFIX) else facts.FACTS_PATH
        head = HEADER.format(title=self.title, source=source.name) + "\nfrom __future__ import annotations\n"
        imports = "".join(f"\n{group}" for group in _import_groups(lines))
        gap = "\n" if self.classes and self.constants else ""
        return head + imports + "".join(self.classes) + gap + "".join(self.constants)


def _import_groups(lines: Iterable[str]) -> Iterator[str]:
    """The import block as a formatter leaves it: one line for each module, the standard library first."""
    names: dict[str, list[str]] = {}
    for line in lines:
        source, _, imported = line.removeprefix("from ").partition(" import ")
        names.setdefault(source, []).append(imported)
    for own in (False, True):
        group = sorted(source for source in names if source.startswith("imagewright") is own)
        if group:
            yield "".join(f"from {source} import {', '.join(names[source])}\n" for source in group)


def module_of(namespace: str) -> str:
    """`com.vmware.esx.settings.depots.offline` -> `depots_offline`, `com.vmware.cis.session` -> `cis_session`,
    `imagewright.v1.software.versions` -> `own_software_versions`.
    """
    if namespace in SHARED and namespace.startswith("com.vmware.vapi.std"):
        return "std"
    if namespace.startswith(OWN):
        return OWN_PREFIX + namespace.removeprefix(OWN).replace(".", "_")
    name = namespace.removeprefix("com.vmware.").removeprefix("vapi.std.")
    return name.removeprefix("esx.settings.").removeprefix("esx.").replace(".", "_")


def place_of(name: str, namespaces: Iterable[str]) -> Place:
    namespace = max((each for each in namespaces if name.startswith(each + ".")), key=len)
    words = name.removeprefix(namespace + ".").replace(".", "_").split("_")
    return Place(module_of(namespace), "".join(word[0].upper() + word[1:] for word in words))


def constant_of(operation_id: str, siblings: Iterable[str]) -> str:
    """The name of an operation in its module: `commit$task` is `commit`, but `delete$task` is `delete_task`
    where there is a `delete` too.
    """
    name = operation_id.removesuffix(TASK_SUFFIX)
    if name != operation_id and name in siblings:
        return f"{name}_task"
    return f"{name}_" if keyword.iskeyword(name) or hasattr(builtins, name) else name


class Generator:
    """Writes the published API and, with the same means, what is our own. Ours may use the types of the API."""

    def __init__(self, api: facts.Facts, own: facts.Facts) -> None:
        self.api = api
        self.own = own
        self.operations = (*api.operations, *own.operations)
        self.structures = {**api.structures, **own.structures}
        self.enumerations = {**api.enumerations, **own.enumerations}
        self.services = sorted({operation.service for operation in self.operations})
        namespaces = (*SHARED, *self.services)
        names = (*self.enumerations, *self.structures)
        self.places = {name: place_of(name, namespaces) for name in names}
        self.modules: dict[str, Module] = {}

    def files(self) -> dict[str, str]:
        """File name -> text of every generated module."""
        for service in self.services:
            self._module(module_of(service)).title = f"The service {service}: its types and its operations."
        for name, enumeration in self.enumerations.items():
            self._enumeration(name, enumeration)
        for name, structure in self.structures.items():
            self._structure(name, structure)
        api = [self._operation(operation) for operation in self.api.operations]
        own = [self._operation(operation) for operation in self.own.operations]
        files = {f"{name}.py": module.text() for name, module in sorted(self.modules.items())}
        return {**files, "__init__.py": _package_text(), "everything.py": self._everything(api, own)}

    def _module(self, name: str) -> Module:
        return self.modules.setdefault(name, Module(name, f"Types that several services share: {name}."))

    def _enumeration(self, name: str, enumeration: facts.Enumeration) -> None:
        place = self.places[name]
        module = self._module(place.module)
        module.uses.add("StrEnum")
        lines = [f"    {_member(value)} = {_quoted(value)}\n" for value in enumeration.values]
        module.classes.append(f"\n\nclass {place.name}(StrEnum):\n" + "".join(lines))

    def _structure(self, name: str, structure: facts.Structure) -> None:
        place = self.places[name]
        module = self._module(place.module)
        module.uses |= {"ClassVar", "Structure"}
        lines = [f"    canonical_name: ClassVar[str] = {_quoted(name)}\n"]
        for each in structure.fields:
            type_ = types.parse(each.type)
            default = " = None" if isinstance(type_, types.Optional) else ""
            lines.append(f"    {each.name}: {self._annotation(type_, module)}{default}\n")
        head = f"\n\nclass {place.name}(Structure, frozen=True, kw_only=True, omit_defaults=True):\n"
        module.classes.append(head + "".join(lines))

    def _annotation(self, type_: types.Type, module: Module) -> str:
        match type_:
            case types.Optional(element):
                return f"{self._annotation(element, module)} | None"
            case types.List(element):
                return f"tuple[{self._annotation(element, module)}, ...]"
            case types.Set(element):
                return f"frozenset[{self._annotation(element, module)}]"
            case types.Map(key, value):
                return f"dict[{self._annotation(key, module)}, {self._annotation(value, module)}]"
            case types.StructureRef(name) | types.EnumerationRef(name):
                return self._reference(self.places[name], module)
        simple = SIMPLE.get(type(type_), "str")
        module.uses.add(simple)
        return simple

    @staticmethod
    def _reference(place: Place, module: Module) -> str:
        if place.module == module.name:
            return place.name
        module.siblings.add(place.module)
        return f"{place.module}.{place.name}"

    def _operation(self, operation: facts.Operation) -> str:
        """Writes the constant of the operation and returns its qualified name."""
        module = self._module(module_of(operation.service))
        module.uses |= {"Operation", "parse"} | ({"Input"} if operation.inputs else set())
        module.uses |= {"Route"} if operation.routes else set()
        siblings = {each.operation for each in self.operations if each.service == operation.service}
        constant = constant_of(operation.operation, siblings)
        module.constants.append(f"\n{constant} = Operation(\n" + "".join(_operation_lines(operation)) + ")\n")
        return f"{module.name}.{constant}"

    def _everything(self, api: list[str], own: list[str]) -> str:
        references = {
            kind: [f"{self.places[name].module}.{self.places[name].name}" for name in names]
            for kind, names in (("ENUMERATIONS", self.enumerations), ("STRUCTURES", self.structures))
        }
        keyed = zip(self.enumerations, references["ENUMERATIONS"], strict=True)
        tables = (
            _table("OPERATIONS: tuple[Operation, ...] = (", api, ")"),
            _table("OWN_OPERATIONS: tuple[Operation, ...] = (", own, ")"),
            _table("STRUCTURES: tuple[type[Structure], ...] = (", references["STRUCTURES"], ")"),
            _table("ENUMERATIONS: dict[str, type[StrEnum]] = {", [f'"{name}": {ref}' for name, ref in keyed], "}"),
        )
        head = HEADER.format(
            title="Every operation, structure and enumeration, for those who need them by id.", source=BOTH
        )
        modules = _table(f"from {PACKAGE} import (", sorted(self.modules), ")")
        return (
            f"{head}\nfrom __future__ import annotations\n\n{IMPORTS['StrEnum']}\n\n"
            f"{IMPORTS['Operation']}\n{modules.strip()}\n{IMPORTS['Structure']}\n" + "".join(tables)
        )


def _package_text() -> str:
    return HEADER.format(title="The typed form of the facts: one module for each service.", source=BOTH)


def _operation_lines(operation: facts.Operation) -> Iterator[str]:
    yield f"    service={_quoted(operation.service)},\n"
    yield f"    operation_id={_quoted(operation.operation)},\n"
    if operation.inputs:
        yield _rows("inputs", map(_input_text, operation.inputs))
    yield f"    output={_parsed(operation.output)},\n"
    if operation.task_result:
        yield f"    task_result={_parsed(operation.task_result)},\n"
    if operation.errors:
        yield _rows("errors", map(_quoted, operation.errors))
    if operation.privileges:
        yield _rows("privileges", map(_quoted, operation.privileges))
    yield f"    status={operation.status},\n"
    if operation.since:
        yield f"    since={_quoted(operation.since)},\n"
    if operation.routes:
        yield _rows("routes", map(_route_text, operation.routes))


def _input_text(each: facts.Named) -> str:
    since = f", {_quoted(each.since)}" if each.since else ""
    return f"Input({_quoted(each.name)}, {_parsed(each.type)}{since})"


def _route_text(route: facts.Route) -> str:
    parts = [_quoted(route.method), _quoted(route.path)]
    if route.action:
        parts.append(f"action={_quoted(route.action)}")
    if route.task:
        parts.append("task=True")
    if route.query:
        parts.append(f"query={_tuple(route.query)}")
    if route.body:
        parts.append(f"body={_quoted(route.body)}")
    if route.body_fields:
        parts.append(f"body_fields={_tuple(route.body_fields)}")
    return f"Route({', '.join(parts)})"


def _rows(name: str, rows: Iterable[str]) -> str:
    return f"    {name}=(\n" + "".join(f"        {row},\n" for row in rows) + "    ),\n"


def _table(opening: str, rows: Iterable[str], closing: str) -> str:
    return f"\n{opening}\n" + "".join(f"    {row},\n" for row in rows) + f"{closing}\n"


def _tuple(names: tuple[str, ...]) -> str:
    return f"({', '.join(map(_quoted, names))}{',' * (len(names) == 1)})"


def _parsed(text: str) -> str:
    return f"parse({_quoted(text)})"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _member(value: str) -> str:
    return f"{value}_" if keyword.iskeyword(value) else value


def main() -> None:
    for stale in SERVICES_PATH.glob("*.py"):
        stale.unlink()
    SERVICES_PATH.mkdir(exist_ok=True)
    for name, text in Generator(facts.load(), facts.load(facts.OWN_FACTS_PATH)).files().items():
        (SERVICES_PATH / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
