#!/usr/bin/env python3
"""Puts the viewer's modules into one script, and that with the style sheet into a C header.

    bundle.py script ENTRY             prints the script
    bundle.py header ENTRY STYLE       prints the header, with the hashes for a Content-Security-Policy
    bundle.py files ENTRY              prints which modules those are

The modules follow each other, each after those that it needs, in the scope of one function: names at the top of
modules must differ. Imports and exports must have the plain forms, under their own names. Both is checked.
Comment lines and indentation are left out; so no template literal may go over several lines.
"""

import base64
import hashlib
import pathlib
import re
import sys

IMPORT = re.compile(r"^import \{([^}]*)\} from '\./([\w.]+)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?function |class |const |let )", re.MULTILINE)
NAME = re.compile(r"^(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE)
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)


def fail(text):
    sys.exit(f"bundle.py: {text}")


def order(folder, name, done, open_):
    """Names of modules, each after those that it imports."""
    if name in done:
        return
    if name in open_:
        fail(f"{name} imports itself through {' '.join(open_)}")
    text = (folder / name).read_text(encoding="utf-8")
    for names, other in IMPORT.findall(text):
        if " as " in names:
            fail(f"{name} renames an import")
        order(folder, other, done, [*open_, name])
    done[name] = text


def plain(name, text):
    """A module without its imports and exports."""
    body = EXPORT.sub("", IMPORT.sub("", text))
    if re.search(r"^(import|export) ", body, re.MULTILINE):
        fail(f"{name} has another form of import or export")
    for number, line in enumerate(text.splitlines(), 1):
        if line.count("`") % 2:
            fail(f"{name}:{number}: a template literal over several lines")
    return body


def check_names(bodies):
    """Every name at the top of a module has one module."""
    owners = {}
    for module, body in bodies.items():
        for name in NAME.findall(body):
            if name in owners:
                fail(f"{owners[name]} and {module} both have a {name}")
            owners[name] = module


def stripped(body):
    lines = (line.strip() for line in COMMENT.sub("", body).splitlines())
    return "".join(line + "\n" for line in lines if line)


def modules_of(entry):
    modules = {}
    order(entry.parent, entry.name, modules, [])
    return modules


def script(entry):
    bodies = {name: plain(name, text) for name, text in modules_of(entry).items()}
    check_names(bodies)
    return "(() => {\n'use strict';\n" + "".join(map(stripped, bodies.values())) + "})();\n"


def array(name, text):
    """As numbers: a C string may be too long for the standard, an array is not."""
    data = text.encode("utf-8")
    rows = [", ".join(str(byte) for byte in data[i:i + 24]) for i in range(0, len(data), 24)]
    body = ",\n    ".join(rows)
    return f"static const unsigned char {name}[] = {{\n    {body},\n}};\n"


def source_hash(text):
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "script":
        sys.stdout.write(script(pathlib.Path(sys.argv[2])))
        return
    if len(sys.argv) == 3 and sys.argv[1] == "files":
        folder = pathlib.Path(sys.argv[2]).parent
        print("\n".join(str(folder / name) for name in modules_of(pathlib.Path(sys.argv[2]))))
        return
    if len(sys.argv) != 4 or sys.argv[1] != "header":
        sys.exit(__doc__)
    code = script(pathlib.Path(sys.argv[2]))
    style = pathlib.Path(sys.argv[3]).read_text(encoding="utf-8")
    if "</script" in code.lower() or "<!--" in code or "</style" in style.lower():
        fail("a tag in the script or the style")
    sys.stdout.write("/* Made by clients/viewer/bundle.py. */\n"
                     f'#define VIEWER_SCRIPT_HASH "{source_hash(code)}"\n'
                     f'#define VIEWER_STYLE_HASH "{source_hash(style)}"\n'
                     + array("VIEWER_SCRIPT", code) + array("VIEWER_STYLE", style))


if __name__ == "__main__":
    main()
