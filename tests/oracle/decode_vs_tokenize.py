"""Decoding against tokenize.open: what CPython reads must come out the same, line ends aside.

usage: decode_vs_tokenize.py TOOL
"""
import os
import sys
import tempfile
import tokenize

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import python_tool  # noqa: E402

TEXTS = {
    "latin": "x = 'caf\xe9'\n",
    "euro": "x = '\u20ac \u201cq\u201d'\n",
    "japanese": "x = '\u30c6\u30b9\u30c8 \u8868\\\\'\n",
    "russian": "x = '\u043f\u0440\u0438\u0432\u0435\u0442'\n",
    "chinese": "x = '\u4f60\u597d'\n",
    "korean": "x = '\uc548\ub155'\n",
    "ascii": "x = 1\r\ny = 2\r\n",
}
ENCODINGS = ("utf-8 UTF8 utf_8 utf-8-unix u8 utf-8-sig latin-1 Latin1 iso-8859-1 iso8859-1 iso-latin-1-unix"
             " l1 cp1252 windows-1252 1252 iso-8859-15 iso-8859-2 euc-jp eucjp ujis shift_jis sjis"
             " shift-jis cp932 ms-kanji iso-2022-jp koi8-r koi8_u cp1251 windows-1251 cp866 mac-roman"
             " gb2312 gbk gb18030 big5 euc-kr cp949 ascii us-ascii tis-620 cp437 cp850").split()
COOKIES = ("# -*- coding: {} -*-\n", "#!/usr/bin/env python\n# vim: set fileencoding={} :\n",
           "\n \t# coding={}\n", "x = 1\n# coding: {}\n")


def read(path):
    """What tokenize.open makes of the file, or None when it refuses."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (SyntaxError, UnicodeError):
        return None


def cases():
    for encoding in ENCODINGS:
        codec = encoding.replace("iso-latin-1", "latin-1").replace("-unix", "")
        for cookie in COOKIES:
            for name, text in TEXTS.items():
                if codec == "big5" and name in ("japanese", "russian"):
                    continue  # glibc has the letters that ETEN added in the private use area
                try:
                    yield (cookie.format(encoding) + text).encode(codec)
                except UnicodeError:
                    continue
    for cookie in COOKIES:
        for byte in range(128, 256):
            for encoding in ("utf-8", "cp1252", "koi8-r", "iso-8859-15"):
                yield cookie.format(encoding).encode() + b"x = '" + bytes([byte]) + b"'\n"
        yield b"\xef\xbb\xbf" + cookie.format("latin-1").encode()
        yield b"\xef\xbb\xbf" + cookie.format("utf-8").encode()
    yield b""
    yield b"# coding: latin-1"
    yield b"# coding: no-such-encoding\n"


def main():
    tool = sys.argv[1]
    inputs = list(cases())
    output = python_tool.ask(tool, "decode", [b"%d\n%s" % (len(data), data) for data in inputs])
    wrong, accepted = [], 0
    at = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.py")
        for data in inputs:
            end = output.index(b"\n", at)
            result, length, encoding = output[at:end].split(b" ")
            text = output[end + 1:end + 1 + int(length)]
            at = end + 2 + int(length)
            with open(path, "wb") as file:
                file.write(data)
            wanted = read(path)
            got = text.decode().replace("\r\n", "\n") if result == b"0" else None
            accepted += wanted is not None
            if wanted is not None and got != wanted or wanted is None and got is not None:
                wrong.append(f"{data!r}: {got!r} ({encoding.decode()}) instead of {wanted!r}")
    python_tool.tap([(accepted > 500 and not wrong, "bytes are decoded as tokenize.open does",
                      [f"{len(inputs)} files, {accepted} accepted, {len(wrong)} differ"] + wrong[:20])])


main()
