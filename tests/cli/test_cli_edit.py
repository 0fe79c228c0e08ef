"""greeter greetings edit: with an editor, which is a script here, and without."""

import stat

import pytest
import yaml


@pytest.fixture
def edited(greeter, tmp_path):
    """edited(id, *steps): each time the editor opens, the next step, a shell script with the file as $1, is run."""
    def run(id, *steps, variable="EDITOR"):
        for number, step in enumerate(steps):
            (tmp_path / f"step-{number}").write_text(step)
        script = tmp_path / "editor"
        script.write_text(f'#!/bin/sh\ncd {tmp_path}\nn=$(cat count 2>/dev/null || echo 0)\necho $((n + 1)) >count\n'
                          f'cp "$2" seen-$n\n[ -e step-$n ] || exit 0\nset -- "$2"\n. ./step-$n\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return greeter("greetings", "edit", id, variables={variable: f"{script} --wait", "TMPDIR": str(tmp_path)})
    run.seen = lambda number: (tmp_path / f"seen-{number}").read_text()
    run.left = lambda: list(tmp_path.glob("greeter-*.yaml"))
    return run


@pytest.fixture
def hello(greeter):
    assert greeter("greetings", "put", "hello", "--text", "Hello", "--tag", "x").returncode == 0
    return greeter.json("greetings", "get", "hello")


@pytest.mark.parametrize("variable", ["EDITOR", "VISUAL"])
def test_the_editor_gets_what_people_set(greeter, edited, hello, variable):
    result = edited("hello", 'sed -i "s/Hello/Hi: #1/; s/^text: .*/text: \\"Hi: #1\\"/" "$1"', variable=variable)
    assert result.returncode == 0, result.stderr
    assert list(yaml.safe_load(edited.seen(0))) == ["text", "description", "language", "tags", "state", "starts_at", "ends_at"]
    assert f'# Greeting hello, revision "{hello["revision"]}"' in edited.seen(0)
    now = greeter.json("greetings", "get", "hello")
    assert now["text"] == "Hi: #1" and now["tags"] == ["x"] and now["revision"] > hello["revision"]
    assert not edited.left()


@pytest.mark.parametrize("step", ["", ': >"$1"'])
def test_nothing_changed_is_nothing_done(greeter, edited, hello, step):
    result = edited("hello", step)
    assert result.returncode == 0 and "unchanged" in result.stderr
    assert greeter.json("greetings", "get", "hello") == hello and not edited.left()


def test_a_refused_text_comes_back_with_the_reasons(greeter, edited, hello):
    result = edited("hello", 'sed -i "s/^text:.*/text: \\" \\"/" "$1"', 'sed -i "s/^text:.*/text: [/" "$1"', 'sed -i "s/^text:.*/text: Hi/" "$1"')
    assert result.returncode == 0, result.stderr
    assert edited.seen(1).startswith("# ") and 'text is " "' in edited.seen(1) and 'text: " "' in edited.seen(1)
    assert "# the text:" in edited.seen(2)
    assert greeter.json("greetings", "get", "hello")["text"] == "Hi"


def test_giving_up_keeps_the_text(greeter, edited, hello):
    result = edited("hello", 'sed -i "s/^text:.*/text: \\" \\"/" "$1"')
    assert result.returncode == 7 and 'text is " "' in result.stderr
    assert len(edited.left()) == 1 and str(edited.left()[0]) in result.stderr
    assert greeter.json("greetings", "get", "hello") == hello


def test_somebody_faster_is_not_overwritten_unseen(greeter, edited, hello, server):
    from command_line import GREETER
    meanwhile = (f"{GREETER} greetings edit hello --set text=Theirs >/dev/null || exit 9\n"
                 'sed -i "s/^text:.*/text: Mine/" "$1"')
    result = edited("hello", meanwhile, 'sed -i "s/^text:.*/text: Both/" "$1"')
    assert result.returncode == 0, result.stderr
    assert "changed meanwhile" in edited.seen(1) and "#   text: Theirs" in edited.seen(1) and "\ntext: Mine" in edited.seen(1)
    assert greeter.json("greetings", "get", "hello")["text"] == "Both"


def test_an_editor_that_fails(greeter, edited, hello):
    result = edited("hello", "exit 3")
    assert result.returncode == 1 and "editor" in result.stderr and greeter.json("greetings", "get", "hello") == hello


def test_set_changes_just_that(greeter, hello):
    assert greeter("greetings", "edit", "hello", "--set", "tags=a,b", "--set", "ends_at=2030-01-01T00:00:00Z").returncode == 0
    now = greeter.json("greetings", "get", "hello")
    assert now["text"] == "Hello" and now["tags"] == ["a", "b"] and now["ends_at"] == "2030-01-01T00:00:00Z"
    assert greeter("greetings", "edit", "hello", "--set", "ends_at=").returncode == 0
    assert greeter.json("greetings", "get", "hello")["ends_at"] is None
    assert "unchanged" in greeter("greetings", "edit", "hello", "--set", "text=Hello").stdout


@pytest.mark.parametrize("arguments, code, told", [
    (["hello", "--set", "txt=x"], 2, "did you mean text?"), (["hello", "--set", "text= "], 7, "text"), (["gone", "--set", "text=x"], 3, "gone"),
])
def test_what_set_refuses(greeter, hello, arguments, code, told):
    result = greeter("greetings", "edit", *arguments)
    assert result.returncode == code and told in result.stderr
