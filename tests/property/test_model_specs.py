"""Laws of specifications as documents."""

from __future__ import annotations

import json

from hypothesis import given
from strategies_model import specs

from imagewright.model.spec import SoftwareSpec


@given(specs())
def test_document_gives_the_specification_back(spec: SoftwareSpec) -> None:
    again = SoftwareSpec.from_document(json.loads(json.dumps(spec.to_document())))

    assert again == spec
    assert again.image_hash == spec.image_hash


@given(specs(), specs())
def test_equal_hash_means_equal_content(one: SoftwareSpec, other: SoftwareSpec) -> None:
    assert (one.image_hash == other.image_hash) == (one == other)
