"""What a program in a pty has drawn: the few orders that hotlens sends to a terminal, carried out.

    screen = Screen(terminal, 80, 24)
    screen.wait_for("[flame]")
    screen.press(b"j", "main  a.py")
    screen.rows[0], screen.marked()
"""

import fcntl
import re
import struct
import termios
import time
import unicodedata

from harness import TIMEOUT, expect

ORDER = re.compile(r"\x1b\[([<?]?)([0-9;]*)([A-Za-z])")


def width_of(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    def __init__(self, terminal, columns, rows):
        self.terminal = terminal
        self.done = 0  # bytes of the terminal's output that have been carried out
        self.pending = ""
        self.is_ours = False
        self.cleared = 0  # times
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.columns, self.height = columns, rows
        self.cells = [[(" ", False)] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.reverse = False
        fcntl.ioctl(self.terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def rows(self):
        return ["".join(text for text, _ in row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.rows)

    def marked(self):
        """What stands out, row by row."""
        rows = ("".join(text for text, reverse in row if reverse).strip(" ▕─┤") for row in self.cells)
        return [row for row in rows if row]

    def order(self, private, numbers, letter):
        values = [int(number or 0) for number in numbers.split(";")]
        if letter == "H":
            self.y = max(values[0], 1) - 1
            self.x = (values[1] if len(values) > 1 else 1) - 1
        elif letter == "K":
            if self.y < self.height:  # else of the size before
                self.cells[self.y][self.x:] = [(" ", False)] * (self.columns - self.x)
        elif letter == "J":
            first = self.y + 1 if values[0] == 0 else 0
            self.cleared += values[0] == 2
            if values[0] == 0:
                self.order("", "", "K")
            for y in range(first, self.height):
                self.cells[y] = [(" ", False)] * self.columns
        elif letter == "m":
            for value in values:
                self.reverse = value == 7 or (self.reverse and value not in (0, 27))
        elif private == "?" and numbers == "1049":
            self.is_ours = letter == "h"
        else:
            expect(private == "?" and letter in "hl", "an order that is known", (private, numbers, letter))

    def put(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self.y = min(self.y + 1, self.height - 1)
        elif self.y >= self.height:
            self.cells[-1][-1] = ("TOO LONG", False)
        elif width_of(character) == 0:
            row = self.cells[self.y]
            before, reverse = row[self.x - 1]
            row[self.x - 1] = (before + character, reverse)
        else:
            width = width_of(character)
            if self.x + width <= self.columns:
                self.cells[self.y][self.x] = (character, self.reverse)
                if width == 2:
                    self.cells[self.y][self.x + 1] = ("", self.reverse)
            else:
                self.cells[self.y][-1] = ("TOO LONG", False)
            self.x += width

    def carry_out(self):
        """Whatever has come, but for an order or a character that has not come whole."""
        data = self.terminal.output[self.done:]
        end = data.rfind(b"\x1b")
        if end >= 0 and not re.match(rb"\x1b\[[<?]?[0-9;]*[A-Za-z]", data[end:]):
            data = data[:end]
        text = data.decode(errors="ignore")
        self.done += len(text.encode()) if text.encode() == data[:len(text.encode())] else len(data)
        at = 0
        while at < len(text):
            order = ORDER.match(text, at)
            if order:
                self.order(*order.groups())
                at = order.end()
            else:
                self.put(text[at])
                at += 1

    def wait_until(self, condition, what):
        deadline = time.monotonic() + TIMEOUT
        while True:
            self.carry_out()
            if condition():
                return
            alive = self.terminal.read(0.1)
            expect(alive and time.monotonic() < deadline, f"never on the screen: {what!r}", self.text())

    def wait_for(self, text):
        self.wait_until(lambda: text in self.text(), text)

    def press(self, keys, *texts):
        """Sends keys; all texts have to be on the screen then."""
        self.terminal.send(keys)
        self.wait_until(lambda: all(text in self.text() for text in texts), texts)
