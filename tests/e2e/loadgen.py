"""A constant load on one host: some clients keep their connection, the others open a new one for every request."""
import http.client
import json
import threading


class Load:
    """with Load(address, host, greeting) as load: ...; afterwards load.requests and load.failures."""

    CLIENTS = 8
    PAUSE = 0.005  # seconds between two requests of a client: load enough to meet every moment, and room for the cluster

    def __init__(self, address, host, greeting):
        self.address, self.host, self.greeting = address, host, greeting
        self.requests, self.failures = 0, []
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._clients = [threading.Thread(target=self._client, args=(number % 2 == 0,)) for number in range(self.CLIENTS)]

    def __enter__(self):
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for client in self._clients:
            client.join()

    def _client(self, keep_alive):
        connection = None
        while not self._stop.wait(self.PAUSE):
            try:
                connection = connection or http.client.HTTPConnection(*self.address, timeout=10)
                connection.request("GET", "/", headers={"Host": self.host})
                response = connection.getresponse()
                body = response.read()
                fault = self._fault(response.status, body)
                closes = response.will_close
            except (OSError, http.client.HTTPException) as error:
                fault, closes = repr(error), True
            with self._lock:
                self.requests += 1
                if fault:
                    self.failures.append(fault)
            if closes or not keep_alive:
                if connection:
                    connection.close()
                connection = None

    def _fault(self, status, body):
        if status != 200:
            return f"status {status}: {body[:200]!r}"
        return None if json.loads(body) == {"response": self.greeting} else f"wrong answer: {body[:200]!r}"
