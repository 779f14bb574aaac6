//! Which port the local target listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use crate::error::LocalError;

/// Listens on the wanted port of 127.0.0.1. For 0 that is the remembered one while it is free.
pub(crate) fn listen(wanted: u16, remembered: Option<u16>) -> Result<TcpListener, LocalError> {
    if let (0, Some(port)) = (wanted, remembered)
        && let Ok(listener) = listen_on(port)
    {
        return Ok(listener);
    }
    listen_on(wanted).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => LocalError::PortTaken { port: wanted },
        _ => LocalError::Port {
            port: wanted,
            source,
        },
    })
}

/// Returns the port that the state was last used with.
pub(crate) fn remembered(file: &Path) -> Option<u16> {
    fs_err::read_to_string(file).ok()?.trim().parse().ok()
}

/// Keeps the port for the next start.
pub(crate) fn remember(file: &Path, port: u16) -> Result<(), LocalError> {
    fs_err::write(file, format!("{port}\n")).map_err(LocalError::file)
}

fn listen_on(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port_of(listener: &TcpListener) -> u16 {
        listener.local_addr().unwrap().port()
    }

    #[test]
    fn a_wanted_port_that_is_taken_is_an_error() {
        let taken = listen(0, None).unwrap();
        let port = port_of(&taken);
        let error = listen(port, None).unwrap_err();
        assert!(matches!(error, LocalError::PortTaken { port: named } if named == port));
        assert!(error.hint().unwrap().contains("DEPLOYER_LOCAL_PORT"));
    }

    #[test]
    fn a_remembered_port_is_kept_while_it_is_free() {
        let free = listen(0, None).unwrap();
        let port = port_of(&free);
        let other = listen(0, Some(port)).unwrap();
        assert_ne!(port_of(&other), port);
        drop(free);
        assert_eq!(port_of(&listen(0, Some(port)).unwrap()), port);
    }

    #[test]
    fn ports_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("port");
        assert_eq!(remembered(&file), None);
        remember(&file, 4566).unwrap();
        assert_eq!(remembered(&file), Some(4566));
    }
}
