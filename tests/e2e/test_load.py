"""Not one request fails while pods come and go under a constant load."""
import pytest

from loadgen import Load
from site_under_test import host_of, wait_until

WARM = 200  # requests before anything happens


@pytest.fixture
def load(deployed, customer):
    """A customer with a fixed number of pods, and a load on it that has begun."""
    greeting = deployed.customers()[customer]
    scale(deployed, customer, 2)
    wait_until(30, "the customer answers", lambda: deployed.answers(customer, greeting))
    with Load(deployed.ingress_address(), host_of(customer), greeting) as load:
        wait_until(30, "the load is on", lambda: load.requests >= WARM)
        assert not load.failures
        yield load


def scale(site, name, pods, **values):
    site.write(name, greeting=site.customers()[name], autoscaling={"enabled": False}, replicas=pods, **values)
    site.must("deploy", CUSTOMER=name)
    wait_until(60, f"{pods} pods", lambda: len(site.pods(name)) == len(site.ready(name)) == pods)


def finish(site, name, load):
    """Until the last old pod is gone, and a while after."""
    wait_until(60, "old pods are gone", lambda: all("deletionTimestamp" not in pod["metadata"]
                                                   for pod in site.objects("pods", name)))
    seen = load.requests
    wait_until(30, "requests after it", lambda: load.requests >= seen + WARM)
    assert load.failures == [], f"{len(load.failures)} of {load.requests} failed"


def test_rollout_under_load(deployed, customer, load):
    before = deployed.pods(customer)
    scale(deployed, customer, 2, podAnnotations={"rollout": "another"})
    assert not before.keys() & deployed.pods(customer).keys(), "no rollout happened"
    finish(deployed, customer, load)


def test_scaling_under_load(deployed, customer, load):
    scale(deployed, customer, 4)
    scale(deployed, customer, 1)
    scale(deployed, customer, 3)
    finish(deployed, customer, load)


def test_deleted_pods_under_load(deployed, customer, load):
    """As in a node drain, one pod after the other."""
    for pod in sorted(deployed.pods(customer)):
        deployed.kubectl("-n", customer, "delete", "pod", pod, "--wait=false")
        wait_until(60, "its successor is ready", lambda pod=pod: len(ready := deployed.ready(customer)) == 2 and pod not in ready)
    finish(deployed, customer, load)
