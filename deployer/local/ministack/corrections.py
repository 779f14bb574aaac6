"""What MiniStack gets wrong about durable functions, buckets and stacks."""

import itertools
import json

from ministack.core.responses import request_scope
from ministack.services import lambda_svc, s3
from ministack.services.cloudformation import _stacks, provisioners, stacks

# A mapping and a synchronous call wait for the whole execution, at most 15 minutes.
LONGEST_SYNCHRONOUS_EXECUTION = 900

# What Lambda takes of a function's environment variables, in bytes.
LARGEST_ENVIRONMENT = 4096


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


def refuse_large_environments():
    """A function has 4 KB of environment variables at most, measured as JSON."""

    def checked(provision, place):
        def provision_checked(*values, **named):
            variables = (values[place].get("Environment") or {}).get("Variables") or {}
            measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
            if len(measured.encode()) > LARGEST_ENVIRONMENT:
                raise ValueError(
                    "Lambda was unable to configure your environment variables because the "
                    "environment variables you have provided exceeded the 4KB limit."
                )
            return provision(*values, **named)

        return provision_checked

    for handlers in vars(provisioners).values():
        if isinstance(handlers, dict):
            entry = handlers.get("AWS::Lambda::Function")
            if isinstance(entry, dict) and {"create", "update"} <= entry.keys():
                # Both are given the properties: `(id, properties, …)` and `(id, old, new, …)`.
                entry["create"] = checked(entry["create"], 1)
                entry["update"] = checked(entry["update"], 2)


def start_the_binary_in_place_of_a_managed_runtime():
    """A managed runtime starts what `AWS_LAMBDA_EXEC_WRAPPER` names in its own place."""
    execute = lambda_svc._execute_function

    def execute_wrapped(func, *values, **named):
        config = func.get("config") or {}
        variables = (config.get("Environment") or {}).get("Variables") or {}
        if variables.get("AWS_LAMBDA_EXEC_WRAPPER") == "/var/task/bootstrap":
            func = {**func, "config": {**config, "Runtime": "provided.al2023"}}
        return execute(func, *values, **named)

    lambda_svc._execute_function = execute_wrapped


def share_work_by_weight():
    """Whoever asks for a weighted alias's function is told the version of one of its shares.

    In turns of the golden ratio: any run of them comes closer to the shares than chance would.
    """
    configuration_of = lambda_svc._get_function_config
    turns = itertools.count(1)

    def weighted(name, qualifier=None):
        function = lambda_svc._functions.get(name) or {}
        alias = (function.get("aliases") or {}).get(qualifier) or {}
        shares = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        turn = next(turns) * 0.6180339887498949 % 1 if shares else 1
        for version, share in shares.items():
            if turn < share:
                return configuration_of(name, version)
            turn -= share
        return configuration_of(name, qualifier)

    lambda_svc._get_function_config = weighted


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


def give_up_what_was_in_progress():
    """What changed a stack ended with the process, so the stack says that it failed, and why."""
    for (account, region, name), stack in _stacks.all_items():
        status = stack.get("StackStatus", "")
        if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
            continue
        if status.endswith("_CLEANUP_IN_PROGRESS"):
            stack["StackStatus"] = status.removesuffix("_CLEANUP_IN_PROGRESS")
            continue
        stack["StackStatus"] = failed = status.removesuffix("_IN_PROGRESS") + "_FAILED"
        stack["StackStatusReason"] = reason = "The local target was killed meanwhile"
        with request_scope(account, region):
            kind, identity = "AWS::CloudFormation::Stack", stack.get("StackId", "")
            stacks._add_event(identity, name, name, kind, failed, reason, identity)


def correct():
    keep_durable_config()
    refuse_long_executions_behind_mappings()
    refuse_large_environments()
    start_the_binary_in_place_of_a_managed_runtime()
    share_work_by_weight()
    delete_buckets_wholly()
