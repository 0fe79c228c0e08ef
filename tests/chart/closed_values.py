"""What every value of a chart may be, from its schema and its defaults."""

import json

import yaml
from rendering import faults, refusal


def dotted(path):
    return ".".join(path)


def put(values, path, value):
    for key in path[:-1]:
        values = values.setdefault(key, {})
    values[path[-1]] = value


class Values:
    """Of `chart`; `open_paths` are those whose keys are somebody else's, `base()` gives values that render."""

    def __init__(self, chart, open_paths, base):
        self.chart, self.open, self.base = chart, open_paths, base
        self.schema = json.loads((chart / "values.schema.json").read_text(encoding="utf-8"))
        self.defaults = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
        self.nodes = dict(self._walk(self.schema, ()))
        self.closed = [path for path, node in self.nodes.items() if "properties" in node]
        self.leaves = [path for path, node in self.nodes.items()
                       if path and "properties" not in node and dotted(path) not in open_paths]

    def _resolve(self, node):
        """A schema with its references followed."""
        if "$ref" in node:
            part, name = node["$ref"].removeprefix("#/").split("/")
            return self._resolve(self.schema[part][name])
        for part in node.get("allOf", []):
            node = {**self._resolve(part), **node}
        return node

    def _walk(self, node, path):
        """Yields (path, schema) of every value there can be."""
        node = self._resolve(node)
        yield path, node
        for key, child in node.get("properties", {}).items():
            yield from self._walk(child, (*path, key))

    def defaulted(self, node=None, path=()):
        """Yields the path of every value that has a default, down to where the schema is open."""
        if path:
            yield path
        node = self.defaults if node is None else node
        if isinstance(node, dict) and dotted(path) not in self.open:
            for key, child in node.items():
                yield from self.defaulted(child, (*path, key))

    def wrong(self, path):
        """A value of a type that does not fit."""
        kinds = self.nodes[path].get("type"), self.nodes[path].get("enum")
        return 7 if kinds[0] in ("string", "boolean", "array") or kinds[1] else "wrong"

    def refused(self, changes):
        """The faults that Helm finds in values with these changes."""
        values = self.base()
        for path, value in changes:
            put(values, path, value)
        return list(faults(refusal(values=values, chart=self.chart)))
