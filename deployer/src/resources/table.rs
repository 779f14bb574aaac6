//! What is known of types of resources: one table, a row a type.
//!
//! Source: the resource type schemas that CloudFormation publishes for us-east-1, of them
//! `createOnlyProperties`, `conditionalCreateOnlyProperties` and `tagging`.

use super::kind::{Holds, ResourceType, known};

/// The types that are known, by name.
pub(super) const TYPES: [ResourceType; 69] = [
    known("AWS::ApiGateway::RestApi").usual().taggable(),
    known("AWS::ApiGateway::Stage").taggable(),
    known("AWS::ApiGateway::UsagePlan").taggable(),
    known("AWS::ApiGatewayV2::Api").usual(),
    known("AWS::ApiGatewayV2::Integration").usual(),
    known("AWS::ApiGatewayV2::Route").usual(),
    known("AWS::ApiGatewayV2::Stage").usual(),
    known("AWS::AppConfig::Application").taggable(),
    known("AWS::Athena::WorkGroup").taggable(),
    known("AWS::CertificateManager::Certificate").taggable(),
    known("AWS::CloudFront::Distribution").taggable(),
    known("AWS::CloudWatch::Alarm")
        .named_by("AlarmName")
        .usual()
        .taggable()
        .create_only(&["AlarmName"]),
    known("AWS::CloudWatch::CompositeAlarm").usual().taggable(),
    known("AWS::CloudWatch::Dashboard")
        .named_by("DashboardName")
        .usual()
        .taggable()
        .create_only(&["DashboardName"]),
    known("AWS::DynamoDB::GlobalTable")
        .usual()
        .holds(Holds::Data, "entries"),
    known("AWS::DynamoDB::Table")
        .guarded_by("DeletionProtectionEnabled")
        .named_by("TableName")
        .usual()
        .taggable()
        .create_only(&["TableName", "KeySchema", "ImportSourceSpecification"])
        .conditional(&["LocalSecondaryIndexes"])
        .holds(Holds::Data, "items"),
    known("AWS::EC2::SecurityGroup").usual().taggable(),
    known("AWS::EC2::Subnet").usual().taggable(),
    known("AWS::EC2::VPC").usual().taggable(),
    known("AWS::EC2::VPCEndpoint").usual().taggable(),
    known("AWS::ECR::Repository").taggable(),
    known("AWS::ECS::Cluster").taggable(),
    known("AWS::ECS::Service").taggable(),
    known("AWS::ECS::TaskDefinition").taggable(),
    known("AWS::Events::Archive")
        .named_by("ArchiveName")
        .usual()
        .create_only(&["ArchiveName", "SourceArn"])
        .holds(Holds::Data, "events"),
    known("AWS::Events::Connection").usual(),
    known("AWS::Events::EventBus").usual().taggable(),
    known("AWS::Events::EventBusPolicy").usual(),
    known("AWS::Events::Rule")
        .named_by("Name")
        .usual()
        .taggable()
        .create_only(&["Name"])
        .conditional(&["EventBusName"]),
    known("AWS::IAM::ManagedPolicy")
        .named_by("ManagedPolicyName")
        .usual()
        .create_only(&["ManagedPolicyName", "Description", "Path"]),
    known("AWS::IAM::Policy").usual().create_only(&[]),
    known("AWS::IAM::Role")
        .named_by("RoleName")
        .usual()
        .taggable()
        .create_only(&["RoleName", "Path"]),
    known("AWS::IAM::RolePolicy")
        .usual()
        .create_only(&["PolicyName", "RoleName"]),
    known("AWS::IAM::User").taggable(),
    known("AWS::KMS::Alias")
        .named_by("AliasName")
        .usual()
        .create_only(&["AliasName"]),
    known("AWS::KMS::Key")
        .usual()
        .taggable()
        .create_only(&[])
        .holds(Holds::Data, "entries"),
    known("AWS::Kinesis::Stream")
        .named_by("Name")
        .usual()
        .taggable()
        .holds(Holds::Data, "entries"),
    known("AWS::KinesisFirehose::DeliveryStream").taggable(),
    known("AWS::Lambda::Alias")
        .usual()
        .create_only(&["Name", "FunctionName"]),
    known("AWS::Lambda::CodeSigningConfig").taggable(),
    known("AWS::Lambda::EventInvokeConfig")
        .usual()
        .create_only(&["FunctionName", "Qualifier"]),
    known("AWS::Lambda::EventSourceMapping")
        .usual()
        .taggable()
        .create_only(&[
            "EventSourceArn",
            "StartingPosition",
            "StartingPositionTimestamp",
            "SelfManagedEventSource",
        ]),
    known("AWS::Lambda::Function")
        .named_by("FunctionName")
        .usual()
        .taggable()
        .create_only(&["FunctionName", "PackageType", "TenancyConfig"]),
    known("AWS::Lambda::LayerVersion").usual(),
    known("AWS::Lambda::Permission").usual().create_only(&[
        "FunctionName",
        "FunctionUrlAuthType",
        "InvokedViaFunctionUrl",
        "SourceAccount",
        "SourceArn",
        "Principal",
        "PrincipalOrgID",
        "Action",
        "EventSourceToken",
    ]),
    known("AWS::Lambda::Url")
        .usual()
        .create_only(&["TargetFunctionArn", "Qualifier"]),
    known("AWS::Lambda::Version").usual().create_only(&[
        "FunctionName",
        "Description",
        "CodeSha256",
        "ProvisionedConcurrencyConfig",
        "RuntimePolicy",
    ]),
    known("AWS::Logs::LogGroup")
        .named_by("LogGroupName")
        .usual()
        .taggable()
        .create_only(&["LogGroupName"])
        .holds(Holds::Records, "entries"),
    known("AWS::Logs::MetricFilter")
        .usual()
        .create_only(&["FilterName", "LogGroupName"]),
    known("AWS::Logs::SubscriptionFilter").usual(),
    known("AWS::OpenSearchService::Domain")
        .named_by("DomainName")
        .taggable()
        .create_only(&["DomainName"])
        // A version is changed in place only where the `UpdatePolicy` allows it, says its documentation.
        .conditional(&[
            "EncryptionAtRestOptions",
            "AdvancedSecurityOptions",
            "EngineVersion",
        ])
        .holds(Holds::Data, "documents"),
    known("AWS::RDS::DBCluster")
        .guarded_by("DeletionProtection")
        .taggable(),
    known("AWS::RDS::DBInstance")
        .guarded_by("DeletionProtection")
        .taggable(),
    known("AWS::S3::Bucket")
        .named_by("BucketName")
        .usual()
        .taggable()
        .create_only(&["BucketName", "BucketNamePrefix", "BucketNamespace"])
        .holds(Holds::Data, "objects"),
    known("AWS::S3::BucketPolicy")
        .usual()
        .create_only(&["Bucket"]),
    known("AWS::SES::ConfigurationSet").taggable(),
    known("AWS::SES::EmailIdentity").taggable(),
    known("AWS::SNS::Subscription").usual(),
    known("AWS::SNS::Topic")
        .named_by("TopicName")
        .usual()
        .taggable()
        .create_only(&["TopicName", "FifoTopic"]),
    known("AWS::SNS::TopicPolicy").usual(),
    known("AWS::SQS::Queue")
        .named_by("QueueName")
        .usual()
        .taggable()
        .create_only(&["QueueName", "FifoQueue"])
        .holds(Holds::Data, "messages"),
    known("AWS::SQS::QueuePolicy").usual().create_only(&[]),
    known("AWS::SSM::Parameter")
        .named_by("Name")
        .usual()
        .create_only(&["Name"]),
    known("AWS::Scheduler::ScheduleGroup").taggable(),
    known("AWS::SecretsManager::Secret")
        .named_by("Name")
        .usual()
        .taggable()
        .holds(Holds::Data, "entries"),
    known("AWS::StepFunctions::Activity").taggable(),
    known("AWS::StepFunctions::StateMachine").taggable(),
    known("AWS::WAFv2::WebACL").taggable(),
    known("AWS::XRay::Group").taggable(),
];
