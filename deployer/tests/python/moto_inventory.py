"""What an account holds, asked of every service itself.

Each resource of each stack is told by the names of its CloudFormation properties, so that a template
can be held against it.
"""

import ast
import json


def pairs(tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def alarm(ask, name):
    [made] = ask("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return {**made, "Tags": ask("cloudwatch").list_tags_for_resource(ResourceARN=made["AlarmArn"])["Tags"]}


def alias(ask, arn):
    function, name = arn.split(":")[-2:]
    made = ask("lambda").get_alias(FunctionName=function, Name=name)
    return {**made, "FunctionName": function}


def bucket(ask, name):
    encryption = ask("s3").get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    by_default = [rule["ApplyServerSideEncryptionByDefault"] for rule in encryption]
    return {
        "BucketName": name,
        "Tags": ask("s3").get_bucket_tagging(Bucket=name)["TagSet"],
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": rule} for rule in by_default
            ]
        },
        "PublicAccessBlockConfiguration": ask("s3").get_public_access_block(Bucket=name)[
            "PublicAccessBlockConfiguration"
        ],
        "VersioningConfiguration": {"Status": ask("s3").get_bucket_versioning(Bucket=name)["Status"]},
    }


def bucket_policy(ask, name):
    return {"Bucket": name, "PolicyDocument": json.loads(ask("s3").get_bucket_policy(Bucket=name)["Policy"])}


def function(ask, name):
    made = ask("lambda").get_function_configuration(FunctionName=name)
    assert made["CodeSize"] > 0 and made["State"] == "Active", made
    told = {key: made[key] for key in ["Environment", "Handler", "MemorySize", "Role", "Runtime", "Timeout"]}
    return {**told, **ask("lambda").get_function_concurrency(FunctionName=name)}


def log_group(ask, name):
    groups = ask("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    [made] = [group for group in groups if group["logGroupName"] == name]
    tags = ask("logs").list_tags_for_resource(resourceArn=made["logGroupArn"])["tags"]
    return {"LogGroupName": name, "RetentionInDays": made["retentionInDays"], "Tags": pairs(tags)}


def mapping(ask, uuid):
    made = ask("lambda").get_event_source_mapping(UUID=uuid)
    # Of the function it shows the version that the alias stood for, not the alias.
    return {**made, "Enabled": made["State"] == "Enabled"}


def permission(ask, id):
    function, statement = id.split("|")
    policy = json.loads(ask("lambda").get_policy(FunctionName=function)["Policy"])
    [made] = [made for made in policy["Statement"] if made["Sid"] == statement]
    return {**made, "FunctionName": function}


def url(ask, arn):
    function = arn.split(":")[6]
    made = ask("lambda").get_function_url_config(FunctionName=function)
    return {**made, "TargetFunctionArn": function}


def queue(ask, url):
    attributes = ask("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return {
        "MessageRetentionPeriod": int(attributes["MessageRetentionPeriod"]),
        "VisibilityTimeout": int(attributes["VisibilityTimeout"]),
        "SqsManagedSseEnabled": attributes.get("SqsManagedSseEnabled") == "true",
        "RedrivePolicy": json.loads(attributes.get("RedrivePolicy", "null")),
        "Tags": pairs(ask("sqs").list_queue_tags(QueueUrl=url).get("Tags", {})),
    }


def queue_policy(ask, url):
    attributes = ask("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    return {"Queues": [url], "PolicyDocument": json.loads(attributes["Policy"])}


def document(policy):
    # moto writes a policy that comes with its role in Python's own way.
    return ast.literal_eval(policy) if isinstance(policy, str) else policy


def role(ask, name):
    made = ask("iam").get_role(RoleName=name)["Role"]
    policies = ask("iam").list_role_policies(RoleName=name)["PolicyNames"]
    return {
        "AssumeRolePolicyDocument": made["AssumeRolePolicyDocument"],
        "Tags": ask("iam").list_role_tags(RoleName=name)["Tags"],
        "Policies": [
            {
                "PolicyName": policy,
                "PolicyDocument": document(
                    ask("iam").get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                ),
            }
            for policy in policies
        ],
    }


def rule(ask, name):
    made = ask("events").describe_rule(Name=name)
    targets = ask("events").list_targets_by_rule(Rule=name)["Targets"]
    tags = ask("events").list_tags_for_resource(ResourceARN=made["Arn"])["Tags"]
    return {**made, "EventPattern": json.loads(made["EventPattern"]), "Tags": tags, "Targets": targets}


def table(ask, name):
    made = ask("dynamodb").describe_table(TableName=name)["Table"]
    live = ask("dynamodb").describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = ask("dynamodb").describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return {
        **made,
        "BillingMode": made["BillingModeSummary"]["BillingMode"],
        "Tags": ask("dynamodb").list_tags_of_resource(ResourceArn=made["TableArn"])["Tags"],
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery == "ENABLED"},
        "TimeToLiveSpecification": {
            "AttributeName": live.get("AttributeName"),
            "Enabled": live["TimeToLiveStatus"] == "ENABLED",
        },
    }


def version(ask, arn):
    made = ask("lambda").get_function_configuration(FunctionName=arn)
    return {"FunctionName": made["FunctionName"]}


READERS = {
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::DynamoDB::Table": table,
    "AWS::Events::Rule": rule,
    "AWS::IAM::Role": role,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::Url": url,
    "AWS::Lambda::Version": version,
    "AWS::Logs::LogGroup": log_group,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketPolicy": bucket_policy,
    "AWS::SQS::Queue": queue,
    "AWS::SQS::QueuePolicy": queue_policy,
}


def resource(ask, described):
    kind, id = described["ResourceType"], described.get("PhysicalResourceId")
    told = {"Type": kind, "Id": id}
    if reader := READERS.get(kind):
        read = reader(ask, id)
        told["Properties"] = {name: read[name] for name in read if name != "ResponseMetadata"}
    return told


def stack(ask, made):
    name, cloudformation = made["StackName"], ask("cloudformation")
    resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    return {
        "Status": made["StackStatus"],
        "Protected": made.get("EnableTerminationProtection"),
        "Outputs": {output["OutputKey"]: output["OutputValue"] for output in made.get("Outputs", [])},
        "Tags": {tag["Key"]: tag["Value"] for tag in made.get("Tags", [])},
        "Template": cloudformation.get_template(StackName=name)["TemplateBody"],
        "ChangeSets": cloudformation.list_change_sets(StackName=name)["Summaries"],
        "Resources": {
            described["LogicalResourceId"]: resource(ask, described)
            for described in resources
            if "LogicalResourceId" in described
        },
    }


def versions(ask, function):
    listed = ask("lambda").list_versions_by_function(FunctionName=function)["Versions"]
    return names(listed, "Version")


def names(listed, key):
    return [made[key] for made in listed]


def inventory(ask):
    """Returns what there is, as JSON; `ask` returns the client of a service."""
    functions = names(ask("lambda").list_functions()["Functions"], "FunctionName")
    mappings = ask("lambda").list_event_source_mappings()["EventSourceMappings"]
    stacks = ask("cloudformation").describe_stacks()["Stacks"]
    held = {
        "Alarms": names(ask("cloudwatch").describe_alarms()["MetricAlarms"], "AlarmName"),
        "Buckets": names(ask("s3").list_buckets()["Buckets"], "Name"),
        "Functions": {function: versions(ask, function) for function in functions},
        "LogGroups": names(ask("logs").describe_log_groups()["logGroups"], "logGroupName"),
        "Mappings": names(mappings, "UUID"),
        "Queues": ask("sqs").list_queues().get("QueueUrls", []),
        "Roles": names(ask("iam").list_roles()["Roles"], "RoleName"),
        "Rules": names(ask("events").list_rules()["Rules"], "Name"),
        "Stacks": {made["StackName"]: stack(ask, made) for made in stacks},
        "Tables": ask("dynamodb").list_tables()["TableNames"],
    }
    return json.dumps(held, default=str, sort_keys=True)
