"""A worker process that is killed by its test: it says where it is, and goes no further.

dying_worker.py <database URL> run|finish
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from job_bench import described, kind, now, write_user

from imagewright.app.ports import UnitOfWork
from imagewright.jobs.kind import Finish, Job
from imagewright.jobs.runner import Runner
from imagewright.storage.database import open_storage


def stay(where: str) -> None:
    print(where, flush=True)
    threading.Event().wait()


def main(url: str, where: str) -> None:
    def finish(uow: UnitOfWork) -> Any:
        write_user(uow, "half")
        stay("finish")

    def run(job: Job[str]) -> Finish:
        job.progress(1, 2, "half done")
        if where == "run":
            stay("run")
        return finish

    Runner(open_storage(url), [kind(run)], "services", clock=now, worker="doomed", describe_error=described).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
