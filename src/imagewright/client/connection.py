"""One server, over REST: operations by their declarations, and files in both directions."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self
from urllib.parse import unquote

import httpx

from imagewright.client.trust import Trust
from imagewright.contract import rest_values
from imagewright.contract.operations import Operation
from imagewright.contract.routing import API_ROOT, OWN_ROOT
from imagewright.contract.services import cis_session, cis_task, cis_tasks
from imagewright.contract.types import Optional
from imagewright.model.errors import (
    ApiError,
    NotAllowedInCurrentState,
    NotFound,
    ServiceUnavailable,
    Unauthorized,
    Unsupported,
)

UPLOADS: Final = "/vum-fileupload"
SESSION_HEADER: Final = "vmware-api-session-id"
CONNECT_SECONDS: Final = 10.0
ANSWER_SECONDS: Final = 300.0
"""How long an answer may take. Composing and exporting large images takes a while, and nothing is lost by waiting."""
DOWNLOAD_SECONDS: Final = 900.0
"""How long a file may take to begin; a server that makes it asks after ten minutes to be asked again."""
STILL_BEING_MADE: Final = "imagewright.export.not_yet"
FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
"""Seconds between two looks at a task."""

Progress = Callable[[int, int | None], None]
"""Told how many bytes of how many there are; None where that is not known."""


class Unreachable(Exception):
    """There was no answer of this API; the text says what came instead."""


class UntrustedCertificate(Unreachable):
    """The server's certificate is none that is trusted."""


class Connection:
    """Calls to one server, with the token of a session or without. To be closed."""

    def __init__(self, url: str, trust: Trust, token: str | None = None) -> None:
        self.url = url
        headers = {"User-Agent": "imagewright"} | ({SESSION_HEADER: token} if token else {})
        self._http = httpx.Client(
            base_url=url,
            verify=trust.context() if url.startswith("https") else False,
            headers=headers,
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def call(self, operation: Operation, **arguments: Any) -> Any:
        """The result of an operation; what it is, its declaration says.

        Arguments go by the names of the inputs, with an underscore behind those that Python has taken (`from_`); what
        is optional may be left out. Raises the ApiError that the server answers, or Unreachable.
        """
        unset = {each.name: None for each in operation.inputs if isinstance(each.type, Optional)}
        given = {name.removesuffix("_"): value for name, value in arguments.items()}
        return self._result(operation, {**unset, **given})

    def log_in(self, user: str, password: str) -> str:
        """The token of a new session; it is kept here and used from now on."""
        token = str(self._result(cis_session.create, {}, auth=(user, password)))
        self._http.headers[SESSION_HEADER] = token
        return token

    def upload(self, path: Path, progress: Progress) -> str:
        """Sends a file and tells its file id. The server keeps nothing of a file that breaks off.

        OSError when it cannot be read.
        """
        with _Watched(path, progress) as file, self._answers():
            answer = self._http.post(UPLOADS, files={"file": (path.name, file)})
        return str(self._plain(answer))

    def download(self, url: str, target: Path, progress: Progress) -> Path:
        """Fetches a file, and tells where it is: `target`, or in that folder under the name that the server gives it.

        Waits as long as the server is still making it.
        The file has its name when it is whole; nothing is left of one that is not. OSError when it cannot be written.
        """
        while True:
            try:
                return self._downloaded(url, target, progress)
            except ServiceUnavailable as busy:
                if all(each.id != STILL_BEING_MADE for each in busy.messages):
                    raise

    def _downloaded(self, url: str, target: Path, progress: Progress) -> Path:
        patience = httpx.Timeout(DOWNLOAD_SECONDS, connect=CONNECT_SECONDS)
        with self._answers(), self._http.stream("GET", url, timeout=patience) as answer:
            if answer.status_code != 200:
                answer.read()
                self._plain(answer)
            path = target / _file_name(answer) if target.is_dir() else target
            part = path.with_name(f"{path.name}.part")
            try:
                with part.open("wb") as file:
                    _copy(answer, file, progress)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        return path

    def watch(self, task: str) -> Iterator[cis_task.Info]:
        """The task again and again, until it has ended; the last one is how. Every look is one step of the iterator."""
        pause = FIRST_PAUSE
        while True:
            info: cis_task.Info = self.call(cis_tasks.get, task=task)
            yield info
            if info.status in (cis_task.Status.SUCCEEDED, cis_task.Status.FAILED):
                return
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def cancel(self, task: str) -> bool:
        """Asks a task to stop; False when it has ended already, or is of a kind that goes on to its end."""
        try:
            self.call(cis_tasks.cancel, task=task)
        except (NotAllowedInCurrentState, NotFound, ServiceUnavailable, Unauthorized, Unsupported):
            return False
        return True

    def _result(self, operation: Operation, arguments: dict[str, Any], **options: Any) -> Any:
        request = rest_values.encode_input(operation, arguments)
        root = OWN_ROOT if operation.service.startswith("imagewright.") else API_ROOT
        headers = {"Content-Type": "application/json"} if request.body else {}
        with self._answers():
            answer = self._http.request(
                request.method, f"{root}{request.path}", params=list(request.query), content=request.body,
                headers=headers, **options,
            )  # fmt: skip
        self._refuse(answer)
        try:
            return rest_values.decode_output(operation, answer.content)
        except ValueError:
            raise self._strange(answer) from None

    def _plain(self, answer: httpx.Response) -> Any:
        self._refuse(answer)
        try:
            return answer.json()
        except ValueError:
            raise self._strange(answer) from None

    def _refuse(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        error: ApiError | None = None
        with suppress(ValueError):
            error = rest_values.decode_error(answer.content)
        # What a proxy answers may be JSON too.
        if error is None or not error.messages:
            raise self._strange(answer)
        raise error

    def _strange(self, answer: httpx.Response) -> Unreachable:
        return Unreachable(
            f"{answer.url.host} answered {answer.status_code} {answer.reason_phrase} in a way that no imagewright "
            f"does; is {self.url} the right server, and is there a proxy?"
        )

    @contextmanager
    def _answers(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            if _is_about_certificate(error):
                raise UntrustedCertificate(
                    f"the certificate of {self.url} is not trusted; if it has a new one, log in again"
                ) from None
            reason = str(error).rstrip(".") or type(error).__name__
            if self.url.startswith("http:") and isinstance(error, httpx.RemoteProtocolError):
                reason += "; perhaps it speaks https, as servers of ours do unless they are told otherwise"
            raise Unreachable(f"no answer from {self.url}, so perhaps it does not run there: {reason}") from None


class _Watched(FileIO):
    """A file to be sent, that tells how much of it has been read."""

    def __init__(self, path: Path, progress: Progress) -> None:
        super().__init__(path)
        self._progress = progress
        self._whole = path.stat().st_size

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(-1 if size is None else size) or b""
        self._progress(self.tell(), self._whole)
        return data


def _copy(answer: httpx.Response, file: BinaryIO, progress: Progress) -> None:
    length = answer.headers.get("content-length")
    total = int(length) if length else None
    progress(0, total)
    for piece in answer.iter_bytes():
        file.write(piece)
        progress(answer.num_bytes_downloaded, total)


def _file_name(answer: httpx.Response) -> str:
    """What the server calls the file, in any language, without any folder."""
    header = answer.headers.get("content-disposition", "")
    plain = header.partition('filename="')[2].partition('"')[0]
    name = unquote(header.partition("filename*=UTF-8''")[2].partition(";")[0]) or plain
    return Path(name).name or Path(answer.url.path).name


def _is_about_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
