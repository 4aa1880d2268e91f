"""Documents of the metadata in no known form: mappings say what they are, or else what is in them tells it."""

from __future__ import annotations

from typing import Final, NamedTuple

from imagewright.formats.errors import FormatError, shown
from imagewright.formats.images import ImageObject, kind_of, label_of
from imagewright.formats.inference import ADOPTED_FROM, infer_images
from imagewright.formats.known_components import KnownComponents
from imagewright.formats.limits import Limits
from imagewright.formats.mapping import NO_MAPPINGS, Mappings
from imagewright.model.content import AddOn, ComponentRef, HardwareSupportPackage, NotUnderstood


class FoundImage(NamedTuple):
    """An image that was recognised by its content, or read as a mapping says, and how `NotUnderstood` speaks of it.

    `confidence` is from 0 to 1; `because` says where its parts were found. `mapping` names the mapping, if it was one.
    """

    note: NotUnderstood
    image: ImageObject
    confidence: float
    because: str
    mapping: str = ""

    @property
    def adopted(self) -> bool:
        """Whether it was sure enough to be taken for what it seems to be."""
        return self.confidence >= ADOPTED_FROM


class UnknownDocument(NamedTuple):
    """A JSON or XML file of the metadata that is in no known form, and the components that are known beside it.

    `path` is its path in the metadata, `where` how errors name it. `ours` is what it says as far as it is in our form,
    where it holds more than that: who reads only what he knows may read an add-on without its components.
    """

    path: str
    where: str
    data: bytes
    known: KnownComponents
    ours: ImageObject | None = None


class UnknownForms(NamedTuple):
    """What is to be done with documents in no known form: which mappings the site has, and whether to keep them."""

    mappings: Mappings = NO_MAPPINGS
    keep: bool = False


ANY_FORM: Final = UnknownForms()


class Examined(NamedTuple):
    """What came of a document: the images in it, and why mappings that are for it do not fit.

    `ours` is set when what our form says of it is to be taken.
    """

    found: tuple[FoundImage, ...]
    refusals: tuple[str, ...] = ()
    ours: ImageObject | None = None


def examine(document: UnknownDocument, mappings: Mappings, limits: Limits) -> Examined:
    """The images in a document, by the mappings of the site, or else by what is in it.

    What our form says of it is taken when nothing is sure enough, or when that consists of the same; it then says the
    more of the two. Without any components it is not taken: they may be under a key that nobody knows.
    """
    examined = _examined(document, mappings, limits)
    ours, adopted = document.ours, [each.image for each in examined.found if each.adopted]
    if ours is None:
        return examined
    if not adopted:
        return examined._replace(ours=ours if any(_parts_of(ours)) else None)
    same = len(adopted) == 1 and type(adopted[0]) is type(ours) and _parts_of(adopted[0]) == _parts_of(ours)
    return Examined((), examined.refusals, ours) if same else examined


def _parts_of(image: ImageObject) -> tuple[frozenset[ComponentRef], frozenset[str]]:
    removed = image.removed_components if isinstance(image, AddOn | HardwareSupportPackage) else ()
    return frozenset(image.components), frozenset(removed)


def _examined(document: UnknownDocument, mappings: Mappings, limits: Limits) -> Examined:
    try:
        tried = mappings.read(document.data, document.path, document.where, document.known, limits)
        mapped = tuple(
            _found(document, image, 1.0, f"as the mapping {each.mapping.where} says", each.mapping.where)
            for each in tried
            for image in each.images
        )
        if mapped:
            return Examined(mapped)
        inferred = infer_images(document.data, document.path, document.where, document.known, limits)
    except FormatError:
        return Examined(())  # why it was not understood in the first place says more
    refusals = tuple(f"the mapping {each.mapping.where} does not fit: it {each.refusal}" for each in tried)
    found = tuple(_found(document, each.image, each.confidence, each.because) for each in inferred)
    return Examined(found, refusals)


def _found(
    document: UnknownDocument, image: ImageObject, confidence: float, because: str, mapping: str = ""
) -> FoundImage:
    what = f"{kind_of(image)} {shown(label_of(image))}"
    if mapping:
        note = f"is in no known form; it is read as the {what}, {because}"
    else:
        taken = "inferred and taken for" if confidence >= ADOPTED_FROM else "too unsure to be taken for"
        note = f"is in no known form; it is {taken} the {what} ({confidence:.0%}: {because})"
    return FoundImage(NotUnderstood(document.where, note), image, confidence, because, mapping)
