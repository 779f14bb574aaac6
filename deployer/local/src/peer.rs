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

/// A connection to this process, told by both ends: an ephemeral port can be in use towards two others
/// at once, and what is found is killed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection {
    /// The end of the process that is looked for.
    pub(crate) peer: SocketAddr,
    /// This process's end.
    pub(crate) own: SocketAddr,
}

/// Kills the process that has the other end of a connection, if it is a descendant of `ministack`.
pub(crate) fn kill(connection: Connection, ministack: Option<u32>) -> Result<(), PeerError> {
    let peer = connection.peer;
    let pid = owner(connection)
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
fn owner(connection: Connection) -> io::Result<Option<u32>> {
    use procfs::process::{FDTarget, all_processes};

    let connections = procfs::net::tcp().map_err(io::Error::other)?;
    let Some(inode) = connections
        .into_iter()
        .find(|found| {
            found.local_address == connection.peer
                && found.remote_address == connection.own
                && found.inode != 0
        })
        .map(|found| found.inode)
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
fn owner(connection: Connection) -> io::Result<Option<u32>> {
    let output = std::process::Command::new("lsof")
        .args(["-nP", "-sTCP:ESTABLISHED", "-Fpn"])
        .arg(format!("-iTCP@{}", connection.peer))
        .output()?;
    Ok(parse_lsof(
        &String::from_utf8_lossy(&output.stdout),
        connection,
    ))
}

/// Finds, in lsof's lines of `p` for a process and `n` for its connections, who has the connection
/// from the other side.
#[cfg(any(test, not(target_os = "linux")))]
fn parse_lsof(output: &str, connection: Connection) -> Option<u32> {
    let from_there = format!("n{}->{}", connection.peer, connection.own);
    let mut pid = None;
    for line in output.lines() {
        if let Some(number) = line.strip_prefix('p') {
            pid = number.parse().ok();
        } else if line == from_there {
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
        let own = listener.local_addr().unwrap();
        let _stream = TcpStream::connect(own).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        let connection = Connection { peer, own };
        assert_eq!(owner(connection).unwrap(), Some(std::process::id()));
        let error = kill(connection, Some(u32::MAX)).unwrap_err();
        assert!(matches!(error, PeerError::NotAFunction { .. }), "{error}");
        assert!(matches!(
            kill(connection, None),
            Err(PeerError::NotAFunction { .. })
        ));
    }

    #[test]
    fn a_closed_connection_has_no_owner() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let unused = listener.local_addr().unwrap();
        drop(listener);
        let connection = Connection {
            peer: unused,
            own: unused,
        };
        let killed = kill(connection, None);
        assert!(matches!(killed, Err(PeerError::NoOwner { .. })));
    }

    #[test]
    fn a_connection_of_the_same_port_to_somebody_else_is_another_one() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let other = TcpListener::bind("127.0.0.1:0").unwrap();
        let _stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_accepted, peer) = listener.accept().unwrap();
        let connection = Connection {
            peer,
            own: other.local_addr().unwrap(),
        };
        assert_eq!(owner(connection).unwrap(), None);
    }

    #[test]
    fn lsof_is_read() {
        let to = |own: &str| Connection {
            peer: "127.0.0.1:50100".parse().unwrap(),
            own: own.parse().unwrap(),
        };
        let router = to("127.0.0.1:4566");
        let output = "p10\nf9\nn127.0.0.1:4566->127.0.0.1:50100\np77\nf3\nn127.0.0.1:50100->127.0.0.1:4566\n";
        assert_eq!(parse_lsof(output, router), Some(77));
        assert_eq!(parse_lsof(output, to("127.0.0.1:4567")), None);
        assert_eq!(parse_lsof("", router), None);
    }
}
