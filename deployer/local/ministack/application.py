"""Between the server and MiniStack: nothing is answered with success that is not kept."""

import json
from urllib.parse import parse_qs

import access
from journal import CannotKeep, journal
from kinds import Kind, kind_of

from ministack import app as ministack
from ministack.services import eventbridge, s3
from ministack.services.cloudformation import _stacks

# The most of a form that is read for its action: the largest is a stack with its template in it.
LARGEST_FORM = 4 * 1024 * 1024


class Application:
    """MiniStack, plus requests of the daemon's own: `/_deployer/events` may say `aws.lambda`."""

    def __init__(self, saver):
        self.saver = saver
        # Whether a stack was at work when the last snapshot was born, or may be since.
        self.stacks_move = True
        refuse_objects_that_are_not_kept()

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await ministack.app(scope, receive, send)
            return
        path = scope.get("path", "")
        if path.startswith("/_deployer/"):
            await self.answer_daemon(path, receive, send)
            return
        target, action, receive = await name_of(scope, receive)
        kind = kind_of(scope["method"], path, target, action)
        if kind is Kind.LOOK and not (action and self.stacks_move):
            await ministack.app(scope, receive, send)
            return
        if kind in (Kind.LIGHT, Kind.SNAPSHOT):
            self.saver.changed = True
        before = journal.refusals
        await ministack.app(scope, receive, self.after_keeping(kind, before, send))

    def after_keeping(self, kind, before, send):
        """Returns what sends an answer once all that it tells of is kept, or says that it is not."""
        refused = False

        async def send_kept(message):
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] < 400:
                try:
                    await self.keep(kind)
                except CannotKeep:
                    pass
                refused = kind is not Kind.LOOK and journal.refusals != before
                if refused:
                    await refuse(send, message)
            elif message["type"] == "http.response.start" and journal.refusals != before:
                # MiniStack may have made an error of its own of it.
                refused = message["status"] >= 500
                if refused:
                    await refuse(send, message)
            if not refused:
                await send(message)

        return send_kept

    async def keep(self, kind):
        if kind is Kind.SNAPSHOT:
            self.stacks_move = True
            await self.saver.save()
        elif kind is Kind.LOOK and self.stacks_move and not at_work():
            # Whoever hears that a stack is complete may count on it.
            self.stacks_move = False
            await self.saver.save()

    async def answer_daemon(self, path, receive, send):
        body = await read(receive)
        if path == "/_deployer/authorize":
            await answer(send, 200, access.authorize(json.loads(body)))
            return
        if path == "/_deployer/access":
            await answer(send, 200, access.access.document())
            return
        if path != "/_deployer/events":
            await answer(send, 404, {})
            return
        before = journal.refusals
        self.saver.changed = True
        result = eventbridge._put_events(json.loads(body), allow_aws_source=True)
        if journal.refusals != before:
            await answer(send, 503, {"message": str(journal.refused_by)})
            return
        await answer(send, result[0], json.loads(result[2]))


def at_work():
    """Returns whether a stack is changing."""
    statuses = {stack.get("StackStatus", "") for stack in _stacks.all_values()}
    return any(status.endswith("_IN_PROGRESS") for status in statuses - {"REVIEW_IN_PROGRESS"})


def refuse_objects_that_are_not_kept():
    """MiniStack only logs that an object could not be written."""
    atomic_write = s3._atomic_write

    def write_or_refuse(*arguments, **named):
        try:
            return atomic_write(*arguments, **named)
        except OSError as error:
            journal.refuse(error)
            raise

    s3._atomic_write = write_or_refuse


async def read(receive):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def name_of(scope, receive):
    """Returns the target and the action of a request, and from where its body is read."""
    headers = dict(scope["headers"])
    target = headers.get(b"x-amz-target", b"").decode("latin-1")
    if target or not headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
        return target, "", receive
    if int(headers.get(b"content-length") or 0) > LARGEST_FORM:
        return target, "", receive
    body = await read(receive)
    action = parse_qs(body[:4096].decode("latin-1")).get("Action", [""])[0]
    told = False

    async def receive_again():
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return target, action, receive_again


async def refuse(send, start):
    """Answers that something cannot be kept, in the words of the protocol that was spoken."""
    text = str(journal.refused_by)
    headers = dict(start.get("headers", []))
    kind = headers.get(b"content-type", headers.get(b"Content-Type", b""))
    if b"json" in kind:
        document = {"__type": "ServiceUnavailable", "message": text, "Message": text}
        await answer(send, 503, document, [(b"x-amzn-errortype", b"ServiceUnavailable")])
        return
    error = f"<Code>ServiceUnavailable</Code><Message>{escape(text)}</Message>"
    body = f"<ErrorResponse><Error><Type>Receiver</Type>{error}</Error></ErrorResponse>"
    await answer_with(send, 503, b"text/xml", body.encode())


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;")


async def answer(send, status, document, headers=()):
    await answer_with(send, status, b"application/json", json.dumps(document).encode(), headers)


async def answer_with(send, status, kind, body, more=()):
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
