"""One of the instances of customer C, on a host of its own."""

import pathlib

from redis_system import PASSWORDS, USER
from server import Server

CUSTOMER = {"customer-c": {"name": "C", "greeting": "Moin!"}}


class Instance(Server):
    def __init__(self, host, folder, store):
        own = pathlib.Path(folder) / host.name
        own.mkdir()
        super().__init__(
            own,
            CUSTOMER,
            CUSTOMER_NAME="C",
            GREETER_HOST="0.0.0.0",
            GREETER_PORT="8080",
            GREETER_MANAGEMENT_PORT="9090",
            GREETER_STORE=store,
            GREETER_STORE_PASSWORD_FILE=str(own / "password"),
            GREETER_SENTINEL_PASSWORD_FILE=str(own / "sentinel-password"),
        )
        self.host = host
        self.enter = host.enter
        self.name = host.name
        self.address = host.client_address
        self.password = own / "password"
        self.password.write_text(PASSWORDS[USER] + "\n")
        (own / "sentinel-password").write_text(PASSWORDS["sentinels"] + "\n")
