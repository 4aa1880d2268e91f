"""Answers that keep how they are written: the same bytes as without, in both dialects, written once for each type."""

from __future__ import annotations

import msgspec

from imagewright.contract import jsonrpc_values, rest_values
from imagewright.contract.kept import KeptMap
from imagewright.contract.services import repository_software_drafts_effective_components as effective
from imagewright.contract.services import repository_software_effective_components as of_software
from imagewright.contract.services import settings

ANSWER = {name: settings.EffectiveComponentInfo(version="1.0-1") for name in ("Net", 'Ünïcode "quoted"')}


def frame(output: object) -> bytes:
    return msgspec.json.encode({"jsonrpc": "2.0", "result": {"output": output}})


def test_the_bytes_are_those_of_a_plain_answer() -> None:
    kept = KeptMap(ANSWER)

    for _ in range(2):
        assert rest_values.encode_output(effective.list_, kept) == rest_values.encode_output(effective.list_, ANSWER)
        assert frame(jsonrpc_values.encode_output(effective.list_, kept)) == frame(
            jsonrpc_values.encode_output(effective.list_, ANSWER)
        )


def test_it_is_written_once_for_each_dialect() -> None:
    kept = KeptMap(ANSWER)
    first = rest_values.encode_output(effective.list_, kept)

    assert rest_values.encode_output(of_software.list_, kept) is first
    assert bytes(jsonrpc_values.encode_output(effective.list_, kept)) != first
