//! Whether a service is on this machine, so that nobody need wait for it or spare it.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Returns whether an endpoint is on this machine. Another endpoint than AWS's own may be as far
/// away, and have the same limits, such as that of a VPC.
pub(super) fn is_near(endpoint: Option<&str>) -> bool {
    endpoint.and_then(host).is_some_and(is_this_machine)
}

/// Returns the host of an endpoint, without its port; nothing for what is no URL of the web.
fn host(endpoint: &str) -> Option<&str> {
    let (scheme, rest) = endpoint.split_once("://")?;
    if !["http", "https"]
        .iter()
        .any(|web| scheme.eq_ignore_ascii_case(web))
    {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    // Before an `@` stands who asks: `http://localhost@far.example` asks `far.example`.
    let host = authority.rsplit('@').next()?;
    match host.strip_prefix('[') {
        Some(address) => Some(address.split_once(']')?.0),
        None => host.split(':').next(),
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        || host
            .parse()
            .is_ok_and(|address: Ipv6Addr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn only_this_machine_is_near() {
        for near in [
            "http://127.0.0.1:4566",
            "http://127.8.0.1",
            "http://localhost:4566",
            "http://LOCALHOST/path",
            "https://localhost",
            "http://user@localhost:4566",
            "http://[::1]:1",
        ] {
            assert!(is_near(Some(near)), "{near}");
        }
        for far in [
            "https://vpce-1.cloudformation.eu-west-1.vpce.amazonaws.com",
            "http://emulator.example:4566",
            "http://localhost.example:4566",
            "http://127.example",
            "http://127.0.0.1.example",
            "http://localhost@emulator.example",
            "http://emulator.example/?http://localhost",
            "http://[2001:db8::1]:4566",
            "localhost:4566",
            "",
        ] {
            assert!(!is_near(Some(far)), "{far}");
        }
        assert!(!is_near(None), "AWS itself");
    }
}
