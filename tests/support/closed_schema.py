"""How the definitions of custom objects are checked against."""


def closed(node):
    """Kubernetes drops what a definition does not know without a word; here it is a fault."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {key: closed(item) for key, item in node.items()}
    if isinstance(node.get("properties"), dict) and not node.get("x-kubernetes-preserve-unknown-fields"):
        node.setdefault("additionalProperties", False)
    return node
