"""What libsolv says of a set of VIBs: the second opinion on dependencies, conflicts and replacements.

libsolv has the version order of RPM. So that it judges the relations and not our order of versions, it is given the
place of each version among all that occur, and not the version.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import solv

from imagewright.model.content import Operator, Relation, Vib
from imagewright.model.version import VersionKey, sort_key

_FLAGS = {
    Operator.LOWER: solv.REL_LT,
    Operator.LOWER_OR_EQUAL: solv.REL_LT | solv.REL_EQ,
    Operator.EQUAL: solv.REL_EQ,
    Operator.HIGHER_OR_EQUAL: solv.REL_GT | solv.REL_EQ,
    Operator.HIGHER: solv.REL_GT,
}


class Pool:
    """VIBs as libsolv's packages, ready to be solved."""

    def __init__(self, vibs: Sequence[Vib], given: Iterable[Relation] = ()) -> None:
        """`given` is what a host provides besides its VIBs."""
        self._places = _places(vibs, given)
        self._pool = solv.Pool()
        self._pool.setdisttype(solv.Pool.DISTTYPE_RPM)
        self._pool.setarch("noarch")
        self._repo = self._pool.add_repo("image")
        self._packages = [self._package(vib) for vib in vibs]
        host = self._named("(host)", "0")
        for relation in given:
            host.add_provides(self._dep(relation))
        self._packages.append(host)
        self._pool.createwhatprovides()

    def can_all_be_installed(self) -> bool:
        """True when nothing keeps all of them from being installed together."""
        jobs = [
            self._pool.Job(solv.Job.SOLVER_SOLVABLE | solv.Job.SOLVER_INSTALL, package.id) for package in self._packages
        ]
        return not self._pool.Solver().solve(jobs)

    def _package(self, vib: Vib) -> solv.XSolvable:
        package = self._named(vib.name, self._places[sort_key(vib.version)])
        for relation in vib.depends:
            package.add_requires(self._dep(relation))
        for relation in vib.conflicts:
            package.add_conflicts(self._dep(relation))
        for relation in vib.replaces:
            package.add_obsoletes(self._dep(relation))
        for relation in vib.provides:
            package.add_provides(self._dep(relation))
        return package

    def _named(self, name: str, place: str) -> solv.XSolvable:
        package = self._repo.add_solvable()
        package.name, package.evr, package.arch = name, place, "noarch"
        package.add_provides(self._pool.Dep(name).Rel(solv.REL_EQ, self._pool.Dep(place)))
        return package

    def _dep(self, relation: Relation) -> solv.Dep:
        name = self._pool.Dep(relation.name)
        if relation.operator is None or relation.version is None:
            return name
        return name.Rel(_FLAGS[relation.operator], self._pool.Dep(self._places[sort_key(relation.version)]))


def _places(vibs: Iterable[Vib], given: Iterable[Relation]) -> dict[VersionKey, str]:
    relations = [relation for vib in vibs for relation in (*vib.depends, *vib.conflicts, *vib.replaces, *vib.provides)]
    versions = {vib.version for vib in vibs}.union(each.version or "" for each in (*relations, *given))
    return {key: str(place) for place, key in enumerate(sorted({sort_key(version) for version in versions}), start=1)}
