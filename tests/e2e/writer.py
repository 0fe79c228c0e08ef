"""What writes greetings through the ingress, one after the other, and remembers which were acknowledged."""
import http.client
import json
import threading
import time


class Api:
    """The API of one customer, asked on a fresh connection each time."""

    def __init__(self, site, host, token):
        self.site, self.host, self.token = site, host, token

    def ask(self, method, path="", body=None):
        """Status and JSON of a request below /api/v1/greetings."""
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": "application/json"} if body else {})
        status, text = self.site.get(self.host, f"/api/v1/greetings{path}", method, headers, body and json.dumps(body))
        return status, json.loads(text) if text.startswith("{") else text

    def put(self, name, **greeting):
        status, written = self.ask("PUT", f"/{name}", {"text": name, **greeting})
        assert status in (200, 201), f"{status}: {written}"
        return written

    def all(self):
        """Id -> greeting, page by page."""
        found, cursor = {}, ""
        while cursor is not None:
            status, page = self.ask("GET", f"?limit=1000{cursor and '&cursor=' + cursor}")
            assert status == 200, f"{status}: {page}"
            found |= {greeting["id"]: greeting for greeting in page["items"]}
            cursor = page["next_cursor"]
        return found


class Writer:
    """with Writer(api, "prefix") as writer: ...; afterwards writer.acknowledged: id -> greeting as the server said it is."""

    def __init__(self, api, prefix):
        self.api, self.prefix = api, prefix
        self.acknowledged, self.gaps = {}, []  # gaps: seconds between two acknowledged writes with failures in between
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def lost(self, within=10):
        """Acknowledged greetings that the API does not give: of whichever pod answers, and each hears of the others' writes
        a moment later."""
        deadline = time.monotonic() + within
        while True:
            found = self.api.all()
            lost = [name for name, greeting in self.acknowledged.items() if found.get(name) != greeting]
            if not lost or time.monotonic() > deadline:
                return lost
            time.sleep(0.1)

    def _write(self):
        number, last, failed = 0, time.monotonic(), False
        while not self._stop.wait(0.002):
            name = f"{self.prefix}-{number}"
            try:
                status, written = self.api.ask("PUT", f"/{name}", {"text": f"Number {number}", "state": "draft"})
            except (OSError, http.client.HTTPException):
                status = None
            if status not in (200, 201):  # 200: it was written all the same, and the response got lost
                failed = True
                continue
            self.acknowledged[name] = written
            if failed:
                self.gaps.append(time.monotonic() - last)
            number, last, failed = number + 1, time.monotonic(), False
