"""Deploys touch whom they must, show it before, go wave by wave, and take back what went wrong."""
import json
import shutil

import pytest

from site_under_test import NO_IMAGE, PREFIX, Site, wait_until

DOMAIN = "safe.example"  # of its own, so that nobody else's customers count as removed here
SMALL = {"replicas": 1, "autoscaling": {"enabled": False},
         "shutdown": {"preStopSeconds": 1, "delaySeconds": 0, "graceSeconds": 2}}
CANARY, CHANGING, STEADY, LATE = CUSTOMERS = [PREFIX + "safe-" + name for name in ("canary", "changing", "steady", "late")]


class Fleet(Site):
    """A site of four small customers, in three waves."""

    def put(self, name, greeting, **values):
        self.write(name, greeting=greeting, **{**SMALL, "rollout": {"wave": {CANARY: 0, LATE: 2}.get(name, 1)}, **values})

    def plan(self, **env):
        return self.must("deploy", "--plan", **env).stdout

    def state(self):
        """What a customer that is left alone keeps: its revision and its pods."""
        releases = self.releases()
        return {name: (releases[name]["revision"], self.pods(name)) for name in CUSTOMERS if name in releases}

    def response(self, name):
        status, body = self.get(f"{name}.{DOMAIN}")
        return json.loads(body)["response"] if status == 200 else status


@pytest.fixture(scope="module")
def fleet(site, tmp_path_factory):
    """The four, deployed at once from nothing; what that said is `fleet.first`."""
    fleet = Fleet(tmp_path_factory.mktemp("safe"), site.env.get("KUBECONFIG"), domain=DOMAIN)
    for name in CUSTOMERS:
        fleet.put(name, f"This is {name}")
    fleet.first = fleet.must("deploy")
    yield fleet
    for name in CUSTOMERS:
        fleet.must("undeploy", CUSTOMER=name, DELETE_DATA="1")


@pytest.fixture(autouse=True)
def as_before(fleet, tmp_path):
    """The files are put back after each test, and whoever it changed is deployed again."""
    kept = tmp_path / "kept"
    shutil.copytree(fleet.values, kept)
    yield
    shutil.rmtree(fleet.values)
    shutil.copytree(kept, fleet.values)
    fleet.must("deploy")


def test_first_deploy_says_its_plan_and_its_progress(fleet):
    said = fleet.first.stderr
    assert "4 new, 0 changed, 0 unchanged" in said
    assert f'wave 0  {CANARY}: new, greeting "This is {CANARY}"' in said
    order = [said.index(text) for text in ("wave 0: 1 customer(s)", f"1/4 {CANARY}: deployed in", "wave 1: 2 customer(s)", f"4/4 {LATE}: deployed in")]
    assert order == sorted(order)


def test_deploy_again_touches_nobody(fleet):
    before = fleet.state()
    assert "0 new, 0 changed, 4 unchanged" in fleet.must("deploy").stderr
    assert fleet.state() == before
    assert "4 changed" in fleet.plan(FORCE="1")


def test_plan_tells_new_changed_unchanged_and_gone(fleet):
    newcomer = PREFIX + "safe-newcomer"
    before = fleet.state()
    fleet.put(newcomer, "Servus!")
    fleet.put(CHANGING, "Changed!", podAnnotations={"example.com/team": "blue"})
    fleet.file(LATE).unlink()
    plan = fleet.plan()
    assert "1 new, 1 changed, 2 unchanged, 1 without a file" in plan
    assert f'wave 1  {newcomer}: new, greeting "Servus!"' in plan
    assert f'wave 1  {CHANGING}: greeting "This is {CHANGING}" -> "Changed!"' in plan
    assert f'{CHANGING}: podAnnotations."example.com/team" not set -> "blue"' in plan
    assert f"no file  {LATE}: stays until REMOVE=1" in plan
    assert fleet.state() == before, "a plan must change nothing"
    assert newcomer not in fleet.deployed()


def test_only_changed_customers_are_touched(fleet):
    before = fleet.state()
    fleet.put(CHANGING, "Moin moin!")
    assert f'{CHANGING}: greeting "This is {CHANGING}" -> "Moin moin!"' in fleet.must("deploy").stderr
    after = fleet.state()
    assert fleet.response(CHANGING) == "Moin moin!"
    assert after.pop(CHANGING)[0] != before.pop(CHANGING)[0]
    assert after == before


def test_canary_whose_pods_fail_stops_the_deploy(fleet):
    before = fleet.state()
    fleet.put(CANARY, "never seen", image=NO_IMAGE)
    fleet.put(CHANGING, "not yet")
    fleet.put(LATE, "not yet")
    result = fleet.run("deploy", TIMEOUT="10s")
    assert result.returncode == 1
    assert f"failed: {CANARY}; wave 0 is rolled back, 2 customer(s) of later waves are as they were" in result.stderr
    assert "does-not-exist" in result.stderr
    after = fleet.state()
    assert after[CANARY][1] == before[CANARY][1]
    wait_until(30, "the pods that stayed give the old greeting", lambda: fleet.response(CANARY) == f"This is {CANARY}")
    assert {name: after[name] for name in CUSTOMERS[1:]} == {name: before[name] for name in CUSTOMERS[1:]}


def test_canary_that_answers_wrongly_stops_the_deploy(fleet):
    """Its pods are ready, but the class of its Ingress is nobody's, so its host is not served."""
    beside = PREFIX + "safe-beside"
    before = fleet.state()
    fleet.put(CANARY, "out of reach", ingress={"className": "nobody"})
    fleet.put(beside, "right, but in the wave", rollout={"wave": 0})
    fleet.put(CHANGING, "not yet")
    result = fleet.run("deploy", WITHIN="20")
    assert result.returncode == 1
    assert f"failed: {CANARY}; wave 0 is rolled back, 1 customer(s)" in result.stderr
    assert f"{CANARY}.{DOMAIN}" in result.stderr and "got 404 instead of 200" in result.stderr
    assert beside not in fleet.deployed(), "what was new in the wave must be removed again"
    after = fleet.state()
    assert after[CANARY][1] == before[CANARY][1]
    assert {name: after[name] for name in CUSTOMERS[1:]} == {name: before[name] for name in CUSTOMERS[1:]}
    wait_until(30, "the canary is back", lambda: fleet.response(CANARY) == f"This is {CANARY}")


def test_customer_who_is_not_to_be_reached_is_no_fault(fleet):
    fleet.put(STEADY, "inside only", ingress={"enabled": False})
    fleet.must("deploy")
    wait_until(30, "its host is gone", lambda: fleet.response(STEADY) == 404)
    fleet.must("verify")


def test_rollback_goes_back_to_the_last_good_revision_and_says_what_is_next(fleet):
    fleet.put(CHANGING, "a mistake")
    fleet.must("deploy")
    assert fleet.response(CHANGING) == "a mistake"
    others = {name: state for name, state in fleet.state().items() if name != CHANGING}
    told = fleet.must("rollback", CUSTOMER=CHANGING)
    assert fleet.response(CHANGING) == f"This is {CHANGING}"
    assert f'greeting "a mistake" -> "This is {CHANGING}"' in told.stdout
    assert f"{CHANGING}.yaml is as it was: the next make deploy brings it back" in told.stderr
    assert {name: state for name, state in fleet.state().items() if name != CHANGING} == others
    assert f'{CHANGING}: greeting "This is {CHANGING}" -> "a mistake"' in fleet.plan()


def test_rollback_passes_over_a_revision_that_never_answered_rightly(fleet):
    fleet.put(CHANGING, "good")
    fleet.must("deploy")
    fleet.put(CHANGING, "out of reach", ingress={"className": "nobody"})
    assert fleet.run("deploy", WITHIN="2").returncode == 1
    fleet.must("rollback", CUSTOMER=CHANGING)
    assert fleet.response(CHANGING) == f"This is {CHANGING}"


@pytest.mark.parametrize("env, message", [({}, "which customer?"), ({"CUSTOMER": PREFIX + "safe-nobody"}, "no earlier revision"),
                                          ({"CUSTOMER": STEADY, "REVISION": "last"}, "REVISION=last: give a number")])
def test_rollback_refuses_what_it_can_not_do(fleet, env, message):
    result = fleet.run("rollback", **env)
    assert result.returncode == 1 and message in result.stderr


def test_nobody_is_removed_without_being_asked_to(fleet):
    before = fleet.state()
    fleet.file(LATE).unlink()
    assert "1 without a file" in fleet.must("deploy").stderr
    assert fleet.state() == before


def test_removal_removes_whoever_has_no_file(fleet):
    before = fleet.state()
    fleet.file(LATE).unlink()
    fleet.must("deploy", REMOVE="1")
    assert LATE not in fleet.deployed()
    before.pop(LATE)
    assert fleet.state() == before


def test_removal_of_more_than_a_share_is_refused(fleet):
    before = fleet.state()
    fleet.put(CHANGING, "not even this")
    for name in (STEADY, LATE):
        fleet.file(name).unlink()
    result = fleet.run("deploy", REMOVE="1")
    assert result.returncode == 1
    assert "would remove 2 of 4 deployed customers, more than MAX_REMOVE_PERCENT=10 allows (1)" in result.stderr
    assert fleet.state() == before
