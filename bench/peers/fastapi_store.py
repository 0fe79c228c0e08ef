"""A greeting table as one would write it in Python: FastAPI, pydantic and SQLite, one durable transaction per write.

It does what Greeter's API does for `PUT` and `GET` of one greeting and nothing else: no change log, no events, no search.
`GET /` gives the customer's own text out of memory and doesn't look at the table, which is less than Greeter does."""
import json
import os
import secrets
import sqlite3
from datetime import datetime, timezone
from threading import Lock
from typing import Annotated, Literal

from fastapi import Depends, FastAPI, Header, HTTPException, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

TOKEN = f"Bearer {os.environ['TOKEN']}".encode()
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS greetings (
  id TEXT PRIMARY KEY, text TEXT NOT NULL, description TEXT NOT NULL, language TEXT, tags TEXT NOT NULL, state TEXT NOT NULL,
  starts_at TEXT, ends_at TEXT, revision INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) WITHOUT ROWID;
"""
COLUMNS = "id, text, description, language, tags, state, starts_at, ends_at, revision, created_at, updated_at"

# One connection for all threads: SQLite has one writer at a time anyway.
database = sqlite3.connect(os.environ["DATABASE"], check_same_thread=False, isolation_level=None)
database.executescript(SCHEMA)
lock = Lock()
last_revision = database.execute("SELECT coalesce(max(revision), 0) FROM greetings").fetchone()[0]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1, max_length=1000)
    description: str = Field("", max_length=1000)
    language: str | None = Field(None, max_length=35)
    tags: list[Annotated[str, Field(pattern="^[a-z0-9._-]{1,63}$")]] = Field([], max_length=16)
    state: Literal["draft", "active", "retired"] = "active"
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class Greeting(Input):
    id: str
    revision: int
    created_at: datetime
    updated_at: datetime

    def response(self, status: int = 200) -> Response:
        return Response(self.model_dump_json(), status, {"ETag": f'"{self.revision}"', "Cache-Control": "no-store"},
                        "application/json")


async def editor(authorization: Annotated[str, Header()] = "") -> None:
    if not secrets.compare_digest(authorization.encode(), TOKEN):
        raise HTTPException(401, headers={"WWW-Authenticate": 'Bearer realm="greeter"'})


app = FastAPI()
Id = Annotated[str, Path(pattern="^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Match = Annotated[str | None, Header()]


@app.get("/")
async def greet():
    return {"response": "Moin!"}


@app.get("/api/v1/greetings/{id}", dependencies=[Depends(editor)])
def read(id: Id):
    with lock:
        row = database.execute(f"SELECT {COLUMNS} FROM greetings WHERE id = ?", (id,)).fetchone()
    if row is None:
        raise HTTPException(404)
    values = dict(zip(COLUMNS.split(", "), row))
    return Greeting(**values | {"tags": json.loads(values["tags"])}).response()


@app.put("/api/v1/greetings/{id}", dependencies=[Depends(editor)])
def put(id: Id, content: Input, if_match: Match = None):
    with lock:
        database.execute("BEGIN IMMEDIATE")
        try:
            greeting, created = replace(id, content, if_match)
            database.execute("COMMIT")
        except BaseException:
            database.execute("ROLLBACK")
            raise
    return greeting.response(201 if created else 200)


def replace(id: str, content: Input, if_match: str | None) -> tuple[Greeting, bool]:
    global last_revision
    old = database.execute("SELECT revision, created_at FROM greetings WHERE id = ?", (id,)).fetchone()
    if old is None and if_match is not None:
        raise HTTPException(412)
    if old is not None and if_match is None:
        raise HTTPException(428)
    if old is not None and if_match not in ("*", f'"{old[0]}"'):
        raise HTTPException(412)
    last_revision += 1
    now = datetime.now(timezone.utc)
    created_at = now if old is None else datetime.fromisoformat(old[1])
    database.execute(
        f"INSERT OR REPLACE INTO greetings ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (id, content.text, content.description, content.language, json.dumps(content.tags), content.state,
         content.starts_at and content.starts_at.isoformat(), content.ends_at and content.ends_at.isoformat(),
         last_revision, created_at.isoformat(), now.isoformat()))
    return Greeting.model_construct(**content.__dict__, id=id, revision=last_revision, created_at=created_at,
                                    updated_at=now), old is None
