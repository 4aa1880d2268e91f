"""Effective images, composed once for each content and state of the depots."""

from __future__ import annotations

import threading
from collections import OrderedDict

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.effective import EffectiveSpec
from imagewright.model.spec import SoftwareSpec


class EffectiveImages:
    """Remembers the last compositions, by the hash of the specification and the revision of the catalogue."""

    def __init__(self, capacity: int = 256) -> None:
        self._capacity = capacity
        self._known: OrderedDict[tuple[str, int], EffectiveSpec] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, spec: SoftwareSpec, catalog: Catalog, catalog_revision: int) -> EffectiveSpec:
        """The composition of `spec` with what the depots offer."""
        key = (spec.image_hash, catalog_revision)
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        effective = compose_spec(spec, catalog)
        with self._lock:
            self._known[key] = effective
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return effective
