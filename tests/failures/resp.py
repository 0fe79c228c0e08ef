"""One command to a Redis or Sentinel (RESP 2), over a connection of its own to its Unix socket, which no partition cuts."""

import socket


class RedisError(Exception):
    """It refused, or did not answer."""


def ask(path, user, password, *command, seconds=5):
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(seconds)
            connection.connect(str(path))
            connection.sendall(encode("AUTH", user, password) + encode(*command))
            with connection.makefile("rb") as answers:
                for answer in (read(answers), read(answers)):
                    if isinstance(answer, RedisError):
                        raise answer
                return answer
    except OSError as error:
        raise RedisError(f"{path}: {error}") from error


def encode(*words):
    words = [str(word).encode() for word in words]
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def read(stream):
    """Text, a number, None, a list of these, or an error."""
    line = stream.readline()
    if not line.endswith(b"\r\n"):
        raise OSError("it hung up")
    kind, rest = line[:1], line[1:-2].decode()
    if kind == b"-":
        return RedisError(rest)
    if kind == b"+":
        return rest
    if kind == b":":
        return int(rest)
    if int(rest) < 0:
        return None
    if kind == b"*":
        return [read(stream) for _ in range(int(rest))]
    return stream.read(int(rest) + 2)[:-2].decode()


def pairs(answer):
    """A dictionary, which RESP 2 sends as a list."""
    return dict(zip(answer[::2], answer[1::2]))
