"""Depots that stay open while a command copies VIBs out of them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.limits import Limits
from imagewright.formats.signature import TrustedSigners
from imagewright.formats.unknown_documents import ANY_FORM, UnknownForms
from imagewright.model.catalog import Catalog
from imagewright.model.content import DepotContent, Vib, VibRef


class OpenedDepots:
    """Several depots in files. VIBs are as their own descriptors say, as a server has them that imported the files.

    Use it in a `with`. FormatError and OSError for what cannot be read.
    """

    def __init__(
        self, paths: Iterable[Path], limits: Limits, trusted: TrustedSigners, forms: UnknownForms = ANY_FORM
    ) -> None:
        self._holders: dict[VibRef, tuple[OpenDepot, Vib]] = {}
        self._unpacked: dict[VibRef, Path] = {}
        self._resources = ExitStack()
        contents = {}
        with ExitStack() as opening:
            for path in paths:
                file = opening.enter_context(path.open("rb"))
                depot = opening.enter_context(open_depot(file, str(path), limits, trusted, forms))
                contents[str(path)] = self._taken(depot)
            self._resources = opening.pop_all()
        self.catalog = Catalog.of(contents)

    def open_file(self, vib: Vib) -> BinaryIO:
        """The file of a VIB, for one reading; FormatError when none of the depots has it."""
        depot, known_as = self._holder(vib)
        return depot.open_vib(known_as)

    def unpacked_file(self, vib: Vib) -> BinaryIO:
        """The same, in which one can go back and forth: it is copied to a temporary folder first, and checked."""
        path = self._unpacked.get(vib.ref)
        if path is None:
            path = Path(self._folder) / vib.sha256
            depot, known_as = self._holder(vib)
            with path.open("xb") as file:
                depot.copy_vib(known_as, file)
            self._unpacked[vib.ref] = path
        return path.open("rb")

    def __enter__(self) -> OpenedDepots:
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    @cached_property
    def _folder(self) -> str:
        return self._resources.enter_context(TemporaryDirectory(prefix="imagewright-"))

    def _holder(self, vib: Vib) -> tuple[OpenDepot, Vib]:
        if vib.ref not in self._holders:
            raise FormatError(vib.id, "is described, but its file is in none of the depots; add the depot that has it")
        return self._holders[vib.ref]

    def _taken(self, depot: OpenDepot) -> DepotContent:
        found = {vib.ref: depot.described(vib) for vib in depot.content.vibs if not vib.file_missing}
        for vib in depot.content.vibs:
            if vib.ref in found:
                self._holders.setdefault(found[vib.ref].ref, (depot, vib))
        return depot.content.with_vibs(found)
