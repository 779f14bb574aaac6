#!/usr/bin/env python3
"""A function for the tests: an intermediary, a plain function and a durable one in a few lines."""

import json
import os
import urllib.parse
import urllib.request

RUNTIME = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]


def call(url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers or {})
    with urllib.request.urlopen(request) as answer:
        return answer.headers, json.loads(answer.read() or b"null")


def checkpoint(event, token, *updates):
    arn = urllib.parse.quote(event["DurableExecutionArn"], safe="")
    url = f"{ENDPOINT}/2025-12-01/durable-executions/{arn}/checkpoint"
    body = {"CheckpointToken": token, "Updates": updates}
    return call(url, body, {"Content-Type": "application/json"})[1]


def succeeded(value):
    return {"Status": "SUCCEEDED", "Result": json.dumps(value)}


def durable(event):
    operations = {o["Id"]: o for o in event["InitialExecutionState"]["Operations"]}
    first = event["InitialExecutionState"]["Operations"][0]
    order = json.loads(first["ExecutionDetails"]["InputPayload"])
    token = event["CheckpointToken"]
    if order["do"] == "fail":
        return {"Status": "FAILED", "Error": {"ErrorType": "Asked", "ErrorMessage": "to fail"}}
    if order["do"] == "callback":
        answer = operations.get("question")
        if answer is None:
            start = {"Id": "question", "Type": "CALLBACK", "Action": "START", "Name": "question"}
            checkpoint(event, token, start)
        if answer is None or answer["Status"] == "STARTED":
            return {"Status": "PENDING"}
        return succeeded({"answer": answer["CallbackDetails"]["Result"], "pid": os.getpid()})
    if order["do"] == "steps":
        for name in ("one", "two"):
            if name not in operations:
                step = {"Id": name, "Type": "STEP", "Name": name}
                done = {**step, "Action": "SUCCEED", "Payload": str(os.getpid())}
                token = checkpoint(event, token, {**step, "Action": "START"}, done)["CheckpointToken"]
                operations[name] = {"StepDetails": {"Result": str(os.getpid())}}
        return succeeded([operations[name]["StepDetails"]["Result"] for name in ("one", "two")])
    return succeeded({"version": os.environ["AWS_LAMBDA_FUNCTION_VERSION"], "order": order})


def start_executions(event):
    failures = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            name = urllib.parse.quote(os.environ["TARGET"], safe="")
            call(
                f"{ENDPOINT}/2015-03-31/functions/{name}/invocations",
                order,
                {
                    "X-Amz-Invocation-Type": "Event",
                    "X-Amz-Durable-Execution-Name": order["id"],
                },
            )
        except Exception as error:
            print("record failed:", error, flush=True)
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


while True:
    headers, event = call(f"{RUNTIME}/next")
    if "Records" in event:
        result = start_executions(event)
    elif "DurableExecutionArn" in event:
        result = durable(event)
    else:
        result = {"plain": event, "endpoint": ENDPOINT}
    call(f"{RUNTIME}/{headers['Lambda-Runtime-Aws-Request-Id']}/response", result)
