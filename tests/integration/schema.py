"""A validator for the JSON Schemas of docs/schema: the part of draft 2020-12 that they use, and an error
for any word that is not known here, so that nothing is passed over.

Stricter than the standard in one thing: a member that an object's schema does not name is a problem, so
that the schemas cannot fall behind the server. Their readers outside stay free to ignore new members.
"""

import json
import pathlib
import re

NOTES = {"$schema", "$defs", "$comment", "title", "description", "default", "then"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def has_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def equal(a, b):
    """JSON's equality, in which true is not 1."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


class Schemas:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = {}

    def load(self, path):
        path = path.resolve()
        if path not in self.files:
            self.files[path] = json.loads(path.read_text())
        return self.files[path]

    def resolve(self, reference, base):
        """(schema, the file it is in)"""
        name, _, pointer = reference.partition("#")
        path = (base.parent / name).resolve() if name else base
        schema = self.load(path)
        for part in pointer.split("/")[1:]:
            schema = schema[part.replace("~1", "/").replace("~0", "~")]
        return schema, path

    def problems(self, value, reference):
        """What is wrong with a value, as "place: reason", by a reference such as
        "requests/runs.json#/properties/params"."""
        schema, base = self.resolve(reference, self.folder / "root")
        return list(self.check(value, schema, base, "$"))

    def check(self, value, schema, base, at):
        if isinstance(schema, bool):
            if not schema:
                yield f"{at}: nothing is allowed here"
            return
        for word, argument in schema.items():
            if word not in NOTES:
                method = getattr(self, "check_" + word.strip("$"), None)
                assert method, f"{base.name}: {word!r} is not known to tests/integration/schema.py"
                yield from method(value, argument, schema, base, at)
        if isinstance(value, dict) and "properties" in schema and "additionalProperties" not in schema:
            for name in value:
                if name not in schema["properties"]:
                    yield f"{at}.{name}: not in {base.name}"

    def check_ref(self, value, reference, schema, base, at):
        yield from self.check(value, *self.resolve(reference, base), at)

    def check_type(self, value, names, schema, base, at):
        names = [names] if isinstance(names, str) else names
        if not any(has_type(value, name) for name in names):
            yield f"{at}: {' or '.join(names)} is expected, not {json.dumps(value)[:80]}"

    def check_const(self, value, constant, schema, base, at):
        if not equal(value, constant):
            yield f"{at}: {json.dumps(constant)} is expected, not {json.dumps(value)[:80]}"

    def check_enum(self, value, values, schema, base, at):
        if not any(equal(value, item) for item in values):
            yield f"{at}: one of {json.dumps(values)} is expected, not {json.dumps(value)[:80]}"

    def check_required(self, value, names, schema, base, at):
        for name in names if isinstance(value, dict) else ():
            if name not in value:
                yield f"{at}.{name}: is missing"

    def check_properties(self, value, properties, schema, base, at):
        for name, inner in properties.items() if isinstance(value, dict) else ():
            if name in value:
                yield from self.check(value[name], inner, base, f"{at}.{name}")

    def check_additionalProperties(self, value, inner, schema, base, at):
        for name in value if isinstance(value, dict) else ():
            if name not in schema.get("properties", {}):
                yield from self.check(value[name], inner, base, f"{at}.{name}")

    def check_propertyNames(self, value, inner, schema, base, at):
        for name in value if isinstance(value, dict) else ():
            yield from self.check(name, inner, base, f"{at} (a name)")

    def check_items(self, value, inner, schema, base, at):
        first = len(schema.get("prefixItems", ()))
        for index, item in enumerate(value if isinstance(value, list) else ()):
            if index >= first:
                yield from self.check(item, inner, base, f"{at}[{index}]")

    def check_prefixItems(self, value, schemas, schema, base, at):
        for index, (item, inner) in enumerate(zip(value if isinstance(value, list) else (), schemas)):
            yield from self.check(item, inner, base, f"{at}[{index}]")

    def check_anyOf(self, value, schemas, schema, base, at):
        found = [list(self.check(value, inner, base, at)) for inner in schemas]
        if all(found):
            # The reason of the alternative that went deepest is the one that helps.
            yield max((problem for problems in found for problem in problems),
                      key=lambda text: text.partition(":")[0].count("."))

    def check_if(self, value, condition, schema, base, at):
        # A member that a condition does not name decides nothing.
        inner = {"additionalProperties": True, **condition}
        if not list(self.check(value, inner, base, at)):
            yield from self.check(value, {**schema["then"], "additionalProperties": True}, base, at)

    def check_minimum(self, value, least, schema, base, at):
        if has_type(value, "number") and value < least:
            yield f"{at}: {value} is below {least}"

    def check_maximum(self, value, most, schema, base, at):
        if has_type(value, "number") and value > most:
            yield f"{at}: {value} is above {most}"

    def check_exclusiveMinimum(self, value, least, schema, base, at):
        if has_type(value, "number") and value <= least:
            yield f"{at}: {value} is not above {least}"

    def check_minLength(self, value, least, schema, base, at):
        if isinstance(value, str) and len(value) < least:
            yield f"{at}: at least {least} characters are expected"

    def check_minItems(self, value, least, schema, base, at):
        if isinstance(value, list) and len(value) < least:
            yield f"{at}: at least {least} items are expected"

    def check_maxItems(self, value, most, schema, base, at):
        if isinstance(value, list) and len(value) > most:
            yield f"{at}: at most {most} items are expected"

    def check_pattern(self, value, pattern, schema, base, at):
        if isinstance(value, str) and not re.search(pattern, value):
            yield f"{at}: {value[:80]!r} does not match {pattern}"
