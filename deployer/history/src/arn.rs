//! The ARN of an execution, taken apart.

/// The ARN of an execution:
/// `arn:PARTITION:lambda:REGION:ACCOUNT:function:FUNCTION:VERSION/durable-execution/NAME/ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutionArn<'a> {
    /// The ARN.
    pub whole: &'a str,
    /// The region.
    pub region: &'a str,
    /// The account.
    pub account: &'a str,
    /// The function's name.
    pub function: &'a str,
    /// The version that the execution is pinned to, or `$LATEST`.
    pub version: &'a str,
    /// The execution's name.
    pub name: &'a str,
    /// What tells it from another one of that name.
    pub id: &'a str,
}

impl<'a> ExecutionArn<'a> {
    /// Takes an ARN apart; nothing for a text that is none of an execution.
    pub fn parse(whole: &'a str) -> Option<Self> {
        let (function, execution) = whole.split_once("/durable-execution/")?;
        let (name, id) = execution.split_once('/')?;
        let parts: Vec<&str> = function.split(':').collect();
        let [
            "arn",
            _,
            "lambda",
            region,
            account,
            "function",
            function,
            version,
        ] = parts.as_slice()
        else {
            return None;
        };
        let filled = [region, account, function, version, &name, &id];
        filled.iter().all(|part| !part.is_empty()).then_some(Self {
            whole,
            region,
            account,
            function,
            version,
            name,
            id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ExecutionArn;

    #[test]
    fn an_arn_is_taken_apart_and_other_texts_are_none() {
        let text = "arn:aws-cn:lambda:cn-north-1:111122223333:function:orders:7/durable-execution/dev-tx-1/7c0f";
        let arn = ExecutionArn::parse(text).unwrap();
        assert_eq!(
            [
                arn.region,
                arn.account,
                arn.function,
                arn.version,
                arn.name,
                arn.id
            ],
            [
                "cn-north-1",
                "111122223333",
                "orders",
                "7",
                "dev-tx-1",
                "7c0f"
            ]
        );
        for none in [
            "dev-tx-1",
            "arn:aws:lambda:r:a:function:f:1",
            "arn:aws:lambda:r:a:function:f/durable-execution/n/i",
            "arn:aws:lambda:r:a:function:f:1/durable-execution/n",
            "arn:aws:lambda:r:a:function::1/durable-execution/n/i",
            "arn:aws:sqs:r:a:function:f:1/durable-execution/n/i",
        ] {
            assert_eq!(ExecutionArn::parse(none), None, "{none}");
        }
    }
}
