//! Counts the requests that pass between the program and the local target.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::project::Project;

/// Returns how many API calls an unchanged `up` makes.
pub(crate) fn of_unchanged_up(project: &Project) -> usize {
    let endpoint = project.endpoint();
    let upstream: SocketAddr = endpoint.trim_start_matches("http://").parse().unwrap();
    let (address, calls) = counting_proxy(upstream);
    let stage = project.path("config/stages/dev.yaml");
    let text = fs_err::read_to_string(&stage).unwrap();
    fs_err::write(&stage, format!("{text}endpoint: http://{address}\n")).unwrap();
    let stdout = project.run(&["up"]);
    fs_err::write(&stage, text).unwrap();
    assert!(stdout.contains("Nothing changed"), "{stdout}");
    calls.load(Ordering::SeqCst)
}

fn counting_proxy(upstream: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (client, counted) = (client.unwrap(), Arc::clone(&counted));
            let server = TcpStream::connect(upstream).unwrap();
            let (mut to_client, mut from_server) =
                (client.try_clone().unwrap(), server.try_clone().unwrap());
            thread::spawn(move || std::io::copy(&mut from_server, &mut to_client));
            thread::spawn(move || forward_and_count(client, server, &counted));
        }
    });
    (address, calls)
}

/// A request begins with its line, and the SDK writes head and body apart, so counting lines in chunks is enough.
fn forward_and_count(mut client: TcpStream, mut server: TcpStream, calls: &AtomicUsize) {
    let mut chunk = vec![0_u8; 65_536];
    while let Ok(length) = client.read(&mut chunk) {
        if length == 0 || server.write_all(&chunk[..length]).is_err() {
            break;
        }
        let lines = chunk[..length]
            .windows(11)
            .filter(|window| window == b" HTTP/1.1\r\n")
            .count();
        calls.fetch_add(lines, Ordering::SeqCst);
    }
}
