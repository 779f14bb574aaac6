//! The ways to name a function in the Lambda API.

use crate::gateway::Qualification;

/// A function's name and, where the reference carries one, its qualifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionReference {
    pub(crate) name: String,
    pub(crate) qualifier: Option<String>,
}

impl FunctionReference {
    /// Reads `name`, `name:qualifier`, `account:function:name[:qualifier]` or a full ARN.
    pub(crate) fn parse(text: &str) -> Self {
        let parts: Vec<&str> = text.split(':').collect();
        let (name, qualifier) = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", name, rest @ ..]
            | [_, "function", name, rest @ ..]
            | ["function", name, rest @ ..]
            | [name, rest @ ..] => (*name, rest.first()),
            [] => (text, None),
        };
        Self {
            name: name.to_owned(),
            qualifier: qualifier
                .filter(|qualifier| !qualifier.is_empty())
                .map(|qualifier| (*qualifier).to_owned()),
        }
    }

    /// Adds the qualifier that was given beside the reference; `None` when the two contradict.
    pub(crate) fn qualified(mut self, beside: Option<&str>) -> Option<Self> {
        match (&self.qualifier, beside) {
            (Some(inside), Some(beside)) if inside != beside => None,
            (None, Some(beside)) => {
                self.qualifier = Some(beside.to_owned());
                Some(self)
            }
            _ => Some(self),
        }
    }

    pub(crate) fn qualification(&self) -> Qualification {
        match self.qualifier.as_deref() {
            None => Qualification::Unqualified,
            Some("$LATEST") => Qualification::Latest,
            Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                Qualification::Version
            }
            Some(alias) => Qualification::Alias(alias.to_owned()),
        }
    }
}

/// Returns a function's ARN without the qualifier that may end it.
pub(crate) fn unqualified_arn(arn: &str) -> String {
    arn.split(':').take(7).collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (String, Option<String>) {
        let reference = FunctionReference::parse(text);
        (reference.name, reference.qualifier)
    }

    #[test]
    fn every_form_is_read() {
        let plain = ("f".to_owned(), None);
        let live = ("f".to_owned(), Some("live".to_owned()));
        assert_eq!(parsed("f"), plain);
        assert_eq!(parsed("f:live"), live);
        assert_eq!(parsed("000000000000:function:f"), plain);
        assert_eq!(parsed("000000000000:function:f:live"), live);
        assert_eq!(
            parsed("arn:aws:lambda:us-east-1:000000000000:function:f"),
            plain
        );
        assert_eq!(
            parsed("arn:aws:lambda:us-east-1:000000000000:function:f:live"),
            live
        );
    }

    #[test]
    fn a_contradicting_qualifier_is_refused() {
        let reference = FunctionReference::parse("f:live");
        assert_eq!(reference.clone().qualified(Some("2")), None);
        assert_eq!(
            reference.clone().qualified(Some("live")),
            Some(reference.clone())
        );
        assert_eq!(reference.clone().qualified(None), Some(reference));
    }

    #[test]
    fn qualifiers_are_told_apart() {
        let of = |text: &str| FunctionReference::parse(text).qualification();
        assert_eq!(of("f"), Qualification::Unqualified);
        assert_eq!(of("f:$LATEST"), Qualification::Latest);
        assert_eq!(of("f:12"), Qualification::Version);
        assert_eq!(of("f:live"), Qualification::Alias("live".to_owned()));
        assert_eq!(
            unqualified_arn("arn:aws:lambda:r:a:function:f:1"),
            "arn:aws:lambda:r:a:function:f"
        );
    }
}
