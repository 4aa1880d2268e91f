"""The audit record, for administrators."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.app.ports import AuditFilter, AuditRecord
from imagewright.contract.binding import implements
from imagewright.contract.services import own_audit
from imagewright.model.errors import InvalidArgument

USUAL, MOST = 100, 1000
"""Records in an answer: when nothing is said, and at the most."""


@implements(own_audit.list_)
def list_(
    call: Call, filter_: own_audit.FilterSpec | None, iterate: own_audit.IterationSpec | None
) -> own_audit.ListResult:
    """What was done and refused, newest first: logins and calls that change something, and how their tasks ended.

    An operation in the filter may have `*` in it. `next` is there when there may be more; given as `before`, it asks
    for them. Records that are written meanwhile do not disturb that. With `after`, the records after that number come
    oldest first, and `next` goes on with `after`.
    """
    iterate = iterate or own_audit.IterationSpec()
    limit = USUAL if iterate.limit is None else iterate.limit
    if not 1 <= limit <= MOST:
        raise InvalidArgument.because(
            "imagewright.audit.limit", "'limit' is {0}, and must be between 1 and {1}.", limit, MOST
        )
    if iterate.before is not None and iterate.after is not None:
        raise InvalidArgument.because(
            "imagewright.audit.two_directions", "'before' and 'after' go in different directions. Give one of them."
        )
    wanted = filter_ or own_audit.FilterSpec()
    records = AuditFilter(
        since=wanted.since,
        until=wanted.until,
        users=wanted.users or (),
        operations=wanted.operations or (),
        outcomes=wanted.outcomes or (),
    )
    if iterate.after is None:
        found = call.uow.audit.newest(records, limit, before=iterate.before)
    else:
        found = call.uow.audit.oldest(records, limit, after=iterate.after)
    return own_audit.ListResult(
        records=tuple(_info(each) for each in found), next=found[-1].number if len(found) == limit else None
    )


def _info(record: AuditRecord) -> own_audit.Info:
    return own_audit.Info(
        number=record.number,
        time=record.time,
        user=record.user,
        operation=record.operation,
        target=record.target,
        address=record.address,
        outcome=record.outcome,
        task=record.task or None,
        request_id=record.request_id,
    )
