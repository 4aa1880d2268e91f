"""What a site accepts: whether the VIBs of an image are at hand, and whether somebody vouches for them.

A signature that nobody has looked at is no finding. A level above `community` is a claim that only a signature backs,
so an unsigned VIB of such a level is an error whatever the policy says, as is a signature that does not fit. What is
true of many VIBs is one finding for each choice of the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imagewright.model.content import AcceptanceLevel, SignatureResult, Vib
from imagewright.model.effective import EffectiveComponent, Source
from imagewright.model.finding import CATALOGUE, Finding, Severity, finding, listed
from imagewright.model.parts import ComponentParts


@dataclass(frozen=True, slots=True)
class Policy:
    """The lowest acceptance level that an image may hold, and whether every VIB must be signed by somebody trusted."""

    minimum: AcceptanceLevel = AcceptanceLevel.COMMUNITY
    require_signatures: bool = False

    @property
    def asks_of_all(self) -> bool:
        """True when it asks for more than that VIBs are what they claim to be."""
        return self.require_signatures or self.minimum is not AcceptanceLevel.COMMUNITY

    def allows(self, level: AcceptanceLevel) -> bool:
        """True when an image may hold VIBs of this level."""
        return self.minimum is AcceptanceLevel.COMMUNITY or not level.is_below(self.minimum)


DEFAULT_POLICY = Policy()


def policy_findings(components: Iterable[EffectiveComponent], policy: Policy) -> Iterator[Finding]:
    """The findings about VIBs one by one: files that no depot holds, acceptance levels, signatures.

    Unless the policy `asks_of_all`, nothing is found about components that are plain.
    """
    found: dict[tuple[str, _Fault], tuple[EffectiveComponent, list[str]]] = {}
    for effective in components:
        for fault, vib in _faults(effective.parts, policy) if effective.parts else ():
            found.setdefault((effective.origin.path, fault), (effective, []))[1].append(vib.id)
    for (path, fault), (effective, vibs) in found.items():
        named = f"the VIB{'s' if len(vibs) > 1 else ''} {listed(vibs, 'and')}"
        yield _finding(fault, path, subject_of(effective), named, policy)


def subject_of(effective: EffectiveComponent) -> str:
    """What a sentence about a component begins with: the choice of the user that brought it."""
    if effective.source is Source.USER:
        return f"The component {effective.name} {effective.version}"
    return effective.origin.label.replace("the", "The", 1)


def is_acceptable(parts: ComponentParts, policy: Policy) -> bool:
    """True when the depots describe and hold all VIBs of the component, and they are no error under the policy."""
    return not parts.missing and not any(fault.is_error for fault, _ in _faults(parts, policy))


def refusal_of(vib: Vib, policy: Policy) -> Finding | None:
    """What forbids a VIB in any image, whatever brings it; for one whose file was read for the first time."""
    faults = [_Fault("below_policy")] if not policy.allows(vib.acceptance_level) else []
    signature = _signature_fault(vib, policy)
    for fault in (*faults, *([signature] if signature else ())):
        if fault.is_error:
            return _finding(fault, "", "The image", f"the VIB {vib.id}", policy)
    return None


def _finding(fault: _Fault, path: str, source: str, vibs: str, policy: Policy) -> Finding:
    asked_by = {"asked_by": fault.asked_by} if fault.asked_by else {}
    return finding(fault.id, path, source=source, vibs=vibs, minimum=policy.minimum, **asked_by)


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with a VIB; `asked_by` names what asks for the signature that it lacks."""

    kind: str
    asked_by: str = ""

    @property
    def id(self) -> str:
        return f"imagewright.vib.{self.kind}"

    @property
    def is_error(self) -> bool:
        return CATALOGUE[self.id].severity is Severity.ERROR


def _faults(parts: ComponentParts, policy: Policy) -> Iterator[tuple[_Fault, Vib]]:
    if policy.allows(parts.lowest_level) and not (parts.is_doubtful or policy.require_signatures):
        return
    for item in parts.vibs:
        if item.vib.file_missing:
            yield _Fault("file_missing"), item.vib
        if not policy.allows(item.vib.acceptance_level):
            yield _Fault("below_policy"), item.vib
        fault = _signature_fault(item.vib, policy)
        if fault:
            yield fault, item.vib


def _signature_fault(vib: Vib, policy: Policy) -> _Fault | None:
    if vib.signature is None:
        return _Fault("unknown_signature") if policy.require_signatures and not vib.file_missing else None
    is_claimed = vib.acceptance_level is not AcceptanceLevel.COMMUNITY
    is_asked_for = is_claimed or policy.require_signatures
    match vib.signature.result:
        case SignatureResult.VALID:
            return None
        case SignatureResult.NOT_TRUSTED:
            return _Fault("untrusted_signer") if policy.require_signatures else None
        case SignatureResult.UNSIGNED:
            level = f"the acceptance level {vib.acceptance_level}"
            fault = _Fault("unsigned", level if is_claimed else "the setting require_signatures")
            return fault if is_asked_for else None
        case SignatureResult.INVALID:
            return _Fault("bad_signature" if is_asked_for else "bad_community_signature")
