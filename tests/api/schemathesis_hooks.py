"""What Schemathesis has to know beyond the description."""

import copy
import json

import schemathesis

LINES = "application/x-ndjson"
GREETING, IMPORT = "/api/v1/greetings/{id}", "/api/v1/greetings/import"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Says what OpenAPI can't, so that more of what is generated gets past the first check."""
    schemas, paths = raw_schema["components"]["schemas"], raw_schema["paths"]

    # A body of lines is a text for OpenAPI 3.1; here it is a list, so that every line is generated, too.
    line = copy.deepcopy(schemas["NewGreeting"])
    line["required"] = ["id", "text"]
    line["properties"]["id"] = {"$ref": "#/components/schemas/NewId"}
    media = paths[IMPORT]["post"]["requestBody"]["content"][LINES]
    media["schema"] = {"type": "array", "maxItems": 20, "items": line}
    media["example"] = [json.loads(each) for each in media["example"].splitlines()]

    # The id of a body is that of the path, and no generated one would be. test_greetings.py sends others.
    for method, name in (("put", "NewGreeting"), ("patch", "GreetingPatch")):
        body = copy.deepcopy(schemas[name])
        del body["properties"]["id"]
        for media in paths[GREETING][method]["requestBody"]["content"].values():
            media["schema"] = body
            for example in media.get("examples", {}).values():
                example.get("value", {}).pop("id", None)
            media.get("examples", {}).pop("season", None)

    # The revision of an example is nobody's: "*" lets a write go on.
    del raw_schema["components"]["parameters"]["IfMatch"]["examples"]["revision"]


@schemathesis.serializer(LINES)
def lines(context, value):
    if not isinstance(value, list):
        return json.dumps(value).encode()
    return "".join(json.dumps(each) + "\n" for each in value).encode()
