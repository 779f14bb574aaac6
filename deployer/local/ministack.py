"""Runs MiniStack for the local target: `launcher.py`, started by durable-local.

It differs from the program `ministack` in where it listens (a free port of its own, told on
standard output, while every URL it hands out carries the router's port), in that it ends and saves
its state when standard input closes, that is when the daemon is gone however it went, in two
requests of its own for the daemon, in what a save and a changed function take, and in what
MiniStack gets wrong about durable functions.
"""

import asyncio
import copy
import gc
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime, persistence
from ministack.services import cloudwatch, cloudwatch_logs, dynamodb, eventbridge, lambda_svc, s3, sqs
from ministack.services.cloudformation import provisioners

# How long a function that was created or changed is not ready: long enough to be waited for.
SECONDS_UNTIL_READY = 0.05

# A mapping and a synchronous call wait for the whole execution, at most 15 minutes.
LONGEST_SYNCHRONOUS_EXECUTION = 900


def keep_durable_config():
    """CloudFormation keeps `DurableConfig`, and a change of it keeps the published versions."""
    create, update = provisioners._lambda_create, provisioners._lambda_update

    def config_of(name):
        return lambda_svc._functions[name]["config"]

    def durable_create(logical_id, props, stack_name):
        name, attributes = create(logical_id, props, stack_name)
        if props.get("DurableConfig"):
            config_of(name)["DurableConfig"] = durable_config(props)
        return name, attributes

    def durable_update(physical_id, old, new, stack_name, *rest, **named):
        if old.get("DurableConfig") and new.get("DurableConfig"):
            # Only gaining or losing durability replaces a function.
            old = {**old, "DurableConfig": new["DurableConfig"]}
        name, attributes = update(physical_id, old, new, stack_name, *rest, **named)
        if new.get("DurableConfig"):
            config = config_of(name)
            if config.get("DurableConfig") != durable_config(new):
                config["DurableConfig"] = durable_config(new)
                # Without a new revision the next version would be the old one again.
                config["RevisionId"] = lambda_svc.new_uuid()
        return name, attributes

    # The update falls back to the module's create, and the handlers hold both by value.
    provisioners._lambda_create = durable_create
    for handlers in vars(provisioners).values():
        if isinstance(handlers, dict) and "AWS::Lambda::Function" in handlers:
            entry = handlers["AWS::Lambda::Function"]
            if isinstance(entry, dict) and entry.get("create") is create:
                entry.update(create=durable_create, update=durable_update)


def durable_config(props):
    """Returns the durable configuration with its numbers as numbers, whatever the template wrote."""
    config = dict(props["DurableConfig"])
    for key in ("ExecutionTimeout", "RetentionPeriodInDays"):
        if key in config:
            config[key] = int(config[key])
    config.setdefault("RetentionPeriodInDays", 14)
    return config


def refuse_long_executions_behind_mappings():
    """An event source mapping may not feed a durable function that runs longer than 15 minutes."""
    create = provisioners._lambda_esm_create

    def checked_create(logical_id, props, stack_name):
        function = provisioners._lambda_function_for_cfn_ref(props.get("FunctionName", ""))[0]
        config = ((function or {}).get("config") or {}).get("DurableConfig") or {}
        if int(config.get("ExecutionTimeout", 0)) > LONGEST_SYNCHRONOUS_EXECUTION:
            raise ValueError(
                "You cannot create an event source mapping for a durable function "
                "whose ExecutionTimeout is longer than 15 minutes"
            )
        return create(logical_id, props, stack_name)

    for handlers in vars(provisioners).values():
        if isinstance(handlers, dict):
            entry = handlers.get("AWS::Lambda::EventSourceMapping")
            if isinstance(entry, dict) and entry.get("create") is create:
                entry["create"] = checked_create


def delete_buckets_wholly():
    """CloudFormation deletes only empty buckets, and what lies on disk with them."""
    delete = provisioners._s3_delete

    def whole_delete(physical_id, props):
        bucket = s3._buckets.get(physical_id)
        if bucket and (bucket["objects"] or s3._bucket_has_versions(physical_id)):
            raise ValueError("The bucket you tried to delete is not empty")
        delete(physical_id, props)
        # Otherwise the next start would find the folder and make the bucket anew.
        s3._delete_persisted_bucket(physical_id)

    for handlers in vars(provisioners).values():
        if isinstance(handlers, dict):
            entry = handlers.get("AWS::S3::Bucket")
            if isinstance(entry, dict) and entry.get("delete") is delete:
                entry["delete"] = whole_delete


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


def pass_once_over_long_queues():
    """A batch goes over its queue once, and a message is made whole once: else long queues are slow."""
    ensure = sqs._ensure_msg_fields

    def ensure_once(message):
        if "made_whole" not in message:
            ensure(message)
            message["made_whole"] = True

    def refusal(entry):
        message = "The input receipt handle is invalid."
        code = {"Code": "ReceiptHandleIsInvalid", "SenderFault": True}
        return {"Id": entry.get("Id", ""), "Message": message, **code}

    def delete_batch(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "DeleteMessageBatchRequestEntry")
        known = {message.get("receipt_handle") for message in queue["messages"]} - {None}
        gone = {entry.get("ReceiptHandle") for entry in entries} & known
        kept = [m for m in queue["messages"] if m.get("receipt_handle") not in gone]
        queue["messages"] = kept
        done = {"Successful": [], "Failed": []}
        for entry in entries:
            if entry.get("ReceiptHandle") in gone:
                done["Successful"].append({"Id": entry.get("Id", "")})
            else:
                done["Failed"].append(refusal(entry))
        return done

    def change_visibility_batch(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:ChangeMessageVisibility")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "ChangeMessageVisibilityBatchRequestEntry")
        wanted = {entry.get("ReceiptHandle") for entry in entries} - {None, ""}
        held = (m for m in queue["messages"] if m.get("receipt_handle") in wanted)
        held = {message["receipt_handle"]: message for message in held}
        done = {"Successful": [], "Failed": []}
        for entry in entries:
            message = held.get(entry.get("ReceiptHandle"))
            if message is None:
                done["Failed"].append(refusal(entry))
                continue
            message["visible_at"] = time.time() + int(entry.get("VisibilityTimeout", 30))
            done["Successful"].append({"Id": entry.get("Id", "")})
            sqs.esm_wake.set()
        return done

    sqs._ensure_msg_fields = ensure_once
    sqs._HANDLERS["ChangeMessageVisibilityBatch"] = change_visibility_batch
    sqs._HANDLERS["DeleteMessageBatch"] = delete_batch


def write_states_at_once():
    """`json.dump` encodes in Python, piece by piece, and `json.dumps` in C: a save is short."""

    class Json:
        def __getattr__(self, name):
            return getattr(json, name)

        @staticmethod
        def dump(data, file, **options):
            file.write(json.dumps(data, **options))

    persistence.json = Json()


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


def save():
    persistence.save_all(ministack._build_persistence_save_dict())


class Aside:
    """Saves while the loop goes on: a child, born with the state as it is, writes it.

    The loop stands still for the birth alone, which does not grow with the state. A child that
    dies, or that waits for a lock which nobody holds in it, costs a save of the plain kind.
    """

    LONGEST = 30
    child = None

    @classmethod
    async def save(cls):
        if sys.platform != "linux":
            save()
            return
        # What is known of code stays here: else every child would hash all of it again.
        lambda_svc.get_state()
        parent = os.getpid()
        cls.child = os.fork()
        if cls.child == 0:
            cls.write(parent)
        deadline = time.monotonic() + cls.LONGEST
        while cls.child is not None:
            pid, status = os.waitpid(cls.child, os.WNOHANG)
            if pid:
                cls.child = None
                if status != 0:
                    save()
            elif time.monotonic() > deadline:
                cls.end()
                save()
            else:
                await asyncio.sleep(0.02)

    @staticmethod
    def write(parent):
        """In the child: writes everything, as long as the process lives whose state it is."""
        try:
            gc.disable()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            save_state = persistence.save_state

            def save_while_it_lives(service, state):
                if os.getppid() != parent:
                    os._exit(1)
                save_state(service, state)

            persistence.save_state = save_while_it_lives
            save()
            os._exit(0)
        finally:
            os._exit(1)

    @classmethod
    def end(cls):
        """No child may write what a later save writes."""
        if cls.child is not None:
            os.kill(cls.child, signal.SIGKILL)
            os.waitpid(cls.child, 0)
            cls.child = None


def save_last_alone():
    """The save at the end is the last word: a child that still writes an older state is ended first."""
    save_all = ministack.save_all

    def last_save(services):
        Aside.end()
        save_all(services)

    ministack.save_all = last_save


async def answer(send, status, document):
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def application(scope, receive, send):
    """MiniStack, plus `/_deployer/save` and `/_deployer/events` (which may say `aws.lambda`)."""
    path = scope.get("path", "")
    if scope["type"] != "http" or not path.startswith("/_deployer/"):
        await ministack.app(scope, receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    if path == "/_deployer/save":
        await Aside.save()
        await answer(send, 200, {})
    elif path == "/_deployer/events":
        result = eventbridge._put_events(json.loads(body), allow_aws_source=True)
        await answer(send, result[0], json.loads(result[2]))
    else:
        await answer(send, 404, {})


async def main():
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
    await serve(application, config, shutdown_trigger=stop.wait)
    lambda_runtime.reset()
    # Threads that still wait for a function must not hold the process back.
    os._exit(0)


keep_durable_config()
refuse_long_executions_behind_mappings()
delete_buckets_wholly()
hash_code_once()
pass_once_over_long_queues()
write_states_at_once()
save_without_copies()
save_last_alone()
# Threads do not come along, and what a child waits for in vain has a deadline.
warnings.filterwarnings("ignore", message=".*fork.*", category=DeprecationWarning)
lambda_svc._LAMBDA_STATE_TRANSITION_DELAY = SECONDS_UNTIL_READY
# Every save would tell of fifty services.
logging.getLogger("persistence").setLevel(logging.WARNING)
asyncio.run(main())
