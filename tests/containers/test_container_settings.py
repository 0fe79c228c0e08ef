"""A setting that can't be used stops the start with one line that says what is wrong."""

import pytest

from container import HELLO, SOMEBODY

BAD = [
    ("GREETER_PORT", "eighty"),
    ("GREETER_PORT", "65536"),
    ("GREETER_PORT", "-1"),
    ("GREETER_MANAGEMENT_PORT", "9090x"),
    ("GREETER_HOST", "not an address"),
    ("GREETER_WORKERS", "many"),
    ("GREETER_LOG_LEVEL", "loud"),
    ("GREETER_LOG_FORMAT", "xml"),
    ("GREETER_ACCESS_LOG", "perhaps"),
    ("GREETER_SHUTDOWN_DELAY", "soon"),
    ("GREETER_SHUTDOWN_GRACE", "-5s"),
    ("GREETER_MAX_CONNECTIONS", "none"),
    ("GREETINGS", "{"),
    ("GREETINGS", "[7]"),
    ("GREETINGS", '{"A": 1}'),
    ("GREETER_CONFIG", "/nowhere"),
]


def one_error_line(container):
    assert container.exit_code() == 2
    lines = container.output()[1].splitlines()
    assert len(lines) == 1, lines
    return lines[0]


@pytest.mark.parametrize("variable,value", BAD, ids=[f"{variable}={value}" for variable, value in BAD])
def test_a_bad_value_is_named(run, variable, value):
    error = one_error_line(run({**SOMEBODY, variable: value}, wait=False))
    assert variable in error
    assert value in error or value == '{"A": 1}' and '["A"]=1' in error


def test_an_unknown_flag(run):
    assert "--prot" in one_error_line(run(arguments=["--prot=1"], wait=False))


@pytest.mark.parametrize("port", ["8080", "9090"])
def test_a_port_in_use(run, port):
    other = {"8080": {"GREETER_MANAGEMENT_PORT": "9191"}, "9090": {"GREETER_PORT": "8181"}}[port]
    first = run(SOMEBODY)
    second = run({**SOMEBODY, **other}, f"--network=container:{first.name}", wait=False, ports=False)
    assert port in one_error_line(second)
    assert first.get("/").json == HELLO


def test_the_same_port_twice(run):
    assert "8080" in one_error_line(run({"GREETER_MANAGEMENT_PORT": "8080"}, wait=False))


def test_a_flag_wins_over_the_environment(run):
    container = run(SOMEBODY, arguments=["--greeting=From a flag"])
    assert container.get("/").json == {"response": "From a flag"}


def test_the_customers_in_the_image_are_valid(run):
    container = run(arguments=["customers", "check", "/etc/greeter/customers"], wait=False)
    assert container.exit_code() == 0


def test_version_and_help(run, image):
    version = run(arguments=["--version"], wait=False)
    assert version.exit_code() == 0
    assert version.output()[0].startswith("greeter " + image.split(":")[1].rsplit("-", 1)[0])
    usage = run(arguments=["--help"], wait=False)
    assert usage.exit_code() == 0
    for name in ["CUSTOMER_NAME", "GREETER_PORT", "GREETER_SHUTDOWN_DELAY"]:
        assert name in usage.output()[0]
