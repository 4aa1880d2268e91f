"""XML that is read safely: no document type, no entities, no network, no more bytes than allowed.

`Node` wraps an element so that every complaint names the file and the element. A document whose root is in a namespace
is read as if that were none; elements of other namespaces keep theirs, so nobody finds them by the names that depots
have. Nothing here knows what a VIB is.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from lxml import etree

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.limits import DEFAULT_LIMITS, Limits

_ENCODINGS = re.compile(
    r"utf-?8|(us-)?ascii|iso-8859-\d+|latin1|windows-125\d|cp125\d|gb2312|gbk|gb18030|big5|euc-(jp|kr|cn|tw)|shift_jis"
    r"|koi8-[ru]"
)
"""Those in which the bytes of `<` and `!` mean nothing else, so that a document type can be seen before it is read."""
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_HAS_DOCTYPE = "has a document type (<!DOCTYPE>), which is refused because entities could hide in it"
_BOM = b"\xef\xbb\xbf"
_BOMS_OF_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,200}\?>")
_BLANKS = re.compile(rb"\s*")


class Node:
    """An XML element that knows in which file it stands, and how long the names in it may be."""

    __slots__ = ("element", "limits", "where")

    def __init__(self, element: etree._Element, where: str, limits: Limits = DEFAULT_LIMITS) -> None:
        self.element = element
        self.where = where
        self.limits = limits

    @property
    def tag(self) -> str:
        """The element's name."""
        return str(self.element.tag)

    @property
    def text(self) -> str:
        """The element's own text without the blanks around it."""
        return (self.element.text or "").strip()

    def child(self, *tags: str) -> Node | None:
        """The first child with one of these names, or None."""
        for tag in tags:
            found = self.element.find(tag)
            if found is not None:
                return Node(found, self.where, self.limits)
        return None

    def children(self, *tags: str) -> list[Node]:
        """Every child with one of these names, in the order of the file; without names, every child."""
        return [Node(child, self.where, self.limits) for child in self.element.iterchildren(*tags)]

    def at(self, *path: str) -> list[Node]:
        """Every element at the end of a path of names: `at("file-list", "file")`."""
        return [Node(found, self.where, self.limits) for found in self.element.iterfind("/".join(path))]

    def text_of(self, *tags: str) -> str:
        """The text of the first child with one of these names, or the empty string."""
        found = self.child(*tags)
        return found.text if found is not None else ""

    def attribute(self, name: str) -> str:
        """An attribute without the blanks around it, or the empty string."""
        return (self.element.get(name) or "").strip()

    def name_of(self, *tags: str) -> str:
        """The text of a child that must be there and fit to be a name (see `checked_name`)."""
        found = self.child(*tags)
        if found is None or not found.text:
            raise self.error(f"has no <{tags[0]}>; it is needed")
        return self.checked_name(found.text, f"<{tags[0]}> of <{self.tag}>")

    def name_attribute(self, name: str) -> str:
        """An attribute that must be there and fit to be a name (see `checked_name`)."""
        value = self.attribute(name)
        if not value:
            raise self.error(f"has no attribute {name}; it is needed")
        return self.checked_name(value, f"attribute {name} of <{self.tag}>")

    def checked_name(self, value: str, what: str) -> str:
        """`value`, called `what`, when it fits to be a name (see `checked_name`)."""
        return checked_name(value, self.where, what, self.limits)

    def flag_of(self, tag: str, default: bool) -> bool:
        """A child that says true or false; `default` when it is absent or empty."""
        return self.flag(self.text_of(tag), f"<{tag}>", default)

    def flag(self, value: str, what: str, default: bool) -> bool:
        """True or false from text, `default` from empty text."""
        if not value:
            return default
        if value.lower() not in _FLAGS:
            raise self.error(f"has {what} {shown(value)}; it must be true or false")
        return _FLAGS[value.lower()]

    def count(self, value: str, what: str) -> int:
        """A number of bytes: digits only, no sign."""
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise self.error(f"has {what} {shown(value)}; it must be a whole number of bytes")
        return int(value)

    def date_of(self, *tags: str) -> datetime | None:
        """A child that holds a date (see `parse_date`)."""
        return parse_date(self.text_of(*tags))

    def error(self, what: str) -> FormatError:
        """A complaint about this element."""
        return FormatError(self.where, f"<{self.tag}> {what}")


def parse_xml(data: bytes, where: str, limits: Limits = DEFAULT_LIMITS) -> Node:
    """The root of a whole document. Raises FormatError for anything that is not well-formed or not safe."""
    data = _safe(data, where)
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(error, where) from error
    _refuse_doctype_of(root, where)
    _leave_namespace(root, _namespace_of(root))
    return Node(root, where, limits)


def iterate_xml(data: bytes, root: str, tag: str, where: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Node]:
    """The children named `tag` of a root named `root`, one at a time; each is forgotten before the next is built.

    For documents that grow with the depot. The tree of a whole one would take several times its size.
    """
    data = _safe(data, where)
    # One level only: a <vib> may hold a <bulletin> of its own, and clearing that would take it from its parent.
    events = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    depth, namespace = 0, ""
    try:
        for event, element in events:
            if event == "start":
                depth += 1
                if depth == 1:
                    namespace = _namespace_of(element)
                    _refuse_root(element, root, where)
                continue
            depth -= 1
            if depth == 1:
                _leave_namespace(element, namespace)
                if element.tag == tag:
                    yield Node(element, where, limits)
                _forget(element)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _broken(error, where) from error


def to_bytes(element: etree._Element) -> bytes:
    """A document without XML declaration and with blanks only where the text has them, as vendor tools write it."""
    return etree.tostring(element, encoding="utf-8", xml_declaration=False)


def add(parent: etree._Element, tag: str, text: str = "", /, **attributes: str) -> etree._Element:
    """A new child. Raises FormatError when the text cannot stand in XML (control characters)."""
    try:
        child = etree.SubElement(parent, tag, {name.replace("_", "-"): text for name, text in attributes.items()})
        child.text = text or None
    except ValueError as error:
        raise FormatError(f"<{tag}>", f"cannot hold {shown(text or str(attributes))}: {error}") from error
    return child


def checked_name(value: str, where: str, what: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """`value` when it can be a name or version: not empty, printable, and not above the limit for names."""
    if not value:
        raise FormatError(where, f"{what} is empty; a name is needed")
    if len(value) > limits.name_length:
        raise FormatError(where, f"{what} has {len(value)} characters; at most {limits.name_length} are allowed")
    if not value.isprintable():
        raise FormatError(where, f"{what} is {shown(value)}; control characters are not allowed in names")
    return value


def parse_date(text: str) -> datetime | None:
    """An ISO 8601 date and time, in UTC; without a zone it is UTC already, as metadata copies of such dates show.

    None when there is none, and when it is written in another way: nothing depends on a release date, and a depot
    is not refused for one.
    """
    try:
        date = datetime.fromisoformat(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )


def _safe(data: bytes, where: str) -> bytes:
    """The document for the parser. Refuses, before that sees it, a document type, and encodings that could hide one.

    UTF-16, which tools of Windows write, becomes UTF-8 first.
    """
    if data.startswith(_BOMS_OF_UTF16):
        try:
            data = _DECLARATION.sub("", data.decode("utf-16"), count=1).encode()
        except UnicodeError as error:
            raise FormatError(where, f"begins as UTF-16, but is not ({error}); the file is damaged") from error
    if b"\0" in data:
        raise FormatError(where, "is not XML in UTF-8: it contains zero bytes")
    body = data.removeprefix(_BOM)
    declared = _DECLARED_ENCODING.match(body)
    if declared and not _ENCODINGS.fullmatch(declared.group(1).decode("ascii", "replace").lower()):
        encoding = declared.group(1).decode("ascii", "replace")
        raise FormatError(where, f"is in the encoding {shown(encoding)}; write it in UTF-8")
    position = _after_prolog(body)
    if body[position : position + 2] == b"<!":
        raise FormatError(where, _HAS_DOCTYPE)
    return data


def _after_prolog(body: bytes) -> int:
    """Where the first thing stands that is neither blank nor comment nor processing instruction."""
    position = 0
    while True:
        position = _blanks_end(body, position)
        for start, end in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if body.startswith(start, position):
                found = body.find(end, position + len(start))
                if found < 0:
                    return len(body)
                position = found + len(end)
                break
        else:
            return position


def _blanks_end(body: bytes, position: int) -> int:
    blanks = _BLANKS.match(body, position)
    return blanks.end() if blanks else position


def _refuse_root(element: etree._Element, root: str, where: str) -> None:
    _refuse_doctype_of(element, where)
    found = etree.QName(element).localname
    if found != root:
        raise FormatError(where, f"begins with <{found}>, but must begin with <{root}>")


def _namespace_of(element: etree._Element) -> str:
    return etree.QName(element).namespace or ""


def _leave_namespace(element: etree._Element, namespace: str) -> None:
    """Takes the namespace from the element and all inside that are in it."""
    if namespace:
        for each in element.iter(f"{{{namespace}}}*"):
            each.tag = etree.QName(each).localname


def _refuse_doctype_of(element: etree._Element, where: str) -> None:
    if element.getroottree().docinfo.internalDTD is not None:
        raise FormatError(where, _HAS_DOCTYPE)


def _forget(element: etree._Element) -> None:
    """Empties an element that is done, and drops those before it; the parser still holds on to the last one."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _broken(error: Exception, where: str) -> FormatError:
    reason = getattr(error, "msg", None) or str(error) or "it is empty"
    return FormatError(where, f"is not well-formed XML ({reason}); the file is damaged or is no XML")
