//! Kills the function process at the other end of a connection.

use std::io;
use std::net::SocketAddr;

use crate::processes::{Processes, Signal};

/// Why the process at the other end was not killed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PeerError {
    #[error("the owner of {peer} cannot be looked up")]
    Lookup {
        peer: SocketAddr,
        #[source]
        source: io::Error,
    },
    #[error("no process owns {peer}")]
    NoOwner { peer: SocketAddr },
    #[error("process {pid} is no function of this local target")]
    NotAFunction { pid: u32 },
}

/// Kills the process that owns the local end `peer` of a connection, if it is a descendant of
/// `ministack`.
pub(crate) fn kill(peer: SocketAddr, ministack: Option<u32>) -> Result<(), PeerError> {
    let pid = owner(peer)
        .map_err(|source| PeerError::Lookup { peer, source })?
        .ok_or(PeerError::NoOwner { peer })?;
    let processes = Processes::list();
    let mut ancestors = processes.ancestors(pid);
    if !ministack.is_some_and(|ministack| ancestors.any(|ancestor| ancestor == ministack)) {
        return Err(PeerError::NotAFunction { pid });
    }
    tracing::info!(pid, %peer, "a function process is killed on request");
    processes.signal(pid, Signal::Kill);
    Ok(())
}

#[cfg(target_os = "linux")]
fn owner(peer: SocketAddr) -> io::Result<Option<u32>> {
    use procfs::process::{FDTarget, all_processes};

    let connections = procfs::net::tcp().map_err(io::Error::other)?;
    let Some(inode) = connections
        .into_iter()
        .find(|connection| connection.local_address == peer && connection.inode != 0)
        .map(|connection| connection.inode)
    else {
        return Ok(None);
    };
    for process in all_processes().map_err(io::Error::other)?.flatten() {
        // Processes of other users do not show what they have open.
        let Ok(descriptors) = process.fd() else {
            continue;
        };
        let owns = descriptors.flatten().any(
            |descriptor| matches!(descriptor.target, FDTarget::Socket(found) if found == inode),
        );
        if owns {
            return Ok(u32::try_from(process.pid()).ok());
        }
    }
    Ok(None)
}

/// Asks `lsof`, which is part of macOS.
#[cfg(not(target_os = "linux"))]
fn owner(peer: SocketAddr) -> io::Result<Option<u32>> {
    let output = std::process::Command::new("lsof")
        .args(["-nP", "-sTCP:ESTABLISHED", "-Fpn"])
        .arg(format!("-iTCP@{peer}"))
        .output()?;
    Ok(parse_lsof(&String::from_utf8_lossy(&output.stdout), peer))
}

/// Finds, in lsof's lines of `p` for a process and `n` for its connections, who has `peer` as its
/// own end; the router has it as the other end.
#[cfg(any(test, not(target_os = "linux")))]
fn parse_lsof(output: &str, peer: SocketAddr) -> Option<u32> {
    let own_end = format!("n{peer}->");
    let mut pid = None;
    for line in output.lines() {
        if let Some(number) = line.strip_prefix('p') {
            pid = number.parse().ok();
        } else if line.starts_with(&own_end) {
            return pid;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_owner_of_the_other_end_is_found_and_spared_when_it_is_no_function() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        assert_eq!(owner(peer).unwrap(), Some(std::process::id()));
        let error = kill(peer, Some(u32::MAX)).unwrap_err();
        assert!(matches!(error, PeerError::NotAFunction { .. }), "{error}");
        assert!(matches!(
            kill(peer, None),
            Err(PeerError::NotAFunction { .. })
        ));
    }

    #[test]
    fn a_closed_connection_has_no_owner() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let unused = listener.local_addr().unwrap();
        drop(listener);
        assert!(matches!(kill(unused, None), Err(PeerError::NoOwner { .. })));
    }

    #[test]
    fn lsof_is_read() {
        let peer = "127.0.0.1:50100".parse().unwrap();
        let output = "p10\nf9\nn127.0.0.1:4566->127.0.0.1:50100\np77\nf3\nn127.0.0.1:50100->127.0.0.1:4566\n";
        assert_eq!(parse_lsof(output, peer), Some(77));
        assert_eq!(parse_lsof("", peer), None);
    }
}
