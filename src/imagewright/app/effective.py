"""Effective images, composed once for each content and state of the depots, and the answers that are made of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

from imagewright.app.answers import effective_components
from imagewright.app.depot_ports import Depots
from imagewright.contract.kept import KeptMap
from imagewright.contract.services import settings
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.effective import EffectiveSpec
from imagewright.model.policy import DEFAULT_POLICY, Policy
from imagewright.model.spec import SoftwareSpec

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """The values that were asked for last, at most `capacity` of them."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made when it is not known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        value = make()
        with self._lock:
            self._known[key] = value
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return value


class EffectiveImages:
    """Remembers the last compositions, by the hash of the specification and the revision of the catalogue.

    The answers that are made of them keep how they are written.
    """

    def __init__(self, capacity: int = 256, answers: int = 64, policy: Policy = DEFAULT_POLICY) -> None:
        self._policy = policy
        self._composed: Remembered[tuple[str, int], EffectiveSpec] = Remembered(capacity)
        self._answers: Remembered[tuple[str, int, str | None, bool], Mapping[str, settings.EffectiveComponentInfo]]
        self._answers = Remembered(answers)

    def of(self, spec: SoftwareSpec, catalog: Catalog, catalog_revision: int) -> EffectiveSpec:
        """The composition of `spec` with what the depots offer."""
        return self._composed.get(
            (spec.image_hash, catalog_revision), lambda: compose_spec(spec, catalog, self._policy)
        )

    def components(
        self, spec: SoftwareSpec, depots: Depots, image_id: str | None, *, with_removed: bool
    ) -> Mapping[str, settings.EffectiveComponentInfo]:
        """The components of the default image (None) or an alternative one, as the API shows them."""
        revision = depots.catalog_revision()

        def make() -> Mapping[str, settings.EffectiveComponentInfo]:
            composed = self.of(spec, depots.catalog(), revision)
            image = composed.image if image_id is None else composed.alternative_images[image_id]
            return KeptMap(effective_components(image, with_removed=with_removed))

        return self._answers.get((spec.image_hash, revision, image_id, with_removed), make)
