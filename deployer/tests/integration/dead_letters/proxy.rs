//! A way to the local target on which a request can be the last one of a program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

/// When the program is killed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// At which request.
    pub(super) operation: &'static str,
    /// At which of them, counted from 1.
    pub(super) number: usize,
    /// Whether the target has done what it was asked to by then; the program has not heard of it.
    pub(super) done: bool,
}

/// The moment that is planned, how many of its requests came, and where its coming is told.
type Plan = Option<(Moment, usize, Sender<()>)>;

/// Forwards requests to the local target, until the moment comes.
pub(super) struct Proxy {
    endpoint: String,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    pub(super) fn to(target: &str) -> Self {
        let target = target.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let plan = Arc::new(Mutex::new(None));
        std::thread::spawn({
            let plan = Arc::clone(&plan);
            move || {
                for stream in listener.incoming() {
                    let (target, plan) = (target.clone(), Arc::clone(&plan));
                    // A program that was killed has no ear for the answer.
                    std::thread::spawn(move || forward(&stream.ok()?, &target, &plan));
                }
            }
        });
        Self { endpoint, plan }
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Plans the moment, and returns where its coming is told. Nothing is answered from then on, until
    /// another is planned.
    pub(super) fn plan(&self, moment: Moment) -> Receiver<()> {
        let (sender, receiver) = channel();
        *self.plan.lock().unwrap() = Some((moment, 0, sender));
        receiver
    }

    /// Plans none.
    pub(super) fn forget(&self) {
        *self.plan.lock().unwrap() = None;
    }
}

fn forward(client: &TcpStream, target: &str, plan: &Mutex<Plan>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let (mut head, mut length) = (String::new(), 0);
    let mut operation = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? <= 2 {
            break;
        }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if lower.starts_with("x-amz-target:") {
            line.trim().rsplit('.').next()?.clone_into(&mut operation);
        }
        if !lower.starts_with("connection:") {
            head += &line;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let last = {
        let mut plan = plan.lock().unwrap();
        plan.as_mut().and_then(|(moment, count, sender)| {
            *count += usize::from(moment.operation == operation);
            (*count >= moment.number).then(|| (*moment, sender.clone()))
        })
    };
    if let Some((moment, sender)) = &last
        && !moment.done
    {
        let _ = sender.send(());
        return None;
    }
    let mut server = TcpStream::connect(target).ok()?;
    write!(server, "{head}connection: close\r\n\r\n").ok()?;
    server.write_all(&body).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    if let Some((_, sender)) = &last {
        let _ = sender.send(());
        return None;
    }
    let mut client = client;
    client.write_all(&answer).ok()
}
