"""Runs MiniStack for the local target: the folder `launcher`, run by durable-local.

It differs from the program `ministack` in where it listens (a free port of its own, told on
standard output, while every URL it hands out carries the router's port), in that it ends and saves
its state when standard input closes, that is when the daemon is gone however it went, in that
nothing it has answered with success is lost when it is killed, in a request of its own for the
daemon, and in what MiniStack gets wrong about durable functions.
"""

import asyncio
import logging
import os
import signal
import socket
import threading

import access
import corrections
import people
import queues
import snapshots
import tables
from application import Application
from hypercorn.asyncio import serve
from hypercorn.config import Config
from saving import Saver, save_aside

from ministack import app as ministack
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

# How long a function that was created or changed is not ready: long enough to be waited for.
SECONDS_UNTIL_READY = 0.05


def restore(saver, loading, ready):
    """Goes on with the state that was found, in a new journal."""
    load = ministack._load_persisted_state
    # The states are MiniStack's from now on.
    ministack.load_state = lambda service: loading.states.pop(service, None)

    def load_and_replay():
        load()
        saver.changed = loading.replay()
        corrections.give_up_what_was_in_progress()
        if loading.losses or loading.set_aside_names:
            # What is told once is not found again.
            saver.last()
        else:
            saver.begin()
        ready.set()

    ministack._load_persisted_state = load_and_replay


async def main(saver):
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)

    def watch_daemon():
        while os.read(0, 4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch_daemon, daemon=True).start()

    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    config.loglevel = "WARNING"
    os.write(1, f"{listener.getsockname()[1]}\n".encode())
    os.dup2(2, 1)
    regularly = asyncio.ensure_future(saver.save_regularly())
    await serve(Application(saver), config, shutdown_trigger=stop.wait)
    regularly.cancel()
    lambda_runtime.reset()
    # Threads that still wait for a function must not hold the process back.
    os._exit(0)


def prepare():
    # The router's port, which the URLs that MiniStack hands out carry.
    saver = Saver(int(os.environ["GATEWAY_PORT"]))
    ready = threading.Event()
    corrections.correct()
    access.enforce_roles()
    people.keep_messages()
    queues.pass_once_over_long_queues()
    queues.note_messages(ready)
    tables.note_items()
    tables.keep_tokens()
    save_aside(saver)
    restore(saver, snapshots.Loading(saver.port).load(), ready)
    lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = SECONDS_UNTIL_READY
    # Every save would tell of fifty services.
    logging.getLogger("persistence").setLevel(logging.WARNING)
    return saver


asyncio.run(main(prepare()))
