//! The loopback of a new network namespace, which is down at first.
//!
//! One message brings it up. What speaks all of rtnetlink costs a first build eighteen processor-seconds.

use std::io;

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, sendto, socket};

/// The interfaces of this process's network, a line each below two of headings: proc(5).
const INTERFACES: &str = "/proc/self/net/dev";

/// The loopback's index: it is the first interface of every network namespace.
const LOOPBACK: i32 = 1;

/// From `linux/netlink.h`, `linux/rtnetlink.h` and `linux/if.h`.
const RTM_NEWLINK: u16 = 16;
const NLMSG_ERROR: u16 = 2;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const IFF_UP: u32 = 1;

/// What a message is at least: its header, and what it is about.
const HEADER: usize = 16;
const LENGTH: u32 = 32;

/// Returns how many interfaces the network of this process has.
pub(crate) fn interfaces() -> io::Result<usize> {
    let table = fs_err::read_to_string(INTERFACES)?;
    Ok(table.lines().skip(2).count())
}

/// Brings the loopback up.
pub(crate) fn bring_up() -> io::Result<()> {
    // Without a protocol it is NETLINK_ROUTE.
    let socket = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    let kernel = SocketAddrNetlink::new(0, 0);
    sendto(&socket, &request(), SendFlags::empty(), &kernel)?;
    let mut answer = [0; 256];
    let (length, _) = recv(&socket, &mut answer, RecvFlags::empty())?;
    judge(answer.get(..length).unwrap_or_default())
}

/// `struct nlmsghdr`, then `struct ifinfomsg`, in the byte order of this machine.
fn request() -> Vec<u8> {
    let mut message = Vec::new();
    message.extend(LENGTH.to_ne_bytes());
    message.extend(RTM_NEWLINK.to_ne_bytes());
    message.extend((NLM_F_REQUEST | NLM_F_ACK).to_ne_bytes());
    // Number and sender: one message, and the kernel knows who sent it.
    message.extend([0; 8]);
    // Family, padding and type: left as they are.
    message.extend([0; 4]);
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    // Which flags change.
    message.extend(IFF_UP.to_ne_bytes());
    message
}

/// `struct nlmsgerr` follows the header: a negative number of errno(3), or zero.
fn judge(answer: &[u8]) -> io::Result<()> {
    let unreadable = || io::Error::other("the kernel's answer cannot be read");
    let kind = answer.get(4..6).and_then(|bytes| bytes.try_into().ok());
    let error = answer.get(HEADER..HEADER + 4);
    let error = error.and_then(|bytes| bytes.try_into().ok());
    let (Some(kind), Some(error)) = (kind, error) else {
        return Err(unreadable());
    };
    match (u16::from_ne_bytes(kind), i32::from_ne_bytes(error)) {
        (NLMSG_ERROR, 0) => Ok(()),
        (NLMSG_ERROR, number) => Err(io::Error::from_raw_os_error(number.saturating_neg())),
        _ => Err(unreadable()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_it_says() {
        assert_eq!(request().len(), usize::try_from(LENGTH).unwrap());
    }

    #[test]
    fn an_answer_is_an_error_by_its_number() {
        let answer = |kind: u16, error: i32| {
            let mut bytes = vec![0; 4];
            bytes.extend(kind.to_ne_bytes());
            bytes.extend([0; 10]);
            bytes.extend(error.to_ne_bytes());
            bytes
        };
        assert!(judge(&answer(NLMSG_ERROR, 0)).is_ok());
        let refused = judge(&answer(NLMSG_ERROR, -1)).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        assert!(judge(&answer(RTM_NEWLINK, 0)).is_err());
        assert!(judge(&[]).is_err());
    }

    #[test]
    fn this_machine_has_interfaces() {
        assert!(interfaces().unwrap() >= 1);
    }
}
