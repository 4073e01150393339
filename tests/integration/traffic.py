"""Checks every message between a client and the server: JSON-RPC's form, LSP's own types (lsp_types.py), the
schemas of docs/schema, and what only a conversation shows: answers to what was asked, nothing that the
client did not say it has, progress in its order.

Both methods return problems as texts. A client's message may be wrong on purpose; a server's never.
"""

import lsp_types
from harness import SOURCE
from schema import Schemas, has_type

SCHEMAS = Schemas(SOURCE / "docs" / "schema")

# What the server may only send to clients that have it: method → place in the params of initialize.
NEEDED = {
    "window/workDoneProgress/create": "capabilities.window.workDoneProgress",
    "window/showDocument": "capabilities.window.showDocument.support",
    "workspace/configuration": "capabilities.workspace.configuration",
    "workspace/inlayHint/refresh": "capabilities.workspace.inlayHint.refreshSupport",
    "workspace/codeLens/refresh": "capabilities.workspace.codeLens.refreshSupport",
    "hotlens/didChange": "initializationOptions.hotlens.ui",
    "hotlens/recording": "initializationOptions.hotlens.ui",
    "hotlens/output": "initializationOptions.hotlens.ui",
    "hotlens/runInTerminal": "initializationOptions.hotlens.terminal",
    "hotlens/showFlamegraph": "initializationOptions.hotlens.flameGraph",
}
# Specification, "initialize": all that may come before its answer.
EARLY = {"window/logMessage", "window/showMessage", "window/showMessageRequest", "telemetry/event"}


def find(value, path):
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def schema_file(method, is_request):
    name = method.partition("/")[2]
    return f"{'requests' if is_request else 'notifications'}/{name}.json"


def has_schema(reference):
    return (SCHEMAS.folder / reference).is_file()


def form(message):
    """JSON-RPC 2.0."""
    if not isinstance(message, dict):
        yield "no object"
        return
    if message.get("jsonrpc") != "2.0":
        yield "jsonrpc: \"2.0\" is expected"
    allowed = {"jsonrpc", "id", "method", "params"} if "method" in message else \
        {"jsonrpc", "id", "result", "error"}
    yield from (f"{name}: not in a message" for name in message if name not in allowed)
    if "method" not in message and ("result" in message) == ("error" in message):
        yield "one of method, result and error is expected"
    if "method" in message and not isinstance(message["method"], str):
        yield "method: a string is expected"
    if "id" in message:
        null_allowed = "error" in message
        identifier = message["id"]
        if not (has_type(identifier, "integer") or isinstance(identifier, str)
                or (null_allowed and identifier is None)):
            yield f"id: an integer or a string is expected, not {identifier!r}"
    error = message.get("error")
    if "error" in message and not (isinstance(error, dict) and has_type(error.get("code"), "integer")
                                   and isinstance(error.get("message"), str)
                                   and set(error) <= {"code", "message", "data"}):
        yield f"error: not a code and a message: {error}"


def check_settings(settings, at):
    if isinstance(settings, dict):
        # As some editors name them in full: {"hotlens.rate": 100}.
        settings = {name.removeprefix("hotlens."): value for name, value in settings.items()}
    if isinstance(settings, dict) and "hotlens" not in settings:
        problems = SCHEMAS.problems(settings, "settings.json")
    else:
        problems = SCHEMAS.problems(settings, "initializationOptions.json")
    return [problem.replace("$", at, 1) for problem in problems]


def check_command(command, arguments, at):
    name = command.partition(".")[2]
    reference = f"commands/{name}.json"
    if not command.startswith("hotlens."):
        return []  # somebody else's
    if not has_schema(reference):
        return [f"{at}: docs/schema has no {reference}"]
    problems = SCHEMAS.problems(arguments, reference + "#/properties/arguments")
    return [problem.replace("$", f"{at}: arguments", 1) for problem in problems]


def commands_in(method, result):
    """Command objects in lenses and actions."""
    for item in result if isinstance(result, list) else ():
        command = item.get("command") if isinstance(item, dict) else None
        if method == "textDocument/codeAction" and isinstance(command, str):
            yield item
        elif isinstance(command, dict):
            yield command


class Traffic:
    def __init__(self):
        self.sent = {}          # requests of the client that are open: id → method
        self.asked = {}         # requests of the server
        self.client = {}        # params of initialize
        self.commands = None    # those that the server announced
        self.initialized = False
        self.progress = {}      # token → "created", "begun", "ended"

    # What the client sends

    def from_client(self, message):
        problems = list(form(message))
        if not problems:
            problems += self._answer_of_client(message) if "method" not in message else \
                self._call_of_client(message)
        elif isinstance(message, dict) and message.get("id") is not None:
            self.sent[message["id"]] = "?"  # will be refused by this id
        return problems

    def _answer_of_client(self, message):
        method = self.asked.pop(message["id"], None)
        if method is None:
            return ["the answer to nothing"]
        return self._result(method, message["result"]) if "result" in message else []

    def _call_of_client(self, message):
        method = message["method"]
        if "id" in message:
            self.sent[message["id"]] = method
        if method == "initialize" and not self.client and isinstance(message.get("params"), dict):
            self.client = message["params"]
        problems = self._call(message, lsp_types.available and lsp_types.from_client)
        params = message.get("params")
        if not problems and method == "initialize":
            problems += check_settings(find(params, "initializationOptions"), "initializationOptions")
        if not problems and method == "workspace/didChangeConfiguration":
            problems += check_settings(find(params, "settings"), "settings")
        if not problems and isinstance(find(params, "command"), str):
            problems += check_command(params["command"], params.get("arguments", []), method)
        return problems

    # What the server sends

    def from_server(self, message):
        problems = list(form(message))
        if not problems:
            problems += self._answer_of_server(message) if "method" not in message else \
                self._call_of_server(message)
        return problems

    def _answer_of_server(self, message):
        if message["id"] is None:
            return []  # to what had no id that could be read
        if message["id"] not in self.sent:
            return ["the answer to nothing"]
        method = self.sent.pop(message["id"])
        if "error" in message:
            return []
        if method == "initialize":
            self.initialized = True
            provider = find(message["result"], "capabilities.executeCommandProvider")
            self.commands = set(provider["commands"]) if provider else set()
        problems = self._result(method, message["result"])
        for command in commands_in(method, message["result"]):
            problems += check_command(command["command"], command.get("arguments", []), method)
            if command["command"] not in self.commands:
                problems.append(f"{command['command']}: was not announced")
        return problems

    def _call_of_server(self, message):
        method = message["method"]
        if "id" in message:
            if message["id"] in self.asked:
                return [f"id {message['id']}: is used already"]
            self.asked[message["id"]] = method
        problems = self._call(message, lsp_types.available and lsp_types.from_server)
        if not self.initialized and method not in EARLY:
            problems.append("before the answer to initialize")
        if method in NEEDED and not find(self.client, NEEDED[method]):
            problems.append(f"the client has no {NEEDED[method]}")
        if not problems and method == "window/workDoneProgress/create":
            self.progress[message["params"]["token"]] = "created"
        if not problems and method == "$/progress":
            problems += self._step(**message["params"])
        return problems

    def _step(self, token, value):
        before = {"begin": ("created",), "report": ("begun",), "end": ("begun",)}[value["kind"]]
        known = self.progress.get(token, "created")  # one of the client's own begins at once
        self.progress[token] = "ended" if value["kind"] == "end" else "begun"
        return [] if known in before else [f"progress {token}: {value['kind']}, but it was {known}"]

    # Both

    def _call(self, message, direction):
        method, is_request = message["method"], "id" in message
        if method.startswith("hotlens/"):
            reference = schema_file(method, is_request)
            if not has_schema(reference):
                return [f"docs/schema has no {reference}"]
            # Absent params are the same as none of them.
            return SCHEMAS.problems(message.get("params", {}), reference + "#/properties/params")
        if not lsp_types.available:
            return []
        if not lsp_types.knows(method):
            return [] if method.startswith("$/") else ["not in the specification"]
        if not direction(method):
            return ["the other side sends this"]
        if lsp_types.is_request(method) != is_request:
            return ["is a notification" if is_request else "is a request: there is no id"]
        return list(lsp_types.check_call(message))

    @staticmethod
    def _result(method, result):
        if method.startswith("hotlens/"):
            return SCHEMAS.problems(result, schema_file(method, True) + "#/properties/result")
        if lsp_types.available and lsp_types.knows(method):
            return list(lsp_types.check_result(method, result))
        return []
