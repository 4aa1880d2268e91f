"""What `depot inspect --shape` tells, as a page for a terminal."""

from __future__ import annotations

from imagewright.cli.page import DOUBTFUL, Page
from imagewright.formats.shape import DocumentShape, PathShape, Shape


def shape_page(shape: Shape) -> Page:
    """The shapes of all documents in no known form."""
    page = Page()
    page.heading("The shape of what is in no known form")
    page.text(
        "Names of keys and of folders are shown as they are: read them before you share this. Every value, and every "
        "key that is one, is a hash (#) with a secret of this run."
    )
    for what, count in shape.known.items():
        page.fact("known", f"{what}: {count}", 2)
    if not shape.documents:
        page.text("Every document is in a known form.")
    for document in shape.documents:
        _document(page, document)
    return page


def _document(page: Page, document: DocumentShape) -> None:
    page.heading(f"{document.name}: {document.form}, {document.size:,} bytes")
    if document.unreadable:
        page.text(f"cannot be read as {document.form}", 2, DOUBTFUL)
    for each in document.inferred:
        page.text(f"perhaps: {each} sure", 2)
    for path in document.paths:
        page.text(path.path or "the document", 2, "bold")
        page.text("; ".join(_facts(path)), 6)


def _facts(shape: PathShape) -> list[str]:
    types = " or ".join(f"{kind} {count}x" for kind, count in shape.types.items())
    facts = [types]
    if shape.keys:
        facts.append(f"up to {shape.keys} keys")
    if shape.hashes:
        least, most = shape.lengths
        facts.append(f"{len(shape.hashes)} distinct")
        facts.append(f"{least} characters" if least == most else f"{least} to {most} characters")
        total = sum(shape.hashes.values())
        facts += [f"{number / total:.0%} {what}" for what, number in shape.matches.items()]
        facts.append(" ".join(f"#{sample}" for sample in shape.samples))
    return facts
