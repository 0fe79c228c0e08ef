"""Requests that were once well-formed, or never were."""
import pathlib
import random

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "fuzz/corpus/framing"
PIECES = [b"\r\n", b"\r\n\r\n", b"\n", b"\0", b" ", b":", b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n",
          b"Host: hostile.parcellab.com\r\n", b"Connection: close\r\n", b"Expect: 100-continue\r\n", b"0\r\n\r\n",
          b"GET / HTTP/1.1\r\n", b"\xff", b"%"]  # fmt: skip


def seeds():
    files = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    if not files:
        raise RuntimeError(f"there are no inputs in {CORPUS}")
    return files


def mutated(seed_list):
    text = bytearray(random.choice(seed_list))
    for _ in range(random.choice([0, 1, 1, 2, 4, 8])):
        at = random.randrange(len(text) + 1)
        step = random.randrange(5)
        if step == 0:
            text[at:at] = random.choice(PIECES)
        elif step == 1:
            del text[at : at + random.randrange(1, 8)]
        elif step == 2 and at < len(text):
            text[at] = random.randrange(256)
        elif step == 3:
            text[at:at] = text[random.randrange(len(text) + 1) :][:64]
        else:
            text += random.choice(seed_list)
    return bytes(text)
