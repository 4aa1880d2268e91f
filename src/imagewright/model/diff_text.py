"""A difference of images for people: as text for a terminal, and as Markdown for a pull request.

It is told from the document, so it reads the same whether it was made here or came from a server.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from imagewright.model.columns import WIDTH, columns, counted, printable
from imagewright.model.diff import Kind, kind_of_versions
from imagewright.model.effective import Source
from imagewright.model.finding import Finding, listed

_SIGNS = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.UP: "↑", Kind.DOWN: "↓", Kind.CHANGED: "~"}
_WORDS = {
    Kind.ADDED: "added",
    Kind.REMOVED: "removed",
    Kind.UP: "up",
    Kind.DOWN: "down",
    Kind.CHANGED: "with other content",
}
_ARROW = " → "
_SIDES = ("before", "after")
_LAYERS = {
    "Base image": "base_images",
    "Add-on": "add_ons",
    "Hardware support": "hardware_support",
    "Solutions": "solutions",
}
_NO_EFFECT = "Asked for, and of no effect on the components"
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
Document = dict[str, Any]


def diff_text(difference: Document, before: str, after: str) -> str:
    """The difference as text of at most 80 columns; `before` and `after` are what the two are called."""
    lines = [f"--- {printable(before)}", f"+++ {printable(after)}", ""]
    if difference["equal"]:
        lines += ["The two are equal.", ""]
    else:
        lines += _image_lines(difference["image"])
    for change in difference["alternative_images"]:
        lines += [*_wrapped(_alternative_title(change)), ""]
        if "image" in change:
            lines += _image_lines(change["image"])
    lines += _unknown_lines(difference["image"], (before, after))
    return "\n".join(lines).rstrip("\n") + "\n"


def _image_lines(image: Document) -> Iterator[str]:
    if _is_empty(image):
        yield from ("The image is the same.", "")
        return
    facts = [line for fact in _facts(image) for line in _wrapped(fact, "  ")]
    yield from (*facts, "") if facts else ()
    for title, changes in _sections(image):
        yield title
        yield from columns([_row(change) for change in changes], indent="  ")
        yield ""


def _row(change: Document) -> tuple[str, str, str]:
    return f"{_SIGNS[_kind(change)]} {change['name']}", _versions(change), _remark(change)


def _kind(change: Document) -> Kind:
    """What is asked for differently has no kind of its own in the document."""
    known = change.get("kind")
    return Kind(known) if known else kind_of_versions(change.get("before"), change.get("after"))


def _versions(change: Document) -> str:
    sides = [change[side] for side in _SIDES if side in change]
    return _ARROW.join(dict.fromkeys(side["version"] if isinstance(side, dict) else side for side in sides))


def _remark(change: Document) -> str:
    """What else is to be known of a change: which layer brings a component, what a VIB needs."""
    if "product_lines" in change:
        return _vib_remark(change)
    sources = (Source(change[f"{side}_source"]).noun for side in _SIDES if f"{side}_source" in change)
    return _ARROW.join(dict.fromkeys(sources))


def _vib_remark(change: Document) -> str:
    levels = [change[side]["acceptance_level"] for side in _SIDES if side in change]
    remarks = ["reboot"] if change["reboot_required"] else []
    if len(set(levels)) > 1:
        remarks.append(_ARROW.join(levels))
    return ", ".join(remarks)


# --- what is said of both forms --------------------------------------------------------------------------------------


def _is_empty(image: Document) -> bool:
    return not any(image[part] for part in (*_LAYERS.values(), "asked", "components", "vibs"))


def _facts(image: Document) -> Iterator[str]:
    """Sentences about the whole."""
    old, new = image["before"], image["after"]
    if image["vibs"]:
        yield f"To install: {_needs(image)}."
    if old["vibs"] or new["vibs"]:
        yield f"Size: {_size(old['size'], new['size'])}."
    before, after = old.get("acceptance_level"), new.get("acceptance_level")
    if before != after:
        yield f"Acceptance level: {before or 'none'}{_ARROW}{after or 'none'}{_because_of(image, after)}."


def _needs(image: Document) -> str:
    reboots = sum(each["reboot_required"] for each in image["vibs"])
    maintenance = sum(each["maintenance_mode_required"] for each in image["vibs"])
    needs = [f"a reboot (for {counted(reboots, 'VIB')})"] if reboots else ["no reboot"]
    needs.append(f"maintenance mode (for {counted(maintenance, 'VIB')})" if maintenance else "no maintenance mode")
    return " and ".join(needs)


def _because_of(image: Document, level: str | None) -> str:
    comes = (each for each in image["vibs"] if "after" in each)
    names = [each["name"] for each in comes if each["after"]["acceptance_level"] == level]
    return f", because of {listed(map(printable, names), 'and')}" if names else ""


def _bytes(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= 1023.95 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{size} B"


def _size(before: int, after: int) -> str:
    if before == after:
        return f"{_bytes(after)}, as before"
    return f"{_bytes(before)}{_ARROW}{_bytes(after)} ({'+' if after > before else '-'}{_bytes(abs(after - before))})"


def _sections(image: Document) -> Iterator[tuple[str, Sequence[Document]]]:
    """The parts that have changes, each with its title."""
    told = {change["name"] for change in image["components"]}
    parts: tuple[tuple[str, Sequence[Document]], ...] = (
        *((title, image[part]) for title, part in _LAYERS.items()),
        (f"Components: {_summary(image['components'])}", image["components"]),
        # Most of what users ask for differently is a change of components, and is told there.
        (_NO_EFFECT, [each for each in image["asked"] if each["name"] not in told]),
        (f"VIBs: {_summary(image['vibs'])}", image["vibs"]),
    )
    return (part for part in parts if part[1])


def _summary(changes: Sequence[Document]) -> str:
    kinds = [_kind(change) for change in changes]
    return ", ".join(f"{kinds.count(kind)} {_WORDS[kind]}" for kind in Kind if kind in kinds)


def _alternative_title(change: Document) -> str:
    before, after = change.get("before"), change.get("after")
    name = printable(after if after is not None else before or "")
    title = f"Alternative image {name} ({change['id']})"
    if before is None:
        return f"{title}: added"
    if after is None:
        return f"{title}: removed"
    remarks = [f"was called {printable(before)}"] if before != after else []
    remarks += ["other selection criteria"] if change["selection_criteria_changed"] else []
    return ": ".join([title, ", ".join(remarks)]) if remarks else title


def _unknown_lines(image: Document, names: tuple[str, str]) -> Iterator[str]:
    for sentence in _unknown(image, names):
        yield from _wrapped(sentence)


def _unknown(image: Document, names: tuple[str, str]) -> Iterator[str]:
    """What could not be looked into, so that nobody takes its silence for equality."""
    sides: dict[tuple[str, ...], list[str]] = {}
    for name, figures in zip(names, (image["before"], image["after"]), strict=True):
        if figures["unknown"]:
            sides.setdefault(tuple(figures["unknown"]), []).append(name)
    for unknown, of in sides.items():
        yield (
            f"Not compared: no depot holds {listed(map(printable, unknown), 'and')} of "
            f"{listed(map(printable, of), 'and')}. Components, VIBs and sizes are told without them."
        )


def _wrapped(text: str, below: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)


# --- Markdown --------------------------------------------------------------------------------------------------------


def diff_markdown(difference: Document, before: str, after: str, findings: Iterable[Finding] = ()) -> str:
    """The difference as Markdown, with findings about drivers before it."""
    lines = [f"## {_code(before)}{_ARROW}{_code(after)}", ""]
    told = [_finding_item(found) for found in findings]
    lines += ["### Drivers", "", *told, ""] if told else []
    lines += ["The two are equal.", ""] if difference["equal"] else _image_markdown(difference["image"])
    for change in difference["alternative_images"]:
        lines += [f"### {_escaped(_alternative_title(change))}", ""]
        if "image" in change:
            lines += _image_markdown(change["image"])
    for sentence in _unknown(difference["image"], (before, after)):
        lines += [f"> {_escaped(sentence)}", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _finding_item(found: Finding) -> str:
    return f"- **{found.severity}** {_escaped(found.text)} {_escaped(found.resolution)}"


def _image_markdown(image: Document) -> Iterator[str]:
    if _is_empty(image):
        yield from ("The image is the same.", "")
        return
    facts = [f"- {_escaped(fact)}" for fact in _facts(image)]
    yield from (*facts, "") if facts else ()
    for title, changes in _sections(image):
        # A new base image changes every VIB; that is there for who opens it.
        folded = "product_lines" in changes[0]
        yield from ("<details>", f"<summary>{title}</summary>", "") if folded else (f"**{title}**", "")
        yield from ("| | | |", "|---|---|---|")
        for sign_and_name, versions, remark in map(_row, changes):
            sign, name = sign_and_name.split(" ", 1)
            shown = _ARROW.join(map(_code, versions.split(_ARROW)))
            yield f"| {sign} {_code(name)} | {shown} | {_escaped(remark)} |"
        yield from ("", "</details>", "") if folded else ("",)


def _code(text: str) -> str:
    """Text of a depot as a code span; it can end neither the span nor the cell of a table around it."""
    return f"`{printable(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`"


def _escaped(text: str) -> str:
    """Text as Markdown that means itself."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in printable(text))
