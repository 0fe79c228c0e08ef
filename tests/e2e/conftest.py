"""A site of its own on the real cluster: copies of the customers under names that begin with e2e-, so that the customers
that are deployed there stay as they are."""
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from site_under_test import OPERATOR, PREFIX, REPO, Site


def clean_up(site):
    """Removes what this run, or an earlier one that was interrupted, deployed."""
    for name in site.operated():  # whose operator may be gone
        site.kubectl("delete", "customer", name, "--ignore-not-found", "--wait=false")  # from then on no webhook is asked
        subprocess.run(["kubectl", "patch", "customer", name, "--type=merge", "-p", '{"metadata": {"finalizers": null}}'], env=site.env, capture_output=True)
        site.kubectl("delete", "namespace", name, "--ignore-not-found")
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda name: site.must("undeploy", CUSTOMER=name, DELETE_DATA="1"), site.deployed()))
    site.must("undeploy", CUSTOMER=OPERATOR)


def stop_if_there_is_another_operator(site):
    """There is one for a whole cluster: its webhook would answer for the one that is tested here, and where none is to answer."""
    found = site.kubectl("get", "deployments", "-A", "-l", "app.kubernetes.io/name=greeter-operator", "-o", "jsonpath={.items[*].metadata.namespace}")
    others = set(found.split()) - {OPERATOR}
    if others:
        name = min(others)
        pytest.exit(f"the cluster has an operator, in the namespace {name}: remove it (make undeploy CUSTOMER={name}), or test on another cluster", 1)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    values = tmp_path_factory.mktemp("customer-values")
    for file in sorted((REPO / "customer-values").glob("*.yaml")):
        shutil.copy(file, values / (PREFIX + file.name))
    kubeconfig = subprocess.run([REPO / "scripts/cluster-up"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    site = Site(Path(values), kubeconfig)
    stop_if_there_is_another_operator(site)
    clean_up(site)
    yield site
    clean_up(site)


@pytest.fixture(scope="session")
def deployed(site):
    """The site with every customer deployed, from nothing; `first_deploy` is what that printed."""
    site.first_deploy = site.run("deploy")
    assert site.first_deploy.returncode == 0, site.first_deploy.stderr
    return site


@pytest.fixture
def customer(deployed, request):
    """A customer just for this test, deployed: its name. The test may change it as it likes; it goes with the site."""
    name = PREFIX + request.node.originalname.removeprefix("test_").replace("_", "-")[:24].strip("-")
    deployed.write(name, greeting=f"This is {name}")
    deployed.must("deploy", CUSTOMER=name)
    yield name
    deployed.file(name).unlink()
