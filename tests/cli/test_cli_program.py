"""Help, completion and the manual: made from the same definitions as the command line."""

import shutil
import subprocess

import pytest

from command_line import CommandLine


@pytest.fixture
def greeter(tmp_path):
    return CommandLine(tmp_path)


COMMANDS = ["serve", "healthcheck", "customers", "greetings", "visits", "contexts", "backup", "restore", "completion", "man"]


def test_help_begins_with_the_commands_and_ends_with_the_exit_codes(greeter):
    shown = greeter("--help").stdout
    places = [shown.index(f"\n  {command} ") for command in COMMANDS]
    assert places == sorted(places) and places[-1] < shown.index("GREETER_PORT") < shown.index("Exit codes:")
    assert all(len(line) <= 200 for line in shown.splitlines())
    for command in (["greetings"], ["greetings", "put"], ["contexts", "set"]):
        result = greeter(*command, "--help")
        assert result.returncode == 0 and "GREETER_PORT" not in result.stdout


@pytest.mark.parametrize("arguments", [["greetings"], ["contexts"], ["customers"], ["completion"], ["completion", "tcsh"], ["nonsense"], ["serve", "now"]])
def test_usage(greeter, arguments):
    result = greeter(*arguments)
    assert result.returncode == 2 and "see greeter --help" in result.stderr


def completed(greeter, script, *words):
    """What bash offers for the last of the words."""
    program = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _greeter; printf "%s\\n" "${COMPREPLY[@]}"'
    result = subprocess.run(["bash", "-euc", program, "bash", script, "greeter", *words], capture_output=True, text=True, timeout=20)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


def test_bash_completes(greeter, tmp_path):
    script = tmp_path / "greeter.bash"
    script.write_text(greeter("completion", "bash").stdout)
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    assert completed(greeter, script, "gr") == ["greetings"]
    assert {"list", "put", "watch", "retire"} <= set(completed(greeter, script, "greetings", ""))
    assert completed(greeter, script, "greetings", "list", "--output", "") == ["table", "json", "yaml"]
    assert completed(greeter, script, "greetings", "list", "--al") == ["--all-customers"]
    assert completed(greeter, script, "visits", "--d") == ["--days"]
    assert completed(greeter, script, "greetings", "put", "--token-file", str(tmp_path / "greeter.b")) == [str(script)]
    assert completed(greeter, script, "serve", "--max-b") == ["--max-body-bytes", "--max-buffer-bytes"]
    assert completed(greeter, script, "completion", "") != []


@pytest.mark.parametrize("shell, check", [("zsh", "-n"), ("fish", "--no-execute")])
def test_other_shells_take_their_script(greeter, tmp_path, shell, check):
    (tmp_path / "script").write_text(greeter("completion", shell).stdout)
    assert (tmp_path / "script").stat().st_size > 1000
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    assert subprocess.run([shell, check, tmp_path / "script"]).returncode == 0


def test_the_manual_is_sound_roff(greeter, tmp_path):
    page = greeter("man").stdout
    for word in (".SH NAME", ".SH \"EXIT STATUS\"", "greetings import", "GREETER_CLI_CONFIG", "\\-\\-max\\-body\\-bytes"):
        assert word.replace('"', "") in page.replace('"', "")
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    result = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", "-rLL=100n"], input=page, capture_output=True, text=True, timeout=20)
    assert result.returncode == 0 and result.stderr == ""
