"""A difference of images for people: as text for a terminal, and as Markdown for a pull request."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from imagewright.model.columns import WIDTH, columns, printable
from imagewright.model.content import AcceptanceLevel
from imagewright.model.diff import (
    AlternativeChange,
    Change,
    ComponentChange,
    ImageDiff,
    Kind,
    SpecDiff,
    VibChange,
    kind_of,
)
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
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
AnyChange = Change | ComponentChange | VibChange


def diff_text(difference: SpecDiff, before: str, after: str) -> str:
    """The difference as text of at most 80 columns; `before` and `after` are what the two are called."""
    lines = [f"--- {printable(before)}", f"+++ {printable(after)}", ""]
    if difference.is_empty:
        lines += ["The two are equal.", ""]
    else:
        lines += _image_lines(difference.image)
    for change in difference.alternative_images:
        lines += [*_wrapped(_alternative_title(change)), ""]
        if change.image is not None:
            lines += _image_lines(change.image)
    lines += _unknown_lines(difference.image, (before, after))
    return "\n".join(lines).rstrip("\n") + "\n"


def _image_lines(image: ImageDiff) -> Iterator[str]:
    if image.is_empty:
        yield from ("The image is the same.", "")
        return
    facts = [line for fact in _facts(image) for line in _wrapped(fact, "  ")]
    yield from (*facts, "") if facts else ()
    for title, changes in _sections(image):
        yield title
        yield from columns([_row(change) for change in changes], indent="  ")
        yield ""


def _row(change: AnyChange) -> tuple[str, str, str]:
    return f"{_SIGNS[kind_of(change)]} {change.name}", _versions(change), _remark(change)


def _versions(change: AnyChange) -> str:
    known = dict.fromkeys(version for version in (change.before_version, change.after_version) if version is not None)
    return _ARROW.join(known)


def _remark(change: AnyChange) -> str:
    """What else is to be known of a change: which layer brings a component, what a VIB needs."""
    match change:
        case ComponentChange():
            sources = (each.source.noun for each in (change.before, change.after) if each)
            return _ARROW.join(dict.fromkeys(sources))
        case VibChange():
            return _vib_remark(change)
    return ""


def _vib_remark(change: VibChange) -> str:
    levels = [each.vib.acceptance_level for each in (change.before, change.after) if each]
    remarks = ["reboot"] if change.reboots else []
    if len(set(levels)) > 1:
        remarks.append(_ARROW.join(levels))
    return ", ".join(remarks)


# --- what is said of both forms --------------------------------------------------------------------------------------


def _facts(image: ImageDiff) -> Iterator[str]:
    """Sentences about the whole."""
    old, new = image.before, image.after
    if image.vibs:
        yield f"To install: {_needs(image)}."
    if old.vibs or new.vibs:
        yield f"Size: {_size(old.size, new.size)}."
    if old.acceptance_level != new.acceptance_level:
        yield (
            f"Acceptance level: {_level(old.acceptance_level)}{_ARROW}{_level(new.acceptance_level)}"
            f"{_because_of(image, new.acceptance_level)}."
        )


def _needs(image: ImageDiff) -> str:
    reboots, maintenance = len(image.rebooting), len(image.needing_maintenance_mode)
    needs = [f"a reboot (for {_count(reboots, 'VIB')})"] if reboots else ["no reboot"]
    needs.append(f"maintenance mode (for {_count(maintenance, 'VIB')})" if maintenance else "no maintenance mode")
    return " and ".join(needs)


def _because_of(image: ImageDiff, level: AcceptanceLevel | None) -> str:
    names = [each.name for each in image.vibs if each.after and each.after.vib.acceptance_level == level]
    return f", because of {listed(map(printable, names), 'and')}" if names else ""


def _level(level: AcceptanceLevel | None) -> str:
    return level.value if level else "none"


def _bytes(size: int) -> str:
    amount, unit = float(size), 0
    while amount >= 1023.95 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{amount:.1f} {_UNITS[unit]}" if unit else f"{size} B"


def _size(before: int, after: int) -> str:
    if before == after:
        return f"{_bytes(after)}, as before"
    return f"{_bytes(before)}{_ARROW}{_bytes(after)} ({'+' if after > before else '-'}{_bytes(abs(after - before))})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _sections(image: ImageDiff) -> Iterator[tuple[str, Sequence[AnyChange]]]:
    """The parts that have changes, each with its title."""
    told = {change.name for change in image.components}
    parts: tuple[tuple[str, Sequence[AnyChange]], ...] = (
        ("Base image", image.base_images),
        ("Add-on", image.add_ons),
        ("Hardware support", image.hardware_support),
        ("Solutions", image.solutions),
        (f"Components: {_summary(image.components)}", image.components),
        # Most of what users ask for differently is a change of components, and is told there.
        ("Asked for, and of no effect on the components", [each for each in image.asked if each.name not in told]),
        (f"VIBs: {_summary(image.vibs)}", image.vibs),
    )
    return (part for part in parts if part[1])


def _summary(changes: Sequence[AnyChange]) -> str:
    kinds = [kind_of(change) for change in changes]
    return ", ".join(f"{kinds.count(kind)} {_WORDS[kind]}" for kind in Kind if kind in kinds)


def _alternative_title(change: AlternativeChange) -> str:
    name = printable(change.after if change.after is not None else change.before or "")
    title = f"Alternative image {name} ({change.image_id})"
    if change.before is None:
        return f"{title}: added"
    if change.after is None:
        return f"{title}: removed"
    remarks = [f"was called {printable(change.before)}"] if change.before != change.after else []
    remarks += ["other selection criteria"] if change.criteria_changed else []
    return ": ".join([title, ", ".join(remarks)]) if remarks else title


def _unknown_lines(image: ImageDiff, names: tuple[str, str]) -> Iterator[str]:
    for sentence in _unknown(image, names):
        yield from _wrapped(sentence)


def _unknown(image: ImageDiff, names: tuple[str, str]) -> Iterator[str]:
    """What could not be looked into, so that nobody takes its silence for equality."""
    sides: dict[tuple[str, ...], list[str]] = {}
    for name, figures in zip(names, (image.before, image.after), strict=True):
        if figures.unknown:
            sides.setdefault(figures.unknown, []).append(name)
    for unknown, of in sides.items():
        yield (
            f"Not compared: no depot holds {listed(map(printable, unknown), 'and')} of "
            f"{listed(map(printable, of), 'and')}. Components, VIBs and sizes are told without them."
        )


def _wrapped(text: str, below: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)


# --- Markdown --------------------------------------------------------------------------------------------------------


def diff_markdown(difference: SpecDiff, before: str, after: str, findings: Iterable[Finding] = ()) -> str:
    """The difference as Markdown, with findings about drivers before it."""
    lines = [f"## {_code(before)}{_ARROW}{_code(after)}", ""]
    told = [_finding_item(found) for found in findings]
    lines += ["### Drivers", "", *told, ""] if told else []
    lines += ["The two are equal.", ""] if difference.is_empty else _image_markdown(difference.image)
    for change in difference.alternative_images:
        lines += [f"### {_escaped(_alternative_title(change))}", ""]
        if change.image is not None:
            lines += _image_markdown(change.image)
    for sentence in _unknown(difference.image, (before, after)):
        lines += [f"> {_escaped(sentence)}", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _finding_item(found: Finding) -> str:
    return f"- **{found.severity}** {_escaped(found.text)} {_escaped(found.resolution)}"


def _image_markdown(image: ImageDiff) -> Iterator[str]:
    if image.is_empty:
        yield from ("The image is the same.", "")
        return
    facts = [f"- {_escaped(fact)}" for fact in _facts(image)]
    yield from (*facts, "") if facts else ()
    for title, changes in _sections(image):
        # A new base image changes every VIB; that is there for who opens it.
        folded = isinstance(changes[0], VibChange)
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
