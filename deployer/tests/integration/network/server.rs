//! An AWS of the test's own, behind TLS, and a proxy before it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

const ANSWER: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::111122223333:user/ada</Arn><Account>111122223333</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";

/// A server that says whose any credentials are, with a certificate of an authority that no machine
/// knows, for `127.0.0.1` and `sts.test`.
pub(super) struct Secured {
    pub(super) port: u16,
    /// The authority's certificate, as PEM.
    pub(super) authority: String,
}

impl Secured {
    pub(super) fn start() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let authority = parameters.self_signed(&key).unwrap();
        let issuer = Issuer::new(parameters, key);

        let names = ["127.0.0.1".to_owned(), "sts.test".to_owned()];
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(names)
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap();

        let config = Arc::new(config);
        let port = serve(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            answer(&mut StreamOwned::new(connection, stream));
        });
        Self {
            port,
            authority: authority.pem(),
        }
    }
}

/// Answers one request. Who does not trust the server goes away before.
fn answer(stream: &mut (impl Read + Write)) {
    let (mut request, mut part) = (Vec::new(), [0; 1_024]);
    while !String::from_utf8_lossy(&request).contains("Version=2011-06-15") {
        match stream.read(&mut part) {
            Ok(count) if count > 0 => request.extend_from_slice(&part[..count]),
            _ => return,
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", ANSWER.len());
    let _gone = write!(stream, "{head}\r\nconnection: close\r\n\r\n{ANSWER}");
    let _gone = stream.flush();
}

/// A proxy that makes every tunnel one to the same server.
pub(super) struct Proxy {
    pub(super) port: u16,
    targets: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(super) fn before(server: u16) -> Self {
        let targets = Arc::new(Mutex::new(Vec::new()));
        let asked = Arc::clone(&targets);
        let port = serve(move |stream| tunnel(stream, server, &asked));
        Self { port, targets }
    }

    /// What tunnels were asked for, such as `CONNECT sts.test:443 HTTP/1.1`.
    pub(super) fn targets(&self) -> Vec<String> {
        self.targets.lock().unwrap().clone()
    }
}

fn tunnel(mut stream: TcpStream, server: u16, asked: &Mutex<Vec<String>>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or_default() == 0 {
            return;
        }
        head.push(byte[0]);
    }
    let line = String::from_utf8_lossy(&head);
    asked
        .lock()
        .unwrap()
        .push(line.lines().next().unwrap().to_owned());
    stream
        .write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
        .unwrap();
    let upstream = TcpStream::connect(("127.0.0.1", server)).unwrap();
    let (mut from, mut to) = (stream.try_clone().unwrap(), upstream.try_clone().unwrap());
    thread::spawn(move || {
        let _gone = std::io::copy(&mut from, &mut to);
        let _gone = to.shutdown(std::net::Shutdown::Write);
    });
    let (mut from, mut to) = (upstream, stream);
    let _gone = std::io::copy(&mut from, &mut to);
    let _gone = to.shutdown(std::net::Shutdown::Write);
}

/// Serves on a free port, a thread a connection, until the test's process ends.
fn serve(connection: impl Fn(TcpStream) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connection = Arc::new(connection);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let connection = Arc::clone(&connection);
            thread::spawn(move || connection(stream));
        }
    });
    port
}
