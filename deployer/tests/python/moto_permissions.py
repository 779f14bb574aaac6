"""IAM for moto, which knows actions only and takes every policy that names a resource for none.

Who has an access key that `user` gave may do what the policies of that user allow, and nothing else; the keys of
the tests themselves may do everything. What CloudFormation does for a caller is asked of the caller's
policies too, or of those of the service role that the stack has, by what the handlers of each type
need: `handlers.*.permissions` of AWS's own resource type schemas, without what only properties need
that no template of ours has.
"""

import json
import os
import re
import threading
import uuid
from urllib.parse import parse_qs, unquote

from botocore.session import get_session

QUEUE = "GetQueueAttributes ListQueueTags"
TABLE = "DescribeTable DescribeContinuousBackups DescribeContributorInsights DescribeTimeToLive"
ROLE = "GetRole ListAttachedRolePolicies ListRolePolicies GetRolePolicy"
FUNCTION = "GetFunction GetFunctionCodeSigningConfig GetFunctionRecursionConfig GetRuntimeManagementConfig"
BUCKET = "ListBucket GetEncryptionConfiguration GetLifecycleConfiguration GetBucketVersioning GetBucketTagging"
GROUP = "DescribeLogGroups ListTagsForResource GetDataProtectionPolicy DescribeIndexPolicies"
TOPIC = "GetTopicAttributes ListTagsForResource ListSubscriptionsByTopic GetDataProtectionPolicy"

# Per type: the service, and what is called to create, update and delete.
HANDLERS = {
    "AWS::CloudWatch::Alarm": (
        "cloudwatch",
        "PutMetricAlarm DescribeAlarms TagResource",
        "PutMetricAlarm DescribeAlarms TagResource UntagResource",
        "DeleteAlarms DescribeAlarms",
    ),
    "AWS::DynamoDB::Table": (
        "dynamodb",
        f"CreateTable UpdateTimeToLive UpdateContinuousBackups UpdateTable TagResource ListTagsOfResource {TABLE}",
        f"UpdateTable UpdateTimeToLive UpdateContinuousBackups TagResource UntagResource {TABLE}",
        "DeleteTable DescribeTable",
    ),
    "AWS::Events::Rule": (
        "events",
        "DescribeRule PutRule PutTargets TagResource",
        "DescribeRule PutRule RemoveTargets PutTargets UntagResource TagResource",
        "DescribeRule DeleteRule RemoveTargets ListTargetsByRule",
    ),
    "AWS::IAM::Policy": ("iam", "GetRolePolicy PutRolePolicy", "PutRolePolicy DeleteRolePolicy", "DeleteRolePolicy"),
    "AWS::IAM::Role": (
        "iam",
        f"CreateRole PutRolePolicy TagRole {ROLE}",
        "UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy DeleteRolePolicy PutRolePolicy TagRole UntagRole",
        f"DeleteRole DetachRolePolicy DeleteRolePolicy {ROLE}",
    ),
    "AWS::Lambda::Alias": (
        "lambda",
        "CreateAlias GetAlias GetProvisionedConcurrencyConfig",
        "UpdateAlias GetAlias GetProvisionedConcurrencyConfig",
        "DeleteAlias GetAlias",
    ),
    "AWS::Lambda::EventSourceMapping": (
        "lambda",
        "CreateEventSourceMapping GetEventSourceMapping TagResource",
        "UpdateEventSourceMapping GetEventSourceMapping TagResource UntagResource",
        "DeleteEventSourceMapping GetEventSourceMapping",
    ),
    "AWS::Lambda::Function": (
        "lambda",
        f"CreateFunction PutFunctionConcurrency TagResource {FUNCTION}",
        f"UpdateFunctionConfiguration UpdateFunctionCode TagResource UntagResource {FUNCTION}",
        "DeleteFunction GetFunction",
    ),
    "AWS::Lambda::Permission": (
        "lambda",
        "AddPermission GetPolicy",
        "GetPolicy",
        "RemovePermission GetPolicy",
    ),
    "AWS::Lambda::Url": (
        "lambda",
        "CreateFunctionUrlConfig GetFunctionUrlConfig",
        "UpdateFunctionUrlConfig GetFunctionUrlConfig",
        "DeleteFunctionUrlConfig GetFunctionUrlConfig",
    ),
    "AWS::Lambda::Version": (
        "lambda",
        "PublishVersion GetFunctionConfiguration GetProvisionedConcurrencyConfig ListVersionsByFunction",
        "GetFunctionConfiguration",
        "GetFunctionConfiguration DeleteFunction",
    ),
    "AWS::Logs::LogGroup": (
        "logs",
        f"CreateLogGroup PutRetentionPolicy TagResource {GROUP}",
        f"PutRetentionPolicy TagResource UntagResource {GROUP}",
        "DescribeLogGroups DeleteLogGroup",
    ),
    "AWS::S3::Bucket": (
        "s3",
        "CreateBucket PutBucketTagging TagResource PutEncryptionConfiguration PutLifecycleConfiguration "
        f"PutBucketPublicAccessBlock PutBucketVersioning PutBucketOwnershipControls {BUCKET}",
        f"PutBucketTagging TagResource UntagResource PutLifecycleConfiguration {BUCKET}",
        "DeleteBucket ListBucket",
    ),
    "AWS::S3::BucketPolicy": ("s3", "GetBucketPolicy PutBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "AWS::SNS::Topic": (
        "sns",
        f"CreateTopic TagResource Subscribe {TOPIC}",
        f"SetTopicAttributes TagResource UntagResource Subscribe Unsubscribe {TOPIC}",
        "GetTopicAttributes DeleteTopic",
    ),
    "AWS::SQS::Queue": (
        "sqs",
        f"CreateQueue GetQueueUrl TagQueue {QUEUE}",
        f"SetQueueAttributes TagQueue UntagQueue {QUEUE}",
        "DeleteQueue GetQueueAttributes",
    ),
    "AWS::SQS::QueuePolicy": ("sqs", *["SetQueueAttributes"] * 3),
}
OPERATIONS = ["create", "update", "delete"]

# What has no ARN to be asked about.
WITHOUT_ARN = {
    "dynamodb:ListTables",
    "lambda:CreateEventSourceMapping",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "sns:Unsubscribe",
}


def like(pattern, text, flags=0):
    pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(pattern, text, flags) is not None


OPERATORS = {"StringEquals": str.__eq__, "ArnLike": like}


def holds(condition, context):
    """Returns whether every operator finds one of its values; a key that is not there is no match."""
    return all(
        key in context and any(OPERATORS[operator](value, context[key]) for value in values)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def allowing(documents, action, resource, context):
    """Returns the names of the statements that allow an action."""
    return [
        statement["Sid"]
        for document in documents
        for statement in document["Statement"]
        if any(like(pattern, action, re.IGNORECASE) for pattern in statement["Action"])
        and any(like(pattern, resource) for pattern in statement["Resource"])
        and holds(statement.get("Condition", {}), context)
    ]


class Denied(Exception):
    pass


class Gate:
    def __init__(self, client):
        self.client = client
        self.account = os.environ["MOTO_ACCOUNT_ID"]
        self.of_key = {}
        self.of_role = {}
        self.asked = {}
        self.boundary_of_role = {}
        self.role_of_stack = {}
        self.stack_of_change_set = {}
        self.request = threading.local()
        model = get_session().get_service_model("lambda")
        self.paths = []
        for name in model.operation_names:
            http = model.operation_model(name).http
            path = re.sub(r"\{[^}]+\}", r"([^/?]+)", http["requestUri"].split("?")[0])
            self.paths.append((http["method"], re.compile(path + "/?"), name))

    # What the tests ask.

    def command(self, command):
        if "user" in command:
            return self.user(command["user"])
        if "role" in command:
            return self.role(command["role"])
        asked = sorted(self.asked.items())
        return [[action, resource, sids] for (action, resource), sids in asked]

    def policies(self, documents):
        """Makes managed policies, as IAM takes them: it knows the grammar, and how long one may be."""
        iam = self.client("iam", "us-east-1")
        made = (
            iam.create_policy(PolicyName=f"policy-{uuid.uuid4()}", PolicyDocument=json.dumps(document))
            for document in documents
        )
        return [policy["Policy"]["Arn"] for policy in made]

    def user(self, documents):
        iam, name = self.client("iam", "us-east-1"), f"user-{uuid.uuid4()}"
        iam.create_user(UserName=name)
        for policy in self.policies(documents):
            iam.attach_user_policy(UserName=name, PolicyArn=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.of_key[key["AccessKeyId"]] = documents
        self.asked = {}
        return {"id": key["AccessKeyId"], "secret": key["SecretAccessKey"]}

    def role(self, documents):
        self.policies(documents)
        arn = f"arn:aws:iam::{self.account}:role/{uuid.uuid4()}"
        self.of_role[arn] = documents
        return {"arn": arn}

    # What the server asks.

    def ask(self, documents, action, resource, context=None):
        if action in WITHOUT_ARN:
            resource = "*"
        sids = allowing(documents, action, resource, context or {})
        self.asked[action, resource] = sids
        if not sids:
            raise Denied(f"not authorized to perform: {action} on resource: {resource}")

    def handle(self, operation, kind, physical, properties, region):
        """Asks for what CloudFormation does to a resource; not where nobody's key is to be looked at."""
        documents = getattr(self.request, "documents", None)
        if documents is None:
            return
        service, *calls = HANDLERS[kind]
        if kind == "AWS::IAM::Role":
            [role] = self.arns(kind, physical, properties, region)
            self.boundary_of_role[role] = properties.get("PermissionsBoundary")
        try:
            for action in calls[OPERATIONS.index(operation)].split():
                action = f"{service}:{action}"
                for resource in self.arns(kind, physical, properties, region):
                    self.ask(documents, action, resource, self.context(action, resource, properties, region))
            if kind == "AWS::Lambda::Function" and operation != "delete":
                passed = {"iam:PassedToService": "lambda.amazonaws.com"}
                self.ask(documents, "iam:PassRole", properties["Role"], passed)
                code = properties["Code"]
                self.ask(documents, "s3:GetObject", f"arn:aws:s3:::{code['S3Bucket']}/{code['S3Key']}")
        except Denied as denied:
            # moto carries it out all the same; the refusal is what the caller is told.
            self.request.refusal = str(denied)

    def arns(self, kind, physical, properties, region):
        service = HANDLERS[kind][0]
        name = (physical or "").rsplit("/", 1)[-1]
        if kind == "AWS::IAM::Policy":
            return [f"arn:aws:iam::{self.account}:role/{role}" for role in properties["Roles"]]
        if kind == "AWS::IAM::Role":
            return [f"arn:aws:iam::{self.account}:role/{name}"]
        if service == "s3":
            return [f"arn:aws:s3:::{properties.get('Bucket', name)}"]
        if kind in ["AWS::Lambda::Alias", "AWS::Lambda::Version"]:
            name = f"function:{properties['FunctionName'].split(':')[-1]}:1"
        if kind == "AWS::Lambda::Permission":
            name = ":".join(properties["FunctionName"].split(":")[5:])
        if kind == "AWS::Lambda::Url":
            name = f"function:{properties['TargetFunctionArn']}:{properties['Qualifier']}"
        named = {
            "AWS::CloudWatch::Alarm": f"alarm:{name}",
            "AWS::DynamoDB::Table": f"table/{name}",
            "AWS::Events::Rule": f"rule/{name.rsplit('|', 1)[-1]}",
            "AWS::Lambda::EventSourceMapping": f"event-source-mapping:{name}",
            "AWS::Lambda::Function": f"function:{name.split(':')[-1]}",
            "AWS::Logs::LogGroup": f"log-group:{physical}:*",
            "AWS::SNS::Topic": name.split(":")[-1],
        }
        return [f"arn:aws:{service}:{region}:{self.account}:{named.get(kind, name)}"]

    def context(self, action, resource, properties, region):
        if action.endswith("EventSourceMapping") and action != "lambda:GetEventSourceMapping":
            function = (properties or {}).get("FunctionName") or self.function_of(resource, region)
            if not function.startswith("arn:"):
                function = f"arn:aws:lambda:{region}:{self.account}:function:{function}"
            return {"lambda:FunctionArn": function}
        if boundary := self.boundary_of_role.get(resource):
            return {"iam:PermissionsBoundary": boundary}
        return {}

    def function_of(self, mapping, region):
        found = self.client("lambda", region).get_event_source_mapping(UUID=mapping.rsplit(":", 1)[-1])
        return found["FunctionArn"]

    def refuse(self, environ, body):
        """Returns why a request is refused, and lets what is done for it know whose it is."""
        self.request.documents = self.request.refusal = None
        credential = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        if not credential or credential[1] not in self.of_key:
            return None
        documents, region, service = self.of_key[credential[1]], credential[2], credential[3]
        try:
            calls = getattr(self, f"of_{service}", self.of_json)(environ, body, region)
            for action, resource in calls:
                action = f"{service}:{action}"
                if action != "sts:GetCallerIdentity":
                    self.ask(documents, action, resource, self.context(action, resource, None, region))
            role = self.role_of(service, calls[0][1], body)
            if role:
                passed = {"iam:PassedToService": "cloudformation.amazonaws.com"}
                self.ask(documents, "iam:PassRole", role, passed)
                documents = self.of_role[role]
        except Denied as denied:
            return str(denied)
        self.request.documents = documents
        return None

    def role_of(self, service, stack, body):
        """Returns the service role of a stack's operation: the one that is named, or was last."""
        if service != "cloudformation":
            return None
        name = stack.split("/")[1]
        if role := parse_qs(body.decode()).get("RoleARN"):
            self.role_of_stack[name] = role[0]
        return self.role_of_stack.get(name)

    def stack_of(self, change_set, region):
        if change_set not in self.stack_of_change_set:
            described = self.client("cloudformation", region).describe_change_set(ChangeSetName=change_set)
            self.stack_of_change_set[change_set] = described["StackId"]
        return self.stack_of_change_set[change_set]

    def of_sts(self, environ, body, region):
        return [(parse_qs(body.decode())["Action"][0], "*")]

    def of_cloudformation(self, environ, body, region):
        form = parse_qs(body.decode())
        [action] = form["Action"]
        arn = f"arn:aws:cloudformation:{region}:{self.account}"
        change_set = form.get("ChangeSetName", [""])[0]
        if stack := form.get("StackName"):
            stack = stack[0] if stack[0].startswith("arn:") else f"{arn}:stack/{stack[0]}/{uuid.UUID(int=0)}"
        elif change_set and action != "DescribeEvents":
            stack = self.stack_of(change_set, region)
        else:
            stack = change_set or f"{arn}:stack/*/*"
        calls = [(action, stack)]
        if "Tags.member.1.Key" in form:
            calls.append(("TagResource", stack))
            if action == "CreateChangeSet":
                calls.append(("TagResource", f"{arn}:changeSet/{change_set}/{uuid.UUID(int=0)}"))
        return calls

    def of_lambda(self, environ, body, region):
        path = environ["PATH_INFO"]
        for method, pattern, name in self.paths:
            if method == environ["REQUEST_METHOD"] and (found := pattern.fullmatch(path)):
                break
        else:
            raise Denied(f"not a known call: {path}")
        subject = unquote(found[1]) if found.groups() else "*"
        arn = f"arn:aws:lambda:{region}:{self.account}"
        if "EventSourceMapping" in name:
            return [(name, f"{arn}:event-source-mapping:{subject}")]
        return [(name, subject if subject.startswith("arn:") else f"{arn}:function:{subject}")]

    def of_s3(self, environ, body, region):
        bucket, _, key = unquote(environ["PATH_INFO"]).lstrip("/").partition("/")
        query, method = parse_qs(environ["QUERY_STRING"], keep_blank_values=True), environ["REQUEST_METHOD"]
        arn = f"arn:aws:s3:::{bucket}"
        if "delete" in query:
            keys = re.findall(r"<Object>(.*?)</Object>", body.decode(), re.DOTALL)
            return [
                (
                    "DeleteObjectVersion" if "<VersionId>" in each else "DeleteObject",
                    f"{arn}/{re.search('<Key>(.*?)</Key>', each)[1]}",
                )
                for each in keys
            ]
        if not key:
            return [("ListBucketVersions" if "versions" in query else "ListBucket", arn)]
        action = {"PUT": "PutObject", "DELETE": "DeleteObject"}.get(method, "GetObject")
        return [(action, f"{arn}/{key}")]

    def of_json(self, environ, body, region):
        action = environ["HTTP_X_AMZ_TARGET"].split(".")[-1]
        asked = json.loads(body or b"{}")
        if queue := asked.get("QueueUrl") or asked.get("QueueName"):
            return [(action, f"arn:aws:sqs:{region}:{self.account}:{queue.rsplit('/', 1)[-1]}")]
        if table := asked.get("TableName"):
            return [(action, f"arn:aws:dynamodb:{region}:{self.account}:table/{table}")]
        if group := asked.get("logGroupName"):
            return [(action, f"arn:aws:logs:{region}:{self.account}:log-group:{group}:*")]
        return [(action, "*")]


def refusal(environ, reason):
    """Returns the answer of a service that refuses, in each protocol's words at once."""
    code = "AccessDenied"
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>User is {reason}</Message></Error></ErrorResponse>"
    elif "s3" in environ.get("HTTP_AUTHORIZATION", "").split("/")[3:4]:
        body = f"<Error><Code>{code}</Code><Message>User is {reason}</Message></Error>"
    else:
        code = "AccessDeniedException"
        body = json.dumps({"__type": code, "message": f"User is {reason}"})
    return [("Content-Type", "text/xml"), ("x-amzn-errortype", code)], body.encode()
