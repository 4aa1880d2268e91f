"""What is wrong with an image, for people: findings, and how many there are of each kind."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagewright.model.finding import Told


def findings_text(findings: Iterable[Told]) -> str:
    """The findings for a terminal, each followed by an empty line."""
    from imagewright.model.columns import WIDTH, printable
    from imagewright.model.finding import report

    lines: list[str] = []
    for line in report(findings).splitlines():
        indent = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            printable(line), WIDTH, subsequent_indent=f"{indent}  ", break_long_words=False, break_on_hyphens=False
        ) or [""]
    return "".join(f"{line}\n" for line in lines) + ("\n" if lines else "")


def summary(findings: Iterable[Told]) -> str:
    """How many errors, warnings and remarks there are."""
    from imagewright.model.columns import counted
    from imagewright.model.finding import Severity

    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "remark"}
    severities = [each.severity.value for each in findings]
    counts = {noun: severities.count(severity.value) for severity, noun in nouns.items()}
    told = [counted(count, noun) for noun, count in counts.items() if count]
    return ", ".join(told) + "." if told else "Nothing is wrong with it."


def has_errors(findings: Iterable[Told]) -> bool:
    """Whether one of them keeps the image from being committed."""
    return any(each.severity.value == "ERROR" for each in findings)
