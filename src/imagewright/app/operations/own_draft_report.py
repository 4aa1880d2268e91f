"""The whole report on a draft: every finding with what it comes from, and what would be installed."""

from __future__ import annotations

import msgspec

from imagewright.app.call import Call
from imagewright.app.commit import check_draft
from imagewright.app.drafts import draft_with
from imagewright.contract.binding import implements
from imagewright.contract.services import own_drafts_report as reports
from imagewright.model.documents import report_document


@implements(reports.get)
def get(call: Call, draft: str) -> reports.Info:
    """What validating the draft finds now, with the components and VIBs of its images, the reserved ones included.

    Unlike validation it is for everybody who may read, and it is no task: nothing is written.
    """
    found = draft_with(call, draft)
    checked = check_draft(call.uow, call.services, found.id)
    depots = call.uow.depots
    effective = call.services.effective.of(found.spec, depots.catalog(), depots.catalog_revision())
    return msgspec.convert(report_document(checked.findings, effective), reports.Info)
