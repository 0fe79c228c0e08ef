"""What visitors will read: preview and timeline say what GET / would."""

from datetime import datetime, timedelta, timezone

import pytest



def between(first, last):
    """From the beginning of one day of 2026 until that of another."""
    return {"starts_at": f"2026-{first}T00:00:00Z", "ends_at": f"2026-{last}T00:00:00Z"}


SEASON = [
    {"id": "advent", "text": "Advent", **between("11-29", "12-24")},
    {"id": "xmas", "text": "Xmas", **between("12-24", "12-27")},
    {"id": "xmas-de", "text": "Weihnacht", "language": "de", **between("12-24", "12-26")},
    {"id": "gone", "text": "Gone", "state": "retired", **between("12-25", "12-30")},
    {"id": "planned", "text": "Planned", "state": "draft", **between("12-25", "12-30")},
]


@pytest.fixture
def season(api):
    api.upload(SEASON).is_ok()
    return api


def preview(api, **query):
    return api.get("/greetings/preview", query).is_ok().json


def timeline(api, **query):
    return api.get("/greetings/timeline", query).is_ok().json


AT = [
    ("2026-11-28T23:59:59.999Z", None, None, "2026-11-29T00:00:00Z"),
    ("2026-11-29T00:00:00Z", None, "advent", "2026-12-24T00:00:00Z"),
    ("2026-12-24T01:00:00+01:00", None, "xmas", "2026-12-26T00:00:00Z"),
    ("2026-12-24T00:00:00Z", "de", "xmas-de", "2026-12-26T00:00:00Z"),
    ("2026-12-24T00:00:00Z", "en, de;q=0.5", "xmas-de", "2026-12-26T00:00:00Z"),
    ("2026-12-26T00:00:00Z", "de", "xmas", "2026-12-27T00:00:00Z"),
    ("2026-12-27T00:00:00Z", None, None, None),
]


@pytest.mark.parametrize("at, language, id, change", AT)
def test_a_preview_of_a_moment(season, at, language, id, change):
    found = preview(season, at=at, **({"language": language} if language else {}))
    assert datetime.fromisoformat(found["at"]) == datetime.fromisoformat(at)
    assert found["greeting"] == (season.read(id) if id else None)
    assert found["response"] == (found["greeting"]["text"] if id else "Hi!")
    assert found["next_change"] == change
    assert (found["customer"], found["text"]) == ("customer-a", "Hi!")


def test_a_preview_of_now(api):
    api.put("now", {"text": "Now!"}).is_ok(201)
    found = preview(api)
    assert abs(datetime.fromisoformat(found["at"]) - datetime.now(timezone.utc)) < timedelta(seconds=5)
    assert found["greeting"]["id"] == "now" and api.greets().json == {"response": found["response"]}


def test_a_timeline_has_every_piece(season):
    day = "2026-{}T00:00:00Z".format
    found = timeline(season, **{"from": day("11-01"), "until": day("12-31")})
    assert found == {
        "from": day("11-01"), "until": day("12-31"), "language": None, "segments": [
            {"from": day("11-01"), "until": day("11-29"), "response": "Hi!", "greeting_id": None},
            {"from": day("11-29"), "until": day("12-24"), "response": "Advent", "greeting_id": "advent"},
            {"from": day("12-24"), "until": day("12-27"), "response": "Xmas", "greeting_id": "xmas"},
            {"from": day("12-27"), "until": day("12-31"), "response": "Hi!", "greeting_id": None},
        ],
    }


def test_a_timeline_of_a_language(season):
    found = timeline(season, language="de", **{"from": "2026-12-23T00:00:00Z", "until": "2026-12-28T00:00:00Z"})
    assert found["language"] == "de"
    assert [piece["greeting_id"] for piece in found["segments"]] == ["advent", "xmas-de", "xmas", None]


def test_a_timeline_begins_now_and_lasts_30_days(api):
    found = timeline(api)
    start, end = (datetime.fromisoformat(found[name]) for name in ("from", "until"))
    assert abs(start - datetime.now(timezone.utc)) < timedelta(seconds=5)
    assert end - start == timedelta(days=30)
    assert [(piece["from"], piece["until"]) for piece in found["segments"]] == [(found["from"], found["until"])]
    begun = timeline(api, **{"from": "2026-01-01T00:00:00Z"})
    assert begun["until"] == "2026-01-31T00:00:00Z"


def test_a_timeline_of_400_days(api):
    found = timeline(api, **{"from": "2026-01-01T00:00:00Z", "until": "2027-02-05T00:00:00Z"})
    assert len(found["segments"]) == 1


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999Z"])
def test_the_ends_of_time(api, at):
    """Whatever comes out is a time that goes in."""
    assert api.get("/greetings/timeline", {"from": at}).status in (200, 400)
    assert preview(api, at=at)["at"] == at


def pieces_fit(found):
    pieces = found["segments"]
    assert pieces[0]["from"] == found["from"] and pieces[-1]["until"] == found["until"]
    for one, next in zip(pieces, pieces[1:]):
        assert one["until"] == next["from"] and one["from"] < one["until"]
        assert one["greeting_id"] != next["greeting_id"], "a piece ends where the greeting changes"


def test_the_timeline_agrees_with_previews(api):
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    at = lambda hours: (moment + timedelta(hours=hours)).isoformat().replace("+00:00", "Z")
    lines = []
    for i in range(40):
        lines.append({"id": f"g{i}", "text": f"{i}", "language": [None, "de", "en"][i % 3],
                      "starts_at": at(i * 7 % 100), "ends_at": at(i * 7 % 100 + i % 13 + 1)})
    api.upload(lines).is_ok()
    for language in ("", "de", "en, de;q=0.1"):
        found = timeline(api, language=language, **{"from": at(0), "until": at(120)})
        pieces_fit(found)
        for piece in found["segments"]:
            there = preview(api, at=piece["from"], language=language)
            assert there["response"] == piece["response"]
            assert (there["greeting"] or {"id": None})["id"] == piece["greeting_id"]


def test_a_long_timeline_has_1000_pieces_at_most(make):
    api = make(GREETER_MAX_BODY_BYTES="1000000").start().client()
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    at = lambda minutes: (moment + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
    lines = [{"id": f"g{i}", "text": f"{i}", "starts_at": at(2 * i), "ends_at": at(2 * i + 1)} for i in range(1200)]
    api.upload(lines).is_ok()
    found = timeline(api, **{"from": at(0), "until": at(3000)})
    assert len(found["segments"]) == 1000
    pieces_fit(found)
