//! The types that the program itself asks for.

/// A Lambda function.
pub const FUNCTION: &str = "AWS::Lambda::Function";
/// A published version of a function.
pub const VERSION: &str = "AWS::Lambda::Version";
/// An event source mapping.
pub const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
/// A queue.
pub const QUEUE: &str = "AWS::SQS::Queue";
/// A table.
pub const TABLE: &str = "AWS::DynamoDB::Table";
/// An alarm of CloudWatch.
pub const ALARM: &str = "AWS::CloudWatch::Alarm";
/// A log group.
pub const LOG_GROUP: &str = "AWS::Logs::LogGroup";
/// A stack, which reports on itself as on a resource.
pub const STACK: &str = "AWS::CloudFormation::Stack";
/// A name that stands for a version of a function.
pub const ALIAS: &str = "AWS::Lambda::Alias";
/// What a role may do.
pub const POLICY: &str = "AWS::IAM::Policy";
