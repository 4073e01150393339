"""Checks values against LSP's own types: those that the package `lsprotocol` generates from the meta model
of the specification. It is looked for in $HOTLENS_LSP_TYPES or build/lsp-types (scripts/test installs it
there) and on Python's path; without it `available` is False.

lsprotocol's converters read as much as they can; here the types are taken at their word: unknown members,
missing ones, null where it is not allowed and numbers out of range are problems.
"""

import collections.abc
import enum
import os
import pathlib
import sys
import typing

_folder = (os.environ.get("HOTLENS_LSP_TYPES")
           or pathlib.Path(__file__).resolve().parents[2] / "build" / "lsp-types")
if pathlib.Path(_folder).is_dir():
    sys.path.append(str(_folder))
try:
    import attrs
    from lsprotocol import types
    available = True
except ImportError:
    available = False

# The specification lets both sides add what it does not know: there any JSON is right.
ANY = {"LSPObject"}


def camel(name):
    """The member's name in JSON."""
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)


def hints_of(cls, cache={}):
    if cls not in cache:
        cache[cls] = typing.get_type_hints(cls, vars(types))
    return cache[cls]


def members(cls, cache={}):
    """{name in JSON: (type, required, may be null, attribute)}"""
    if cls not in cache:
        found = {}
        for field in attrs.fields(cls):
            optional = field.default is not attrs.NOTHING
            kind = hints_of(cls)[field.name]
            # Without a default, None in the type means null; with one it means that it may be absent.
            nullable = (not optional or types.is_special_property(cls, field.name)
                        or typing.Any in typing.get_args(kind))
            found[camel(field.name)] = (kind, not optional, nullable, field)
        cache[cls] = found
    return cache[cls]


def check_object(value, cls, at):
    if not isinstance(value, dict):
        yield f"{at}: {cls.__name__} is expected, not {value!r:.80}"
        return
    known = members(cls)
    for name, (kind, required, nullable, field) in known.items():
        if name not in value:
            if required:
                yield f"{at}.{name}: is missing ({cls.__name__})"
        elif value[name] is None and not nullable:
            yield f"{at}.{name}: null is not allowed ({cls.__name__})"
        else:
            yield from check(value[name], kind, f"{at}.{name}")
            yield from check_validator(value[name], field, f"{at}.{name}")
    for name in value:
        if name not in known:
            yield f"{at}.{name}: not in {cls.__name__}"


def check_validator(value, field, at):
    """Ranges of numbers, which Python's types do not have."""
    if isinstance(value, int) and "uinteger" in repr(field.validator) and not 0 <= value < 1 << 31:
        yield f"{at}: {value} is no unsigned integer"


def check_enum(value, cls, at):
    # Kinds that the specification leaves open ("source.hotlens.profile") have any string.
    open_ended = {"CodeActionKind", "FoldingRangeKind", "LanguageKind", "SemanticTokenTypes",
                  "SemanticTokenModifiers", "PositionEncodingKind", "LSPErrorCodes"}
    if cls.__name__ in open_ended and isinstance(value, str):
        return
    if isinstance(value, bool) or value not in [item.value for item in cls]:
        yield f"{at}: {value!r:.80} is no {cls.__name__}"


def check_union(value, kinds, at):
    kinds = [kind for kind in kinds if kind is not type(None)] if value is not None else kinds
    found = [list(check(value, kind, at)) for kind in kinds]
    if len(found) == 1:
        yield from found[0]
    elif all(found):
        yield max((problem for problems in found for problem in problems),
                  key=lambda text: text.partition(":")[0].count("."))


def check(value, kind, at):
    """What is wrong with a value of a type, as "place: reason"."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (typing.Any, object) or getattr(kind, "__name__", "") in ANY:
        return
    if origin is typing.Union:
        yield from check_union(value, arguments, at)
    elif origin is typing.Literal:
        if value not in arguments:
            yield f"{at}: one of {arguments} is expected, not {value!r:.80}"
    elif origin in (collections.abc.Sequence, list):
        if not isinstance(value, list):
            yield f"{at}: an array is expected, not {value!r:.80}"
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from check(item, arguments[0], f"{at}[{index}]")
    elif origin is tuple:
        for index, (item, inner) in enumerate(zip(value, arguments)):
            yield from check(item, inner, f"{at}[{index}]")
    elif origin in (collections.abc.Mapping, dict):
        if not isinstance(value, dict):
            yield f"{at}: an object is expected, not {value!r:.80}"
        for name, item in value.items() if isinstance(value, dict) else ():
            yield from check(item, arguments[1], f"{at}.{name}")
    elif isinstance(kind, type) and issubclass(kind, enum.Enum):
        yield from check_enum(value, kind, at)
    elif attrs.has(kind):
        yield from check_object(value, kind, at)
    elif kind is float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            yield f"{at}: a number is expected, not {value!r:.80}"
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{at}: {kind.__name__} is expected, not {value!r:.80}"


def knows(method):
    return method in types.METHOD_TO_TYPES


def is_request(method):
    return types.METHOD_TO_TYPES[method][1] is not None


def from_client(method):
    """Whether the specification lets a client send it; both may send $/…."""
    return types.message_direction(method) in ("clientToServer", "both")


def from_server(method):
    return types.message_direction(method) in ("serverToClient", "both")


def _check_message(message, cls):
    """An envelope, whose own members may also be null."""
    kind, required, _, _ = members(cls).get("params", (None, False, False, None))
    if kind is None or (message.get("params") is None and not required):
        return
    if kind is not None and "params" not in message:
        yield "params: is missing"
    else:
        yield from check(message["params"], kind, "params")


def check_call(message):
    """A request or notification."""
    yield from _check_message(message, types.METHOD_TO_TYPES[message["method"]][0])


def check_result(method, result):
    cls = types.METHOD_TO_TYPES[method][1]
    if "result" in members(cls):
        yield from check(result, hints_of(cls)["result"], "result")
