"""What changed since the last snapshot, on disk before anybody hears that it happened.

A journal is a file of JSON lines. A line goes to the kernel in one call before the answer to what
it tells leaves, so nothing that was acknowledged is lost when this process is killed. There is no
`fsync`: a crash of the machine itself may take the last lines along. Every snapshot is born with a
new journal, and lines tell how things are afterwards, so that a line which a snapshot knows
already does no harm.
"""

import errno
import json
import os
import threading

from ministack.core import persistence

# In front of every error that tells of a full disk; the deployer knows them by it.
REFUSAL = "The local target cannot keep this"

encode = json.JSONEncoder(separators=(",", ":"), default=persistence._json_default).encode


class CannotKeep(Exception):
    """The disk does not take what would have to be kept."""

    def __init__(self, error):
        super().__init__(f"{REFUSAL}: {error}")


class Journal:
    """The journal that is being written."""

    def __init__(self):
        # A thread that notes something may be ended by nothing but the end of the process.
        self.lock = threading.Lock()
        self.file = None
        self.size = 0
        # How often something could not be kept, and by what.
        self.refusals = 0
        self.refused_by = None

    def begin(self, path, port):
        """Goes on in a new file. The old one stays the one where that fails."""
        header = (encode({"port": port}) + "\n").encode()
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        except OSError as error:
            raise self.refuse(error) from error
        try:
            append(file, 0, header)
        except OSError as error:
            os.close(file)
            os.unlink(path)
            raise self.refuse(error) from error
        with self.lock:
            old, self.file, self.size = self.file, file, len(header)
        if old is not None:
            os.close(old)

    def write(self, records):
        """Adds lines, all of them or none.

        What a record tells of is encoded under the lock, so that of two changes of one thing the
        later line has the later state.
        """
        with self.lock:
            if self.file is None:
                return
            lines = "".join(encode(record) + "\n" for record in records).encode()
            try:
                append(self.file, self.size, lines)
            except OSError as error:
                raise self.refuse(error) from error
            self.size += len(lines)

    def refuse(self, error):
        """Notes that something cannot be kept and returns the error that says so."""
        self.refusals += 1
        self.refused_by = CannotKeep(error)
        return self.refused_by


def append(file, size, data):
    """Writes all or nothing: half a line in the middle would make others unreadable."""
    written = 0
    try:
        written = os.write(file, data)
        if written < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        if written:
            os.ftruncate(file, size)
        raise


def read(path, at_port):
    """Returns the lines of a journal that can be read and the numbers of those that cannot.

    A last line without its end is one that a kill cut short, and nobody was told of it. URLs carry
    the port that this process stands behind.
    """
    with open(path, "rb") as file:
        whole, _, _ = file.read().rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    records, damaged = [], []
    if lines:
        try:
            port = json.loads(lines[0])["port"]
        except (ValueError, KeyError, TypeError):
            port = at_port
            damaged.append(1)
        whole = move(b"\n".join(lines[1:]), port, at_port)
    for number, line in enumerate(whole.split(b"\n") if len(lines) > 1 else [], 2):
        try:
            record = json.loads(line)
            if not isinstance(record, list) or not record:
                raise ValueError("no record")
            records.append(record)
        except ValueError:
            damaged.append(number)
    return records, damaged


def move(data, old, new):
    """Replaces the port in every URL: queues are kept under theirs, and functions have some in
    their environment."""
    if old == new:
        return data
    before, after = (f"http://127.0.0.1:{port}".encode() for port in (old, new))
    pieces = data.split(before)
    moved = [pieces[0]]
    for piece in pieces[1:]:
        # Port 456 is not the beginning of port 4566.
        moved.append(before if piece[:1].isdigit() else after)
        moved.append(piece)
    return b"".join(moved)


journal = Journal()
