"""Responses, read byte by byte and held against all that is promised of them."""
import dataclasses
import email.utils
import json
import re
import time

DATE = re.compile(rb"Date: ([A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)")
ETAG = re.compile(rb'ETag: ("[0-9a-f]{16}")')
PROBLEM = b"Content-Type: application/problem+json"
CLOSE, KEEP = b"Connection: close", b"Connection: keep-alive"


class Wrong(Exception):
    """An answer that must not be."""


class Gone(Exception):
    """The connection ended where an answer was due."""


@dataclasses.dataclass
class Answer:
    status: int
    lines: list  # of the head, without the first
    body: bytes

    @property
    def closes(self):
        return CLOSE in self.lines

    def take(self, pattern):
        """What the pattern has found in the one line that it matches."""
        found = [match for match in map(pattern.fullmatch, self.lines) if match]
        if len(found) != 1:
            raise Wrong(f"{len(found)} lines match {pattern.pattern!r} in {self.lines}")
        return found[0][1]


def length_of(lines):
    values = [line.split(b": ")[1] for line in lines if line.startswith(b"Content-Length: ")]
    if len(values) > 1 or not all(re.fullmatch(rb"0|[1-9]\d*", value) for value in values):
        raise Wrong(f"Content-Length is {values}")
    return int(values[0]) if values else 0


async def read_answer(reader, without_body):
    """The next one from an asyncio stream. Gone: there is none, or only the beginning of one."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
        if b"\n" in head.replace(b"\r\n", b"") or b"\r" in head.replace(b"\r\n", b""):
            raise Wrong(f"a bare line end in {head!r}")
        first, *lines = head.split(b"\r\n")
        status = re.fullmatch(rb"HTTP/1\.1 (\d{3}) [A-Za-z -]+", first)
        if not status:
            raise Wrong(f"the first line is {first!r}")
        body = b"" if without_body else await reader.readexactly(length_of(lines))
        return Answer(int(status[1]), lines, body)
    except OSError as error:
        raise Gone(repr(error)) from error
    except EOFError as error:  # asyncio.IncompleteReadError
        raise Gone(f"after {len(error.partial)} bytes") from error


def check_date(answer):
    date = answer.take(DATE).decode()
    told = email.utils.parsedate_to_datetime(date).timestamp()
    if abs(told - time.time()) > 3 or email.utils.formatdate(told, usegmt=True) != date:
        raise Wrong(f"Date is {date}")


def check_lines(answer, status, expected):
    """`expected` are the lines after Date and before Connection, in their order."""
    check_date(answer)
    if answer.status != status:
        raise Wrong(f"status {answer.status}, not {status}: {answer.lines} {answer.body[:200]!r}")
    if not answer.lines[0].startswith(b"Date: ") or answer.lines[1:] not in (expected, [*expected, CLOSE], [*expected, KEEP]):
        raise Wrong(f"lines are {answer.lines}, not Date and {expected}")


def check_persistence(answer, version, wants):
    """`wants` is the request's Connection field; None: it has none. Any answer may end the connection."""
    told = [line for line in answer.lines if line.startswith(b"Connection: ")]
    ends = wants == "close" or (version == "1.0" and wants != "keep-alive")
    stays = [] if version == "1.1" else [KEEP]
    allowed = [[CLOSE]] if ends else [[CLOSE], stays]
    if told not in allowed:
        raise Wrong(f"{told} for HTTP/{version} and Connection: {wants}")


def check_problem(answer, status, extra=()):
    if answer.status != status:
        raise Wrong(f"status {answer.status}, not {status}: {answer.body[:200]!r}")
    missing = [line for line in (PROBLEM, *extra) if line not in answer.lines]
    if missing:
        raise Wrong(f"no {missing} in {answer.lines}")
    check_date(answer)
    if answer.body and json.loads(answer.body)["status"] != status:
        raise Wrong(f"the body is {answer.body!r}")
