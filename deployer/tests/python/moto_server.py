"""moto as a server, with what its CloudFormation lacks of our templates.

What is added asks moto's own services through boto3, which checks every property by AWS's own
description of the API. Nothing is added of which another witness is better: durable executions,
events and failures.

Prints its port when it can be asked. Then each line of input names a region, and is answered with a
line that tells what that region holds; or it is a command to `moto_permissions.py`.
"""

import io
import json
import os
import sys
import threading
import traceback
from functools import cache, partial

import boto3
import moto.cloudformation.parsing as parsing
from moto.awslambda.models import LambdaVersion
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.dynamodb.models.table import Table
from moto.iam.access_control import PermissionResult
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import FakeBucket
from moto_inventory import inventory
from moto_permissions import Gate, refusal
from werkzeug.serving import make_server

making_a_client = threading.Lock()


@cache
def known_client(service, region):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=f"http://127.0.0.1:{os.environ['MOTO_PORT']}",
        aws_access_key_id="moto",
        aws_secret_access_key="moto",
    )


def client(service, region):
    # Clients may be used by several threads at once, but not made by several.
    with making_a_client:
        return known_client(service, region)


class Added:
    """A resource of a type that moto's CloudFormation does not know, although its service does."""

    def __init__(self, physical_resource_id, properties):
        self.physical_resource_id = physical_resource_id
        self.properties = properties

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        physical = cls.put(region_name, resource_name, properties, new=True)
        return cls(physical, properties)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name
    ):
        properties = cloudformation_json["Properties"]
        physical = original_resource.physical_resource_id
        return cls(cls.put(region_name, physical, properties, new=False), properties)

    def delete(self, account_id, region_name):
        self.remove(region_name)

    def is_created(self):
        return True

    def remove(self, region):
        """What a policy is attached to takes it along."""


class Alias(Added):
    @staticmethod
    def put(region, name, properties, new):
        lambda_ = client("lambda", region)
        call = lambda_.create_alias if new else lambda_.update_alias
        return call(**properties)["AliasArn"]

    def remove(self, region):
        # Its function may have taken it along.
        lambda_ = client("lambda", region)
        function, name = self.properties["FunctionName"], self.properties["Name"]
        try:
            lambda_.delete_alias(FunctionName=function, Name=name)
        except lambda_.exceptions.ResourceNotFoundException:
            pass


class Alarm(Added):
    @staticmethod
    def put(region, name, properties, new):
        client("cloudwatch", region).put_metric_alarm(AlarmName=name, **properties)
        return name

    def remove(self, region):
        client("cloudwatch", region).delete_alarms(AlarmNames=[self.physical_resource_id])


class Permission(Added):
    """moto's own takes whatever it is given; boto3 knows what a permission may say."""

    @staticmethod
    def put(region, name, properties, new):
        client("lambda", region).add_permission(StatementId=name, **properties)
        return f"{properties['FunctionName']}|{name}"

    def remove(self, region):
        # Its function may have taken it along.
        lambda_ = client("lambda", region)
        function, statement = self.physical_resource_id.split("|")
        try:
            lambda_.remove_permission(FunctionName=function, StatementId=statement)
        except lambda_.exceptions.ResourceNotFoundException:
            pass


class Url(Added):
    """moto keeps it with the function, whatever qualifier it is for."""

    has_cfn_attr = staticmethod("FunctionUrl".__eq__)

    @staticmethod
    def put(region, name, properties, new):
        lambda_ = client("lambda", region)
        call = lambda_.create_function_url_config if new else lambda_.update_function_url_config
        named = {key: value for key, value in properties.items() if key != "TargetFunctionArn"}
        return call(FunctionName=properties["TargetFunctionArn"], **named)["FunctionArn"]

    def get_cfn_attribute(self, attribute):
        region = self.physical_resource_id.split(":")[3]
        made = client("lambda", region).get_function_url_config(FunctionName=self.properties["TargetFunctionArn"])
        return made[attribute]

    def remove(self, region):
        lambda_ = client("lambda", region)
        try:
            lambda_.delete_function_url_config(FunctionName=self.properties["TargetFunctionArn"])
        except lambda_.exceptions.ResourceNotFoundException:
            pass


class QueuePolicy(Added):
    @staticmethod
    def put(region, name, properties, new):
        policy = json.dumps(properties["PolicyDocument"])
        [queue] = properties["Queues"]
        client("sqs", region).set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
        return queue


class BucketPolicy(Added):
    @staticmethod
    def put(region, name, properties, new):
        policy = json.dumps(properties["PolicyDocument"])
        client("s3", region).put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)
        return properties["Bucket"]


ADDED = {
    "AWS::CloudWatch::Alarm": Alarm,
    "AWS::Lambda::Alias": Alias,
    "AWS::Lambda::Permission": Permission,
    "AWS::Lambda::Url": Url,
    "AWS::S3::BucketPolicy": BucketPolicy,
    "AWS::SQS::QueuePolicy": QueuePolicy,
}


def after_creation(model, complete):
    """Completes what `model` makes of a resource by properties that it passes over."""
    create = model.create_from_cloudformation_json

    def created(cls, resource_name, cloudformation_json, account_id, region_name, **more):
        made = create(resource_name, cloudformation_json, account_id, region_name, **more)
        complete(made, resource_name, cloudformation_json["Properties"], region_name)
        return made

    model.create_from_cloudformation_json = classmethod(created)


def complete_table(_, name, properties, region):
    dynamodb = client("dynamodb", region)
    if live := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=live)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)


def update_table(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """moto forgets a table that is updated; of ours, only the guard against deletion changes."""
    client("dynamodb", region_name).update_table(
        TableName=original_resource.name,
        DeletionProtectionEnabled=cloudformation_json["Properties"]["DeletionProtectionEnabled"],
    )
    return original_resource


def complete_bucket(_, name, properties, region):
    s3 = client("s3", region)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    s3.put_public_access_block(
        Bucket=name,
        PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"],
    )


def complete_version(version, _, properties, region):
    made = client("lambda", region).get_function_configuration(
        FunctionName=properties["FunctionName"], Qualifier=str(version.version)
    )
    version.physical_resource_id = made["FunctionArn"]


def execute_change_set(self, change_set_name, stack_name=None):
    """moto forgets the outputs of a stack that a change set makes or changes."""
    change_set = self.describe_change_set(change_set_name)
    execute_as_moto_does(self, change_set_name, stack_name)
    stack = self.stacks[change_set.stack_id]
    stack._parse_template()
    stack.output_map = stack._create_output_map()


def update(self, template, parameters=None):
    """moto adds before it modifies, but a version is one of its function as that then is."""
    before = self._resource_json_map

    def is_late(resource):
        of_function = resource["Type"] in ["AWS::Lambda::Alias", "AWS::Lambda::Version"]
        return of_function and resource["Properties"]["FunctionName"]["Ref"] in before

    late = {id: resource for id, resource in before.items() if is_late(resource)}
    early = {id: resource for id, resource in template["Resources"].items() if not is_late(resource)}
    update_as_moto_does(self, {**template, "Resources": late | early}, parameters)
    update_as_moto_does(self, template, parameters)


def update_termination_protection(self):
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def list_change_sets(self):
    """moto lists those of all stacks."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    change_sets = self.cloudformation_backend.list_change_sets()
    return ActionResult({"Summaries": [made for made in change_sets if made.stack is stack]})


known_to_moto = parsing.get_model_map()
parsing.get_model_map = lambda: known_to_moto | ADDED
update_as_moto_does = parsing.ResourceMap.update
parsing.ResourceMap.update = update
execute_as_moto_does = CloudFormationBackend.execute_change_set
CloudFormationBackend.execute_change_set = execute_change_set
CloudFormationResponse.list_change_sets = list_change_sets
CloudFormationResponse.update_termination_protection = update_termination_protection
# moto takes a policy's condition that it cannot judge, such as that of transport, for a refusal.
FakeBucket.get_permission = lambda *_: PermissionResult.NEUTRAL
LambdaVersion.get_cfn_attribute = lambda self, attribute: str(self.version)
after_creation(LambdaVersion, complete_version)
after_creation(Table, complete_table)
Table.update_from_cloudformation_json = classmethod(update_table)
after_creation(FakeBucket, complete_bucket)


def created(logical_id, resource_json, resources_map, account_id, region_name):
    made = create_as_moto_does(logical_id, resource_json, resources_map, account_id, region_name)
    properties = settle(resources_map, logical_id, resource_json)
    gate.handle("create", resource_json["Type"], physical(made), properties, region_name)
    return made


def updated(logical_id, resource_json, resources_map, account_id, region_name):
    made = change_as_moto_does(logical_id, resource_json, resources_map, account_id, region_name)
    properties = settle(resources_map, logical_id, resource_json)
    gate.handle("update", resource_json["Type"], physical(made), properties, region_name)
    return made


def deleted(self, parsed_resource, resource_json):
    properties = self.settled[parsed_resource.logical_resource_id]
    gate.handle("delete", resource_json["Type"], physical(parsed_resource), properties, self._region_name)
    return delete_as_moto_does(self, parsed_resource, resource_json)


def settle(resources_map, logical_id, resource_json):
    """Returns the properties without references, and keeps them: a deletion would make what they refer to again."""
    properties = parsing.clean_json(resource_json["Properties"], resources_map)
    vars(resources_map).setdefault("settled", {})[logical_id] = properties
    return properties


def physical(resource):
    return getattr(resource, "physical_resource_id", None)


gate = Gate(client)
create_as_moto_does, parsing.parse_and_create_resource = parsing.parse_and_create_resource, created
change_as_moto_does, parsing.parse_and_update_resource = parsing.parse_and_update_resource, updated
delete_as_moto_does, parsing.ResourceMap._delete_resource = parsing.ResourceMap._delete_resource, deleted


def answer():
    """Tells what the region that a line of input names holds; ends when nobody can ask any more."""
    try:
        for line in sys.stdin:
            if line.startswith("{"):
                print(json.dumps(gate.command(json.loads(line))), flush=True)
            else:
                print(inventory(partial(client, region=line.strip())), flush=True)
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(0)


class Application(DomainDispatcherApplication):
    def __call__(self, environ, start_response):
        body = b""
        if environ["REQUEST_METHOD"] == "POST":
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
        reason = gate.refuse(environ, body)
        begun = []
        answer = None if reason else self.answer(environ, lambda *head: begun.append(head))
        if not (reason := reason or gate.request.refusal):
            start_response(*begun[-1])
            return answer
        headers, body = refusal(environ, reason)
        start_response("403 Forbidden", headers)
        return [body]

    def answer(self, environ, start_response):
        # moto knows no durable executions, so there are none.
        if environ["PATH_INFO"].startswith("/2025-12-01/"):
            start_response("200 OK", [("Content-Type", "application/json")])
            return [b'{"DurableExecutions": []}']
        return super().__call__(environ, start_response)


server = make_server(
    "127.0.0.1", 0, Application(create_backend_app), threaded=True, request_handler=MotoRequestHandler
)
os.environ["MOTO_PORT"] = str(server.port)
threading.Thread(target=answer, daemon=True).start()
print(server.port, flush=True)
server.serve_forever()
