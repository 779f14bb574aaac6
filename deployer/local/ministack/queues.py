"""Queues that note in the journal what becomes of their messages, and that are quick when long."""

import functools
import inspect
import threading
import time

from journal import CannotKeep, journal

from ministack.services import lambda_svc, sqs

# What a receive changes of a message.
RECEIVED = ("receipt_handle", "visible_at", "receive_count", "first_receive_at", "in_hand")


class Messages(list):
    """The messages of a queue: on disk first, then in memory."""

    __slots__ = ("arn",)

    def __init__(self, arn, messages=()):
        super().__init__(messages)
        self.arn = arn

    def append(self, message):
        with sqs._queues_lock:
            journal.write([["sent", self.arn, message]])
            super().append(message)

    def remove(self, message):
        with sqs._queues_lock:
            journal.write([["gone", self.arn, [message["id"]]]])
            super().remove(message)

    def clear(self):
        with sqs._queues_lock:
            journal.write([["purged", self.arn]])
            super().clear()

    def __reduce_ex__(self, protocol):
        # A copy is somebody else's list.
        return list, (list(self),)


class Queue(dict):
    """A queue. MiniStack takes messages off by giving it a list without them."""

    __slots__ = ()

    def __setitem__(self, key, value):
        if key == "messages":
            value = self.replaced(value)
        super().__setitem__(key, value)

    def replaced(self, messages):
        old = self["messages"]
        arn = arn_of(self)
        if len(messages) < len(old):
            kept = {id(message) for message in messages}
            gone = [message["id"] for message in old if id(message) not in kept]
            journal.write([["gone", arn, gone]])
        return Messages(arn, messages)

    def __reduce_ex__(self, protocol):
        return dict, (dict(self),)


class Queues(dict):
    """The queues by account, region and URL."""

    def __setitem__(self, key, queue):
        super().__setitem__(key, noted(queue))

    def update(self, queues):
        for key, queue in queues.items():
            self[key] = queue

    def setdefault(self, key, queue=None):
        if key not in self:
            self[key] = queue
        return self[key]


def noted(queue):
    if isinstance(queue, Queue):
        return queue
    queue = Queue(queue)
    dict.__setitem__(queue, "messages", Messages(arn_of(queue), queue["messages"]))
    return queue


def arn_of(queue):
    return queue["attributes"]["QueueArn"]


def seen(queue, messages):
    arn = arn_of(queue)
    return [["seen", arn, m["id"], [m.get(field) for field in RECEIVED]] for m in messages]


def put_back(messages):
    """Nobody has received these after all."""
    now = time.time()
    for message in messages:
        message.pop("in_hand", None)
        message["receipt_handle"] = None
        message["visible_at"] = min(message["visible_at"], now)
        message["receive_count"] -= 1


def take(queue, most, seconds, in_hand=False):
    """Takes messages as a receive does. Those of a mapping are marked while it has them."""
    now = time.time()
    if queue["is_fifo"]:
        taken = sqs._collect_fifo(queue, most, seconds, now)
    else:
        taken = []
        for message in queue["messages"]:
            sqs._ensure_msg_fields(message)
            if message["visible_at"] > now:
                continue
            message["receipt_handle"] = sqs.new_uuid()
            message["visible_at"] = now + seconds
            message["receive_count"] += 1
            if message.get("first_receive_at") is None:
                message["first_receive_at"] = now
            taken.append(message)
            if len(taken) >= most:
                break
    if in_hand:
        for message in taken:
            message["in_hand"] = True
    try:
        journal.write(seen(queue, taken))
    except CannotKeep:
        put_back(taken)
        raise
    return taken


def note_messages(ready):
    """Lets every change of a message go through the journal. Mappings wait until all is `ready`."""
    run_batch = lambda_svc._run_sqs_batch

    def receive_for_mapping(url, most):
        if not ready.is_set():
            return []
        with sqs._queues_lock:
            queue = sqs._get_q(url)
            seconds = int(queue["attributes"].get("VisibilityTimeout", "30"))
            try:
                sqs._expire_retained(queue)
                sqs._dlq_sweep(queue)
                return take(queue, min(int(most or 1), 10), seconds, in_hand=True)
            except CannotKeep:
                # Nobody works on what could not be taken off afterwards.
                return []

    def run_batch_and_let_go(esm, func_rec, event, batch, queue_url, queue_name):
        try:
            run_batch(esm, func_rec, event, batch, queue_url, queue_name)
        finally:
            let_go(sqs._queues.get(queue_url), batch)

    @alone
    def let_go(queue, batch):
        left = [message for message in batch if message.pop("in_hand", None)]
        there = {id(message) for message in queue["messages"]} if queue and left else ()
        left = [message for message in left if id(message) in there]
        if left:
            journal.write(seen(queue, left))

    @alone
    def change_visibility(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:ChangeMessageVisibility")
        handle = data.get("ReceiptHandle", "")
        entry = {"ReceiptHandle": handle, "VisibilityTimeout": data.get("VisibilityTimeout", 30)}
        if not changed(queue, [entry]):
            raise sqs._Err("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        return {}

    # Mappings take messages off in threads of their own. Without one lock for all, a message that
    # comes between their look at a queue and their change of it would be lost.
    sqs._queues_lock = threading.RLock()
    for name, handler in sqs._HANDLERS.items():
        if not inspect.iscoroutinefunction(handler):
            sqs._HANDLERS[name] = alone(handler)
    sqs._expire_retained = alone(sqs._expire_retained)
    sqs._dlq_sweep = alone(sqs._dlq_sweep)
    sqs._collect_msgs = alone(take)
    sqs._receive_messages_for_esm = receive_for_mapping
    lambda_svc._run_sqs_batch = run_batch_and_let_go
    sqs._HANDLERS["ChangeMessageVisibility"] = change_visibility
    sqs._queues._data = Queues()


def alone(function):
    """Nobody else changes a queue meanwhile."""

    @functools.wraps(function)
    def alone_with_queues(*arguments, **named):
        with sqs._queues_lock:
            return function(*arguments, **named)

    return alone_with_queues


def changed(queue, entries):
    """Changes until when messages are invisible, and returns the receipt handles that were known."""
    seconds = {e.get("ReceiptHandle"): int(e.get("VisibilityTimeout", 30)) for e in entries}
    held = [m for m in queue["messages"] if m.get("receipt_handle") in seconds.keys() - {None, ""}]
    before = [message["visible_at"] for message in held]
    for message in held:
        message["visible_at"] = time.time() + seconds[message["receipt_handle"]]
    try:
        journal.write(seen(queue, held))
    except CannotKeep:
        for message, visible_at in zip(held, before):
            message["visible_at"] = visible_at
        raise
    sqs.esm_wake.set()
    return {message["receipt_handle"] for message in held}


def pass_once_over_long_queues():
    """A batch goes over its queue once, and a message is made whole once: else long queues are slow."""
    ensure = sqs._ensure_msg_fields

    def ensure_once(message):
        if "made_whole" not in message:
            ensure(message)
            message["made_whole"] = True

    def answer(entries, known):
        message = "The input receipt handle is invalid."
        refusal = {"Code": "ReceiptHandleIsInvalid", "Message": message, "SenderFault": True}
        done = {"Successful": [], "Failed": []}
        for entry in entries:
            name = {"Id": entry.get("Id", "")}
            if entry.get("ReceiptHandle") in known:
                done["Successful"].append(name)
            else:
                done["Failed"].append({**name, **refusal})
        return done

    @alone
    def delete_batch(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:DeleteMessage")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "DeleteMessageBatchRequestEntry")
        known = {message.get("receipt_handle") for message in queue["messages"]} - {None}
        gone = {entry.get("ReceiptHandle") for entry in entries} & known
        kept = [m for m in queue["messages"] if m.get("receipt_handle") not in gone]
        queue["messages"] = kept
        return answer(entries, gone)

    @alone
    def change_visibility_batch(data, url):
        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:ChangeMessageVisibility")
        entries = data.get("Entries", [])
        sqs._validate_batch_entries(entries, "ChangeMessageVisibilityBatchRequestEntry")
        return answer(entries, changed(queue, entries))

    sqs._ensure_msg_fields = ensure_once
    sqs._HANDLERS["ChangeMessageVisibilityBatch"] = change_visibility_batch
    sqs._HANDLERS["DeleteMessageBatch"] = delete_batch


def replay(records):
    """Applies what the journal tells of messages. Returns of how many changes the queue is unknown."""
    strange = 0
    queues = {arn_of(queue): queue for queue in sqs._queues.all_values()}
    lists = {arn: {m["id"]: m for m in queue["messages"]} for arn, queue in queues.items()}
    for kind, arn, *rest in records:
        messages = lists.get(arn)
        if messages is None:
            strange += 1
            continue
        if kind == "sent":
            messages[rest[0]["id"]] = rest[0]
            remember_sequence(queues[arn], rest[0])
        elif kind == "seen" and rest[0] in messages:
            messages[rest[0]].update(zip(RECEIVED, rest[1]))
        elif kind == "gone":
            for name in rest[0]:
                messages.pop(name, None)
        elif kind == "purged":
            messages.clear()
    for arn, messages in lists.items():
        queue = queues[arn]
        dict.__setitem__(queue, "messages", Messages(arn, messages.values()))
        # Whatever worked on these is gone, which is no fault of theirs.
        put_back([message for message in queue["messages"] if message.get("in_hand")])
    return strange


def remember_sequence(queue, message):
    """A queue that keeps order knows what it has taken, also what is no longer in it."""
    if not queue["is_fifo"] or not message.get("seq"):
        return
    queue["fifo_seq"] = max(queue["fifo_seq"], int(message["seq"]))
    key = message.get("dedup_cache_key")
    if key:
        queue["dedup_cache"][key] = {
            "expire": message["sent_at"] + sqs._DEDUP_WINDOW_S,
            "id": message["id"],
            "md5": message.get("md5_body"),
            "md5a": message.get("md5_attrs"),
            "seq": message["seq"],
        }
