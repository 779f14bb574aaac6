"""Which requests change something, and what must be on disk before they are answered."""

import enum
import re

# What only looks. Whatever is named otherwise may change something.
LOOKS = re.compile(
    r"(Get|List|Describe|Head|Query|Scan|BatchGet|Filter|Lookup|Search|Select|Simulate|Test|TransactGet"
    r"|Validate|Estimate|Detect|AssumeRole|Preview|Start(Query|LiveTail)|StopQuery)"
)

# What the journal tells.
JOURNALED = {
    "AmazonSQS": (
        "SendMessage|SendMessageBatch|ReceiveMessage|DeleteMessage|DeleteMessageBatch|PurgeQueue"
        "|ChangeMessageVisibility|ChangeMessageVisibilityBatch"
    ),
    "DynamoDB_20120810": (
        "PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems|ExecuteStatement"
        "|BatchExecuteStatement|ExecuteTransaction"
    ),
}
JOURNALED = {f"{p}.{name}" for p, names in JOURNALED.items() for name in names.split("|")}

# What is many and light: lines, samples and events. A kill may take the last seconds of them along.
LIGHT = {"PutLogEvents", "PutMetricData", "PutEvents", "CreateLogStream"}

# The same by path: invocations, and objects, which lie on the disk by themselves.
INVOCATION = re.compile(r"/\d{4}-\d\d-\d\d/functions/[^/]+/(invocations|invoke-async|response-streaming-invocations)")
REST_API = re.compile(r"/(\d{4}-\d\d-\d\d|v\d+|_[a-z]+)/")


class Kind(enum.Enum):
    """What a request does, and so where that is kept before it is answered."""

    # It changes nothing.
    LOOK = enum.auto()
    # The journal has it.
    NOTED = enum.auto()
    # The disk has it, or a later snapshot will.
    LIGHT = enum.auto()
    # A snapshot must have it.
    SNAPSHOT = enum.auto()


def kind_of(method, path, target, action):
    """Returns the kind of a request by its method, path, `X-Amz-Target` and `Action`."""
    if method in ("GET", "HEAD", "OPTIONS"):
        return Kind.LOOK
    if target in JOURNALED or f"AmazonSQS.{action}" in JOURNALED:
        return Kind.NOTED
    name = target.rsplit(".", 1)[-1] or action
    if name:
        if LOOKS.match(name):
            return Kind.LOOK
        return Kind.LIGHT if name in LIGHT else Kind.SNAPSHOT
    if INVOCATION.match(path):
        return Kind.LIGHT
    if not REST_API.match(path) and "/" in path.strip("/"):
        return Kind.LIGHT
    return Kind.SNAPSHOT
