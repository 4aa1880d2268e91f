"""Whether the machines that VIBs are made for are those that an image is for.

A VIB may name vendors and models (`hwplatform`), any one of which has to be that of the host. An image that no host can
take is an error, and so is an alternative image with something that none of its hosts can take. What only some hosts
can take is told. Names are compared without regard to case, since firmware and vendors write them as they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from imagewright.model.content import HardwarePlatform
from imagewright.model.effective import EffectiveComponent, EffectiveImage
from imagewright.model.explain import chain_to
from imagewright.model.finding import Finding, finding, listed
from imagewright.model.parts import ImageVib
from imagewright.model.policy import subject_of
from imagewright.model.spec import HostHardware

_Machines = tuple[HardwarePlatform, ...]


def machine_findings(
    image: EffectiveImage, components: Iterable[EffectiveComponent], hosts: HostHardware | None
) -> Iterator[Finding]:
    """The findings about VIBs for other machines; `hosts` are what an alternative image selects by hardware.

    `components` are those of the image that are not plain.
    """
    bound = [each for each in components if each.parts and each.parts.names_machines]
    if not bound:
        return
    installed = {item.ref for item in image.installed}
    found: dict[tuple[str, _Machines], tuple[EffectiveComponent, list[ImageVib]]] = {}
    for effective in bound:
        for item in effective.parts.vibs if effective.parts else ():
            if is_bound(item.vib.hardware) and item.ref in installed:
                key = effective.origin.path, item.vib.hardware
                found.setdefault(key, (effective, []))[1].append(item)
    for (_, machines), (effective, items) in found.items():
        yield _about(effective, items, machines, hosts)
    yield from _exclusive(found.values())


def is_bound(machines: _Machines) -> bool:
    """True when there are machines that these are not."""
    return bool(machines) and all(each.vendor.strip() or each.model.strip() for each in machines)


def _about(
    effective: EffectiveComponent, items: list[ImageVib], machines: _Machines, hosts: HostHardware | None
) -> Finding:
    kinds = _kinds(hosts) if hosts else ()
    others = [kind for kind in kinds if not any(_fit(kind, each) for each in machines)]
    kind = "only_for_hardware" if not others else "wrong_hardware" if len(others) == len(kinds) else "some_hardware"
    vibs = [item.vib.id for item in items]
    return finding(
        f"imagewright.vib.{kind}",
        effective.origin.path,
        chain_to(effective) if len(items) == 1 else (),
        source=subject_of(effective),
        vibs=f"the VIB{'s' if len(vibs) > 1 else ''} {listed(vibs, 'and')}",
        made_for=_listed(machines),
        hosts=_listed(others),
    )


def _exclusive(groups: Iterable[tuple[EffectiveComponent, list[ImageVib]]]) -> Iterator[Finding]:
    for (effective, items), (other, other_items) in combinations(groups, 2):
        machines, other_machines = items[0].vib.hardware, other_items[0].vib.hardware
        if any(_fit(one, two) for one in machines for two in other_machines):
            continue
        first, *rest = chain_to(other)
        yield finding(
            "imagewright.vib.no_common_hardware",
            other.origin.path,
            (*chain_to(effective), f"and {first}", *rest),
            vib=items[0].vib.id,
            made_for=_listed(machines),
            other=other_items[0].vib.id,
            other_made_for=_listed(other_machines),
        )


def _kinds(hosts: HostHardware) -> tuple[HardwarePlatform, ...]:
    return tuple(HardwarePlatform(hosts.vendor, model) for model in sorted(hosts.models) or [""])


def _fit(left: HardwarePlatform, right: HardwarePlatform) -> bool:
    """True when one machine can be both: what one of them leaves open may be anything."""
    return _same(left.vendor, right.vendor) and _same(left.model, right.model)


def _same(left: str, right: str) -> bool:
    left, right = left.strip().casefold(), right.strip().casefold()
    return not left or not right or left == right


def _listed(machines: Iterable[HardwarePlatform]) -> str:
    return listed(dict.fromkeys(_called(each.vendor.strip(), each.model.strip()) for each in machines))


def _called(vendor: str, model: str) -> str:
    if vendor and model:
        return f"{vendor} {model}"
    return f"machines of {vendor}" if vendor else f"machines of the model {model}"
