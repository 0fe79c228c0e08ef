"""What Schemathesis has to know beyond the description."""

import copy
import json

import schemathesis

LINES = "application/x-ndjson"
IMPORT = "/api/v1/greetings/import"


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """OpenAPI 3.1 knows a body of lines as a text only; here it is a list, so that every line is generated, too."""
    line = copy.deepcopy(raw_schema["components"]["schemas"]["NewGreeting"])
    line["required"] = ["id", "text"]
    line["properties"]["id"] = {"$ref": "#/components/schemas/NewId"}
    media = raw_schema["paths"][IMPORT]["post"]["requestBody"]["content"][LINES]
    media["schema"] = {"type": "array", "maxItems": 20, "items": line}
    media["example"] = [json.loads(each) for each in media["example"].splitlines()]


@schemathesis.serializer(LINES)
def lines(context, value):
    if not isinstance(value, list):
        return json.dumps(value).encode()
    return "".join(json.dumps(each) + "\n" for each in value).encode()
