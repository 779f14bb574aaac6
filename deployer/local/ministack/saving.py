"""When a snapshot is made, and by whom: a child, born with the state as it is, writes it."""

import asyncio
import copy
import gc
import logging
import os
import signal
import sys
import threading
import time
import warnings

import snapshots
from journal import CannotKeep, journal

from ministack import app as ministack
from ministack.services import cloudwatch, cloudwatch_logs, dynamodb, lambda_svc, sqs

# How often it is looked whether a snapshot is due.
LOOK_EVERY = 5
# What no journal tells, such as a line of a log, may be lost by a kill when it is younger.
OLDEST = 30
# A snapshot costs as much as the state is large: it waits until the journal has grown by as much.
SMALLEST_JOURNAL = 4 * 1024 * 1024

log = logging.getLogger("saving")


def hash_code_once():
    """A save hashes only the code that is new: else each stands still for all versions of all functions."""
    write, get_state = lambda_svc._write_code_blob, lambda_svc.get_state
    known, used = {}, {}

    def write_once(code):
        # Holding the code keeps its identity from being another's; bytes do not change.
        entry = used.get(id(code)) or known.get(id(code)) or (code, write(code))
        used[id(code)] = entry
        return entry[1]

    def state_with_known_code():
        nonlocal known, used
        used = {}
        state = get_state()
        # What is not used any more was removed from the disk.
        known = used
        return state

    lambda_svc._write_code_blob = write_once
    lambda_svc.get_state = state_with_known_code


def save_without_copies():
    """What a save writes at once needs no copy: those of the services that grow took most of its time."""
    copying = threading.local()

    class Copy:
        def __getattr__(self, name):
            return getattr(copy, name)

        @staticmethod
        def deepcopy(value, *rest):
            # Only for who saves: everybody else changes what was copied.
            return value if getattr(copying, "saves", False) else copy.deepcopy(value, *rest)

    def wrap(service):
        get_state = service.get_state

        def get_state_as_it_is():
            copying.saves = True
            try:
                return get_state()
            finally:
                copying.saves = False

        service.copy, service.get_state = Copy(), get_state_as_it_is

    for service in (cloudwatch, cloudwatch_logs, dynamodb, sqs):
        wrap(service)


class Saver:
    """Makes snapshots, one at a time. All but `last` is for the loop alone."""

    # A child that waits for a lock which nobody holds in it never ends by itself.
    LONGEST = 60

    def __init__(self, port):
        self.port = port
        self.child = None
        self.number = None
        self.current = None
        self.following = None
        # Whether something has changed that no journal tells.
        self.changed = False
        self.saved_at = time.monotonic()
        self.size = 0

    async def save(self):
        """Returns once a snapshot is there that was born after this call. Many callers share one."""
        if self.following is None:
            self.following = asyncio.ensure_future(self.follow(self.current))
        await asyncio.shield(self.following)

    async def follow(self, before):
        if before is not None:
            await asyncio.wait([before])
        self.current, self.following = self.following, None
        await self.save_now()

    async def save_regularly(self):
        while True:
            await asyncio.sleep(LOOK_EVERY)
            grown = journal.size > max(SMALLEST_JOURNAL, self.size)
            old = time.monotonic() - self.saved_at > OLDEST
            if grown or journal.refused_by or (old and self.changed):
                try:
                    await self.save()
                except CannotKeep as error:
                    log.warning("%s", error)

    async def save_now(self):
        self.begin()
        if sys.platform != "linux" or not await self.child_wrote():
            self.write_here()
        self.end_well()

    def begin(self):
        """Goes on in the journal of a new snapshot."""
        number = snapshots.next_number()
        journal.begin(snapshots.path("journal", number), self.port)
        self.number, self.changed = number, False

    def end_well(self):
        snapshots.remove_older(self.number)
        self.saved_at = time.monotonic()
        # Whatever was refused before is in the snapshot now.
        journal.refused_by = None

    def write_here(self):
        try:
            states = ministack._build_persistence_save_dict()
            self.size = snapshots.write(self.number, self.port, states)
        except OSError as error:
            self.changed = True
            raise journal.refuse(error) from error

    async def child_wrote(self):
        """Lets a child write. The loop stands still for its birth alone."""
        # What is known of code stays here: else every child would hash all of it again.
        lambda_svc.get_state()
        parent = os.getpid()
        self.child = os.fork()
        if self.child == 0:
            self.write_as_child(parent)
        deadline = time.monotonic() + self.LONGEST
        while self.child is not None:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            if pid:
                self.child = None
                return status == 0
            if time.monotonic() > deadline:
                self.end_child()
                return False
            await asyncio.sleep(0.01)
        # The last save has ended it, and has the last word.
        return True

    def write_as_child(self, parent):
        """In the child: writes everything, as long as the process lives whose state it is."""
        try:
            gc.disable()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            states = ministack._build_persistence_save_dict()
            snapshots.write(self.number, self.port, states, lambda: os.getppid() == parent)
            os._exit(0)
        finally:
            os._exit(1)

    def end_child(self):
        """No child may write what a later save writes."""
        if self.child is not None:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            self.child = None

    def last(self):
        """Saves when the process ends. Where that fails, the journal still tells what happened."""
        self.end_child()
        try:
            self.begin()
            self.write_here()
            self.end_well()
        except CannotKeep as error:
            log.warning("%s", error)


def save_aside(saver):
    """Lets MiniStack save by the saver alone."""
    hash_code_once()
    save_without_copies()
    ministack.save_all = lambda _: saver.last()
    # Threads do not come along, and what a child waits for in vain has a deadline.
    warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
