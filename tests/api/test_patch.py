"""PATCH is a JSON merge patch (RFC 7396)."""

import pytest

BEFORE = {
    "text": "Frohe Weihnachten!",
    "description": "d",
    "language": "de",
    "tags": ["a", "b"],
    "state": "draft",
    "starts_at": "2026-12-23T23:00:00Z",
    "ends_at": "2026-12-26T23:00:00Z",
}
MERGED = [
    ({}, {}),
    ({"text": "Moin!"}, {"text": "Moin!"}),
    ({"description": None}, {"description": ""}),
    ({"language": None}, {"language": None}),
    ({"tags": None}, {"tags": []}),
    ({"tags": ["c"]}, {"tags": ["c"]}),
    ({"tags": []}, {"tags": []}),
    ({"state": None}, {"state": "active"}),
    ({"starts_at": None, "ends_at": None}, {"starts_at": None, "ends_at": None}),
    ({"starts_at": "2026-12-25T00:00:00Z"}, {"starts_at": "2026-12-25T00:00:00Z"}),
    ({"text": "x", "language": "en-gb", "state": "retired"}, {"text": "x", "language": "en-GB", "state": "retired"}),
    ({"id": "one"}, {}),
    ({"revision": 99, "origin": "configuration", "created_at": None, "updated_at": "x"}, {}),
]
REFUSED = [
    ({"text": None}, ["text"]),
    ({"text": ""}, ["text"]),
    ({"text": {"a": 1}}, ["text"]),
    ({"state": "gone"}, ["state"]),
    ({"tags": {"0": "a"}}, ["tags"]),
    ({"nonsense": 1}, ["nonsense"]),
    ({"id": "two"}, ["id"]),
    ({"starts_at": "2026-12-27T00:00:00Z"}, ["ends_at"]),
    ({"text": "", "state": "gone", "lang": "de"}, ["lang", "state", "text"]),
]


@pytest.fixture
def etag(api):
    return api.put("one", BEFORE).is_ok(201).etag


@pytest.mark.parametrize("type", ["application/merge-patch+json", "application/json"])
@pytest.mark.parametrize("patch, changed", MERGED, ids=[str(patch) for patch, _ in MERGED])
def test_a_patch_is_merged(api, etag, patch, changed, type):
    after = api.patch("one", patch, match=etag, content_type=type).is_ok().json
    assert {name: after[name] for name in BEFORE} == {**BEFORE, **changed}
    assert api.read("one") == after
    assert (f'"{after["revision"]}"' == etag) == (changed == {})


@pytest.mark.parametrize("patch, fields", REFUSED, ids=[str(patch) for patch, _ in REFUSED])
def test_what_breaks_a_rule_changes_nothing(api, etag, patch, fields):
    before = api.read("one")
    assert api.patch("one", patch, match=etag).fields() == fields
    assert api.read("one") == before


@pytest.mark.parametrize("patch", ["[]", "null", "1", '"x"', "true"])
def test_a_patch_that_is_no_object(api, etag, patch):
    """It would replace the whole greeting by what is none."""
    api.patch("one", patch, match=etag).problem(422)
    assert api.read("one")["text"] == BEFORE["text"]


def test_a_patch_of_the_files_greeting_covers_it(with_file):
    patched = with_file.patch("christmas", {"state": "retired"}, match='"0"').is_ok().json
    assert (patched["origin"], patched["state"], patched["text"]) == ("store", "retired", "Frohe Weihnachten!")
    with_file.delete("christmas", match="*").is_ok(204)
    assert with_file.read("christmas")["state"] == "active"
