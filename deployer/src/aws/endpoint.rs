//! Whether a service is on this machine, so that nobody need wait for it or spare it.

/// How the endpoints of services on this machine begin.
const NEAR: [&str; 3] = ["http://127.", "http://localhost", "http://[::1]"];

/// Returns whether an endpoint is on this machine. Another endpoint than AWS's own may be as far
/// away, and have the same limits, such as that of a VPC.
pub(super) fn is_near(endpoint: Option<&str>) -> bool {
    endpoint.is_some_and(|endpoint| NEAR.iter().any(|near| endpoint.starts_with(near)))
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn only_this_machine_is_near() {
        for near in [
            "http://127.0.0.1:4566",
            "http://localhost:4566",
            "http://[::1]:1",
        ] {
            assert!(is_near(Some(near)), "{near}");
        }
        for far in [
            "https://vpce-1.cloudformation.eu-west-1.vpce.amazonaws.com",
            "http://emulator.example:4566",
        ] {
            assert!(!is_near(Some(far)), "{far}");
        }
        assert!(!is_near(None), "AWS itself");
    }
}
