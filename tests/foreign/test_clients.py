"""The same session with what pytest-lsp recorded of real clients: what each of them said in initialize
decides what it gets. pytest-lsp checks answers against lsprotocol's types, and the client's capabilities."""

import asyncio
import json
import os
import pathlib
import subprocess
import tempfile

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import (ClientServerConfig, LanguageClient, client_capabilities,
                        make_test_lsp_client)

CLIENTS = sorted(path.stem.replace("_v", "@v") for path in
                 (pathlib.Path(pytest_lsp.__file__).parent / "clients").glob("*.json"))
HOTLENS = os.environ["HOTLENS"]
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="hotlens-clients-")).resolve()
PROGRAM = """import sys

def hot(n):
    return sum(range(n))

def cold(n):
    return n

while True:
    hot(cold(9))
"""
PROFILE = """<module> ({0}:10);hot ({0}:4) 80
<module> ({0}:10);cold ({0}:7) 4
<module> ({0}:10) 16
"""
ENVIRONMENT = {"HOME": str(FOLDER), "HOTLENS_DB": str(FOLDER / "p.db"), "PATH": os.environ["PATH"],
               "XDG_STATE_HOME": str(FOLDER / "state"), "XDG_CACHE_HOME": str(FOLDER / "cache"),
               "XDG_DATA_HOME": str(FOLDER / "data"), "TZ": "UTC", "LANG": "C.UTF-8"}
FILE = FOLDER / "program.py"
WHOLE = types.Range(types.Position(0, 0), types.Position(99, 0))
DOCUMENT = types.TextDocumentIdentifier(FILE.as_uri())


def setup_module():
    FILE.write_text(PROGRAM)
    raw = FOLDER / "p.raw"
    raw.write_text(PROFILE.format(FILE))
    subprocess.run([HOTLENS, "import", "--rate", "100", str(raw)], check=True, env=ENVIRONMENT,
                   cwd=FOLDER)


def make_client():
    client = make_test_lsp_client()
    client.refreshed = []

    @client.feature(types.WORKSPACE_INLAY_HINT_REFRESH)
    def hints(_):
        client.refreshed.append("hints")

    @client.feature(types.WORKSPACE_CODE_LENS_REFRESH)
    def lenses(_):
        client.refreshed.append("lenses")

    return client


@pytest_lsp.fixture(params=CLIENTS, config=ClientServerConfig(
    server_command=[HOTLENS, "serve"], server_env=ENVIRONMENT, client_factory=make_client))
async def client(request, lsp_client: LanguageClient):
    file = pathlib.Path(pytest_lsp.__file__).parent / "clients" / f"{request.param.replace('@', '_')}.json"
    lsp_client.info = types.ClientInfo(**json.loads(file.read_text())["clientInfo"])
    lsp_client.result = await lsp_client.initialize_session(types.InitializeParams(
        capabilities=client_capabilities(request.param), client_info=lsp_client.info,
        root_uri=FOLDER.as_uri(),
        workspace_folders=[types.WorkspaceFolder(FOLDER.as_uri(), "box")]))
    lsp_client.text_document_did_open(types.DidOpenTextDocumentParams(
        types.TextDocumentItem(FILE.as_uri(), "python", 1, PROGRAM)))
    # On a busy machine the first answers come before the run is loaded; a refresh follows, if the client knows it.
    while (await lsp_client.protocol.send_request_async("hotlens/lines", {"uri": FILE.as_uri()})).state == "loading":
        await asyncio.sleep(0.02)
    yield
    await lsp_client.shutdown_session()


def said(client, path):
    """A member of the client's capabilities, or None."""
    value = client.capabilities
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


async def hints_of(client):
    found = await client.text_document_inlay_hint_async(types.InlayHintParams(DOCUMENT, WHOLE))
    return {hint.position.line: hint.label for hint in found}


async def lenses_of(client):
    return await client.text_document_code_lens_async(types.CodeLensParams(DOCUMENT))


@pytest.mark.asyncio
async def test_what_is_announced(client):
    announced = client.result.capabilities
    assert announced.position_encoding == types.PositionEncodingKind.Utf16
    is_old_neovim = client.info.name == "Neovim" and int(client.info.version.split(".")[1]) < 11
    # Its hover window breaks when two servers answer.
    assert bool(announced.hover_provider) != is_old_neovim
    assert announced.inlay_hint_provider and announced.code_lens_provider


@pytest.mark.asyncio
async def test_times_on_lines_and_functions(client):
    hints = await hints_of(client)
    assert hints[3] == "0.80 s · 80%"
    assert hints[9].startswith("1.00 s · 100%")
    lenses = await lenses_of(client)
    titles = {lens.range.start.line: lens.command.title for lens in lenses if lens.range.start.line}
    assert titles == {2: "0.80 s total (80%) · 0.80 s own", 5: "40 ms total (4%) · 40 ms own"}
    if said(client, "text_document.code_lens"):
        assert 2 not in hints and 5 not in hints
    else:
        # Who shows no lenses gets the same words as hints, on the line of the def.
        assert {line: hints[line] for line in titles} == titles


@pytest.mark.asyncio
async def test_hover(client):
    if not client.result.capabilities.hover_provider:
        pytest.skip("this client is not offered hovers")
    hover = await client.text_document_hover_async(types.HoverParams(DOCUMENT, types.Position(2, 5)))
    assert "**hot**" in hover.contents.value and "of 100 samples" in hover.contents.value


@pytest.mark.asyncio
async def test_actions(client):
    context = types.CodeActionContext(diagnostics=[])
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(DOCUMENT, types.Range(types.Position(3, 0), types.Position(3, 0)), context))
    titles = [action.title for action in actions]
    assert {"Hotlens: Profile File (py-spy)", "Hotlens: Focus on hot()", "Hotlens: Doctor"} <= set(titles)
    # lsprotocol reads an action that has a command as a bare command, so only titles can be looked at.


@pytest.mark.asyncio
async def test_focus_by_command(client):
    announced = "hotlens.focus"
    await client.workspace_execute_command_async(types.ExecuteCommandParams(announced, [{"function": "hot"}]))
    for _ in range(600):
        hints = await hints_of(client)
        if hints.get(3) == "0.80 s · 100%":
            break
    assert hints[3] == "0.80 s · 100%" and 6 not in hints
    await client.workspace_execute_command_async(types.ExecuteCommandParams("hotlens.clearFocus"))


@pytest.mark.asyncio
async def test_edits(client):
    before = await hints_of(client)
    client.text_document_did_change(types.DidChangeTextDocumentParams(
        types.VersionedTextDocumentIdentifier(2, FILE.as_uri()),
        [types.TextDocumentContentChangePartial(types.Range(types.Position(0, 0), types.Position(0, 0)), "# 😀\n")]))
    after = await hints_of(client)
    assert after == {line + 1: label for line, label in before.items()}


@pytest.mark.asyncio
async def test_configuration(client):
    settings = {"inlayHints": {"enabled": False}}
    client.set_configuration({"hotlens": settings})
    asked = said(client, "workspace.configuration")
    client.workspace_did_change_configuration(types.DidChangeConfigurationParams(
        settings=None if asked else {"hotlens": settings}))
    for _ in range(600):
        if not await hints_of(client):
            break
    assert await hints_of(client) == {}


@pytest.mark.asyncio
async def test_refreshes_only_where_they_are_understood(client):
    can = {kind for kind, path in (("hints", "workspace.inlay_hint.refresh_support"),
                                   ("lenses", "workspace.code_lens.refresh_support"))
           if said(client, path) and (kind == "hints" or said(client, "text_document.code_lens"))}
    assert set(client.refreshed) <= can
    await client.workspace_execute_command_async(types.ExecuteCommandParams("hotlens.toggleHints"))
    for _ in range(600):
        await lenses_of(client)
        if set(client.refreshed) == can:
            break
    assert set(client.refreshed) == can


@pytest.mark.asyncio
async def test_doctor_is_shown_where_documents_can_be(client):
    messages = len(client.messages)
    await client.workspace_execute_command_async(types.ExecuteCommandParams("hotlens.doctor"))
    can = said(client, "window.show_document.support")
    for _ in range(20000):
        await lenses_of(client)
        if client.shown_documents or len(client.messages) > messages:
            break
    assert bool(client.shown_documents) == bool(can)
    if not can:
        assert "doctor.txt" in client.messages[-1].message
