"""Snapshots of the whole state, and how it is put together again when this process starts.

The folder holds `snapshot-N`, a file for each service with a list of their checksums, and
`journal-N` with what has changed since its birth. The snapshot before the last one stays with its
journal: where a file is damaged, the one before and the two journals tell the same. What is damaged
is set aside in `damaged`, where `losses.jsonl` says what it costs.
"""

import json
import logging
import os
import re
import shutil
import time
import zlib

import queues
import tables
from journal import encode, journal, move, read

from ministack.core import persistence

# Left alone as long as it holds evidence; whoever has read of it may delete it.
DAMAGED = "damaged"
LOSSES = "losses.jsonl"
MANIFEST = "manifest.json"

# What the journal tells of the states of these, and who applies it.
JOURNALED = {
    "sqs": (queues.replay, {"sent", "seen", "gone", "purged"}),
    "dynamodb": (tables.replay, {"write", "item", "items", "token"}),
}

# What a user calls what a service keeps.
CONTENTS = {
    "cloudformation": "the stacks",
    "cloudwatch_logs": "the logs",
    "dynamodb": "the tables with their items",
    "lambda": "the functions and event source mappings",
    "sqs": "the queues with their messages",
}

log = logging.getLogger("snapshots")


class Damage(Exception):
    """A file does not hold what was written."""


def path(kind, number):
    return os.path.join(persistence.STATE_DIR, f"{kind}-{number}")


def numbers(kind):
    """Returns the numbers of what there is of a kind, the newest first."""
    names = (re.fullmatch(rf"{kind}-(\d+)", name) for name in os.listdir(persistence.STATE_DIR))
    return sorted((int(name[1]) for name in names if name), reverse=True)


def write(number, port, states, still=lambda: True):
    """Writes a snapshot, as long as it is `still` wanted. It is there wholly or not at all."""
    folder = path("snapshot", number)
    unfinished = folder + ".new"
    shutil.rmtree(unfinished, ignore_errors=True)
    os.makedirs(unfinished)
    before = next(iter(numbers("snapshot")), None)
    files = {}
    known = known_files(before)
    for service in sorted(states.keys() | known.keys()):
        data = state_of(service, states)
        file = os.path.join(unfinished, service + ".json")
        if data is not None:
            with open(file, "wb") as target:
                target.write(data)
            files[service] = [len(data), zlib.crc32(data)]
        elif service in known:
            # A service that has nothing to say keeps what it said last.
            shutil.copyfile(os.path.join(path("snapshot", before), service + ".json"), file)
            files[service] = known[service]
    with open(os.path.join(unfinished, MANIFEST), "w") as target:
        json.dump({"port": port, "files": files}, target)
    if still():
        os.rename(unfinished, folder)
    return sum(size for size, _ in files.values())


def known_files(number):
    """Returns the files of a snapshot; where their list is damaged, whoever loaded them has them."""
    try:
        return {} if number is None else manifest(path("snapshot", number))["files"]
    except Damage:
        return {}


def state_of(service, states):
    try:
        state = states[service]() if service in states else None
        if state is None:
            return None
        version = persistence._state_format_version(service)
        return encode({"__ministack_format__": version, "payload": state}).encode()
    except Exception:
        log.exception("the state of %s cannot be told", service)
        return None


def remove_older(number):
    """Keeps a snapshot and the one before, each with what has changed since."""
    older = [other for other in numbers("snapshot") if other < number]
    first = older[0] if older else number
    for other in older[1:]:
        shutil.rmtree(path("snapshot", other), ignore_errors=True)
    for other in numbers("journal"):
        if other < first:
            os.unlink(path("journal", other))


def manifest(folder):
    try:
        with open(os.path.join(folder, MANIFEST)) as file:
            found = json.load(file)
        return {"port": int(found["port"]), "files": dict(found["files"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Damage("the list of its files cannot be read") from error


def listed(things):
    """Returns things as a text, the first of many by name."""
    shown = 5
    more = [f"{len(things) - shown} more"] if len(things) > shown + 1 else things[shown:]
    *first, last = things[:shown] + more
    return f"{', '.join(first)} and {last}" if first else last


class Loading:
    """Reads what there is; what cannot be read is set aside, with what it costs."""

    def __init__(self, port):
        self.port = port
        self.states = {}
        # From which journal on a service's state is not the latest any more.
        self.since = {}
        # What it costs, and of what.
        self.losses = {}
        self.set_aside_names = []

    def load(self):
        os.makedirs(persistence.STATE_DIR, exist_ok=True)
        snapshots = numbers("snapshot")
        services = {}
        for number in snapshots:
            folder = path("snapshot", number)
            try:
                found = manifest(folder)
            except Damage:
                # Every file speaks for itself then.
                names = (name for name in os.listdir(folder) if name.endswith(".json"))
                services_here = {n[:-5]: None for n in names if n != MANIFEST}
                found = {"port": self.port, "files": services_here}
                self.set_aside(folder, MANIFEST)
            services[number] = found
        for service in sorted({name for found in services.values() for name in found["files"]}):
            self.load_service(service, services)
        return self

    def load_service(self, service, snapshots):
        damaged = []
        for number, found in snapshots.items():
            if service not in found["files"]:
                continue
            folder = path("snapshot", number)
            try:
                self.states[service] = self.read(folder, service, found)
                self.since[service] = number
                break
            except Damage as damage:
                damaged.append(damage)
                self.set_aside(folder, service + ".json")
        if not damaged:
            return
        contents = CONTENTS.get(service)
        if service not in self.states:
            self.losses.setdefault(f"lost, for {damaged[0]}", []).append(contents or service)
        elif service in JOURNALED:
            told = "put together from the snapshot before and the journals; one made since then is missing"
            self.losses.setdefault(told, []).append(contents)
        else:
            told = "as the snapshot before knew them; what was changed since is lost"
            self.losses.setdefault(told, []).append(contents or service)

    def read(self, folder, service, found):
        file = os.path.join(folder, service + ".json")
        try:
            with open(file, "rb") as source:
                data = source.read()
        except OSError as error:
            raise Damage(f"{service}.json cannot be read: {error.strerror}") from error
        expected = found["files"][service]
        if expected is not None and expected != [len(data), zlib.crc32(data)]:
            raise Damage(f"{service}.json is not what was written")
        try:
            data = move(data, found["port"], self.port)
            state = json.loads(data, object_hook=persistence._json_object_hook)
            return state["payload"]
        except (ValueError, KeyError, TypeError) as error:
            raise Damage(f"{service}.json cannot be read") from error

    def replay(self):
        """Applies the journals to what was loaded. Returns whether there was anything."""
        records = {service: [] for service in JOURNALED}
        first = min((self.since.get(service, 0) for service in JOURNALED), default=0)
        for number in reversed(numbers("journal")):
            if number < first:
                continue
            found, damaged = read(path("journal", number), self.port)
            if damaged:
                self.set_aside("", f"journal-{number}", copy=True)
                count = f"{len(damaged)} of its lines" if len(damaged) > 1 else "one of its lines"
                told = f"lost, for {count} cannot be read; messages or items may be missing or old"
                self.losses[told] = ["what a journal told"]
            for service, (_, kinds) in JOURNALED.items():
                if number >= self.since.get(service, 0):
                    records[service] += [record for record in found if record[0] in kinds]
        strange = sum(replay(records[service]) for service, (replay, _) in JOURNALED.items())
        if strange:
            told = "lost, for no snapshot knows their queue or table"
            self.losses[told] = [f"{strange} changes of messages or items"]
        self.tell()
        return any(records.values())

    def set_aside(self, folder, name, copy=False):
        """Moves a damaged file away under a name that says where it was."""
        source = os.path.join(persistence.STATE_DIR, folder, name)
        target = os.path.join(persistence.STATE_DIR, DAMAGED)
        os.makedirs(target, exist_ok=True)
        prefix = os.path.basename(folder)
        kept = f"{int(time.time())}-{prefix}-{name}" if prefix else f"{int(time.time())}-{name}"
        try:
            (shutil.copyfile if copy else os.rename)(source, os.path.join(target, kept))
        except FileNotFoundError:
            return
        self.set_aside_names.append(kept)
        log.warning("%s is damaged and set aside as %s", source, kept)

    def tell(self):
        """Leaves word of what is lost for those who ask."""
        if not self.losses and not self.set_aside_names:
            return
        losses = [f"{listed(what)}: {told}" for told, what in self.losses.items()]
        losses = losses or ["nothing is lost"]
        target = os.path.join(persistence.STATE_DIR, DAMAGED)
        os.makedirs(target, exist_ok=True)
        with open(os.path.join(target, LOSSES), "a") as file:
            for loss in losses:
                file.write(encode({"at": int(time.time()), "loss": loss}) + "\n")


def next_number():
    return max(numbers("snapshot") + numbers("journal"), default=0) + 1
