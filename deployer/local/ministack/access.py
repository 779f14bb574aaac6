"""IAM for the roles of functions. Everybody else is the administrator of the account.

MiniStack evaluates policies under `AUTH=true`, and then wants signatures that it can verify, refuses
plain HTTP where a policy wants encrypted transport, and leaves out what services do in a role's name.
Here a function is known by the key that MiniStack gives it, nobody else is asked for one, and this
machine's loopback counts as encrypted: nothing on it leaves the machine.
"""

import contextvars
import json
import logging
import os
import threading
import time
from urllib.parse import unquote

from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator
from ministack.core.arn import parse_arn
from ministack.core.iam_actions import identity_denial_message
from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge, iam, lambda_svc, sqs, sts
from ministack.services.cloudformation import provisioners

# How Lambda's temporary keys begin. Only functions have such keys here.
TEMPORARY_KEY = "ASIA"

# What Lambda does with the queue of an event source mapping, in the role of the function.
ACTIONS_OF_A_MAPPING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")

# How Lambda writes the lines of a function, in its role.
ACTIONS_OF_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")

# For how long a decision holds: changes of policies are seen after that.
SECONDS_OF_A_DECISION = 1.0
MOST_DECISIONS = 10_000

# How the resource of an e-mail names its sender.
IDENTITY = ":identity/"

# How the resource of a model's call names the model, and how the ids of inference profiles begin.
MODEL = "::foundation-model/"
PROFILES = ("apac", "au", "ca", "eu", "global", "jp", "us", "us-gov")

logger = logging.getLogger("access")


class Access:
    """What was allowed, by which statement, and what was not."""

    def __init__(self):
        self.lock = threading.Lock()
        self.decisions = {}
        # (role, policy, index of the statement) -> the actions that it allowed.
        self.used = {}
        self.denied = {}

    def decide(self, question, ask):
        """Returns the answer to a question, which is asked again only after a while."""
        now = time.monotonic()
        with self.lock:
            known = self.decisions.get(question)
        if known and now - known[0] < SECONDS_OF_A_DECISION:
            return known[1]
        answer = ask()
        with self.lock:
            if len(self.decisions) >= MOST_DECISIONS:
                self.decisions.clear()
            self.decisions[question] = (now, answer)
        return answer

    def remember(self, role, action, resource, denied):
        with self.lock:
            if denied:
                self.denied[(role, action)] = resource
            else:
                self.note(role, action, resource)

    def note(self, role, action, resource):
        """Keeps which statements of a role's inline policies allow this."""
        found = iam._roles.get(role) or {}
        for name, document in (found.get("InlinePolicies") or {}).items():
            for index, statement in enumerate(iam_evaluator.parse_policy_document(document)):
                if (
                    statement.effect == "Allow"
                    and iam_evaluator._action_matches(action, statement.actions, statement.not_actions)
                    and iam_evaluator._resource_matches(resource, statement.resources, statement.not_resources)
                ):
                    self.used.setdefault((role, name, index), set()).add(action)

    def document(self):
        """Returns what was used and denied, for programs."""
        with self.lock:
            used = [
                {"role": role, "policy": policy, "statement": index, "actions": sorted(actions)}
                for (role, policy, index), actions in sorted(self.used.items())
            ]
            denied = [
                {"role": role, "action": action, "resource": resource}
                for (role, action), resource in sorted(self.denied.items())
            ]
        return {"used": used, "unused": self.unused(), "denied": denied}

    def unused(self):
        """Returns the statements of all roles that nothing needed so far."""
        return [
            {"role": role, "policy": policy, "statement": index, "actions": statement.actions}
            for role, found in sorted(iam._roles.items())
            for policy, document in sorted((found.get("InlinePolicies") or {}).items())
            for index, statement in enumerate(iam_evaluator.parse_policy_document(document))
            if (role, policy, index) not in self.used
        ]


access = Access()
evaluate = iam_evaluator.enforce


def role_of_key(key):
    """Returns the role of a function's key."""
    arn = (sts._sessions.get(key) or {}).get("Arn", "")
    parts = arn.split("/")
    return parts[1] if len(parts) == 3 else ""


def called(resource):
    """Returns what Bedrock authorizes the call of a model for, which MiniStack takes for one of a foundation model."""
    before, _, model = unquote(resource).partition(MODEL)
    if model.split(".", 1)[0] in PROFILES:
        return f"{before}:{get_account_id()}:inference-profile/{model}"
    return f"{before}{MODEL}{model}"


def enforce(key, action, service, region, resource_arn="*", service_context=None):
    """Stands in for MiniStack's own: whoever is no function may do everything."""
    if not (key or "").startswith(TEMPORARY_KEY):
        return None
    role = role_of_key(key)
    if action == "ses:SendEmail" and IDENTITY in resource_arn:
        sender = resource_arn.split(IDENTITY, 1)[1]
        service_context = {**(service_context or {}), "ses:FromAddress": sender}
    if action == "bedrock:Converse":
        action, resource_arn = "bedrock:InvokeModel", called(resource_arn)
    context = repr(sorted(service_context.items(), key=str)) if service_context else ""

    def ask():
        denied = evaluate(key, action, service, region, resource_arn=resource_arn, service_context=service_context)
        access.remember(role, action, resource_arn, denied)
        return denied

    return access.decide((role, action, resource_arn, context), ask)


def refusal(role_arn, action, resource):
    """Returns why a service may not do something in the role of a function, or None."""
    role = role_arn.rsplit("/", 1)[-1]
    account = get_account_id()
    context = iam_evaluator.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{role}/lambda",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=get_region(),
    )
    limits = iam_evaluator._permissions_boundary(iam._roles, role, account)
    policies = iam_evaluator._gather_role_policies(role, account)
    result = iam_evaluator.evaluate(context, policies, *limits)
    denied = result.decision != "Allow"
    access.remember(role, action, resource, denied)
    if not denied:
        return None
    return identity_denial_message(action, context.principal_arn, resource, result.decision == "Deny")


def authorize(question):
    """Answers the daemon, which asks about the durable execution service."""
    region, account = os.environ["MINISTACK_REGION"], os.environ["MINISTACK_ACCOUNT_ID"]
    denied = enforce(question["key"], question["action"], "lambda", region, question["resource"])
    if denied is None:
        return {"allowed": True}
    if isinstance(denied, iam_evaluator.AuthError):
        return {"allowed": False, "code": denied.code, "message": denied.message}
    principal = denied.principal_arn or f"arn:aws:iam::{account}:root"
    explicit = denied.decision == "Deny"
    message = identity_denial_message(question["action"], principal, question["resource"], explicit)
    return {"allowed": False, "code": "AccessDeniedException", "message": message}


def know_functions_by_their_keys():
    iam_evaluator.enforce = enforce
    # No signature is verified: the request passed a router, and a function is known by its key.
    iam_evaluator.authenticate = lambda *_: None
    iam_evaluator.check_credentials = lambda *_, **__: None
    for name in ("pin_signed_request", "pin_signed_body", "pin_request_origin"):
        setattr(ministack, name, lambda *_, **__: None)
    iam_evaluator._request_origin = contextvars.ContextVar("origin", default=("127.0.0.1", True))


def know_senders():
    """An e-mail is authorized for its sender's identity, which MiniStack leaves out."""
    resource_of = iam_actions._ses_v2_resource_arn

    def resource_with_sender(method, path, body, region, account_id):
        if method == "POST" and path.rstrip("/") == "/v2/email/outbound-emails":
            sender = iam_actions._safe_json_field(body, "FromEmailAddress")
            if sender:
                return f"arn:aws:ses:{region}:{account_id}{IDENTITY}{sender}"
        return resource_of(method, path, body, region, account_id)

    iam_actions._ses_v2_resource_arn = resource_with_sender


def poll_in_the_role_of_the_function():
    """A mapping takes messages only while the function's role may, and is refused where it may not."""
    all_mappings = lambda_svc._iter_all_esms

    def allowed_mappings():
        for account, region, mapping in all_mappings():
            problem = refusal_of_mapping(mapping)
            if problem:
                mapping["LastProcessingResult"] = f"PROBLEM: {problem}"
            else:
                yield account, region, mapping

    lambda_svc._iter_all_esms = allowed_mappings


def refusal_of_mapping(mapping):
    """Returns why a mapping may not take messages from its queue, or None."""
    source = mapping.get("EventSourceArn", "")
    if ":sqs:" not in source:
        return None
    record, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
    role = ((record or {}).get("config") or {}).get("Role", "")
    return access.decide(("mapping", role, source), lambda: first_refusal(role, ACTIONS_OF_A_MAPPING, source))


def first_refusal(role, actions, resource):
    refusals = [refusal(role, action, resource) for action in actions]
    return next((why for why in refusals if why), None)


def write_logs_in_the_role_of_the_function():
    """Without the permission no line appears, and nothing else happens, as on AWS."""
    emit = lambda_svc._emit_lambda_logs

    def emit_where_allowed(func, *rest, **named):
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config.get('FunctionName')}"
        role, arn = config.get("Role", ""), config.get("FunctionArn", "").split(":")
        if len(arn) > 4:
            stream = f"arn:aws:logs:{arn[3]}:{arn[4]}:log-group:{group}:log-stream:any"
            question = ("logs", role, stream)
            if access.decide(question, lambda: first_refusal(role, ACTIONS_OF_LOGS, stream)):
                return None
        return emit(func, *rest, **named)

    lambda_svc._emit_lambda_logs = emit_where_allowed


def deliver_events_as_a_service():
    """EventBridge delivers to a queue whose policy lets it; else to the target's queue for what is left."""
    invoke = eventbridge._invoke_target

    def invoke_where_allowed(target, event, rule, view=None):
        arn = target.get("Arn", "")
        if ":sqs:" not in arn or may_deliver(arn, rule):
            return invoke(target, event, rule, view)
        logger.warning("the policy of %s does not let EventBridge deliver", arn)
        left = (target.get("DeadLetterConfig") or {}).get("Arn", "")
        if left and may_deliver(left, rule):
            view = view or eventbridge._pattern_event_view(event)
            payload = json.dumps(view.event_with_detail())
            eventbridge._dispatch_to_sqs(parse_arn(left), payload)
        return None

    eventbridge._invoke_target = invoke_where_allowed


def may_deliver(queue, rule):
    return sqs.queue_policy_allows(queue, "events.amazonaws.com", rule.get("Arn", ""), get_account_id())


def check_roles_at_creation():
    """Lambda refuses a role that it cannot assume, and a mapping whose role may not read the queue."""

    def checked_function(create):
        def checked(logical_id, props, stack_name):
            role = str(props.get("Role", "")).rsplit("/", 1)[-1]
            if role in iam._roles and not trusts_lambda(iam._roles[role]):
                raise ValueError("The role defined for the function cannot be assumed by Lambda.")
            return create(logical_id, props, stack_name)

        return checked

    def checked_mapping(create):
        def checked(logical_id, props, stack_name):
            name = props.get("FunctionName", "")
            record = provisioners._lambda_function_for_cfn_ref(name)[0] or {}
            role = (record.get("config") or {}).get("Role", "")
            source = props.get("EventSourceArn", "")
            for action in ACTIONS_OF_A_MAPPING if ":sqs:" in source else ():
                if refusal(role, action, source):
                    what = action.split(":")[1]
                    raise ValueError(
                        f"The provided execution role does not have permissions to call {what} on SQS"
                    )
            return create(logical_id, props, stack_name)

        return checked

    checks = {"AWS::Lambda::Function": checked_function, "AWS::Lambda::EventSourceMapping": checked_mapping}
    seen = set()
    for handlers in list(vars(provisioners).values()):
        for kind, check in checks.items() if isinstance(handlers, dict) else ():
            entry = handlers.get(kind)
            if isinstance(entry, dict) and id(entry) not in seen and "create" in entry:
                seen.add(id(entry))
                entry["create"] = check(entry["create"])


def trusts_lambda(role):
    document = role.get("AssumeRolePolicyDocument") or "{}"
    if isinstance(document, str):
        document = json.loads(document)
    statements = document.get("Statement", [])
    for statement in statements if isinstance(statements, list) else [statements]:
        services = (statement.get("Principal") or {}).get("Service", [])
        services = [services] if isinstance(services, str) else services
        if statement.get("Effect") == "Allow" and "lambda.amazonaws.com" in services:
            return True
    return False


def enforce_roles():
    """Lets the roles of functions do what their policies say, and no more."""
    if not ministack.AUTH:
        return
    know_functions_by_their_keys()
    know_senders()
    poll_in_the_role_of_the_function()
    write_logs_in_the_role_of_the_function()
    deliver_events_as_a_service()
    check_roles_at_creation()
