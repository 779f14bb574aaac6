//! What the service is told.

/// The account and region that execution ARNs carry where the function's own ARN is not known.
#[derive(Debug, Clone)]
pub struct ServiceSettings {
    /// The twelve-digit account id.
    pub account: String,
    /// The region.
    pub region: String,
}
