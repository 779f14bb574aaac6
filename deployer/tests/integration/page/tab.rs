//! A page that is served, and a tab that shows it, as far as a test needs one.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;

/// The longest that an answer takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A page that is served; it ends with this.
pub(crate) struct Served {
    process: Child,
    /// What it said when it began.
    pub(crate) said: Value,
}

impl Served {
    /// Starts a command that serves a page.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let said = serde_json::from_str(&line).unwrap();
        Self { process, said }
    }

    /// Returns the address that lets in.
    pub(crate) fn address(&self) -> &str {
        self.said["address"].as_str().unwrap()
    }

    /// Returns the process's number.
    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// Ends it as Ctrl-C does, and returns how it ended.
    pub(crate) fn interrupt(mut self) -> ExitStatus {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
        self.process.wait().unwrap()
    }

    /// Returns a tab that has come in by the address.
    pub(crate) fn tab(&self) -> Tab {
        Tab::open(self.address())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A tab, which has the cookie.
#[derive(Clone)]
pub(crate) struct Tab {
    pub(crate) authority: String,
    pub(crate) headers: Vec<(String, String)>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Returns a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find_map(|(other, value)| other.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Returns where the first link leads whose words are these.
    pub(crate) fn link(&self, words: &str) -> Option<String> {
        let (before, _) = self.body.split_once(&format!(">{words}</a>"))?;
        let (_, tag) = before.rsplit_once("<a ")?;
        let (_, href) = tag.split_once("href=\"")?;
        Some(href.split_once('"')?.0.replace("&amp;", "&"))
    }

    /// Returns the value of the first hidden field of a name.
    pub(crate) fn hidden(&self, name: &str) -> Option<&str> {
        let (_, after) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
        Some(after.split_once('"')?.0)
    }
}

impl Tab {
    /// Comes in by an address that lets in.
    pub(crate) fn open(address: &str) -> Self {
        let address = address.strip_prefix("http://").unwrap();
        let (authority, token) = address.split_once('/').unwrap();
        let mut tab = Self::of_nobody(authority);
        let came = tab.get(&format!("/{token}"));
        assert_eq!(came.status, 303, "{}", came.body);
        assert_eq!(came.header("location"), Some("/"));
        let cookie = came.header("set-cookie").unwrap();
        for kept in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(kept), "{cookie}");
        }
        let cookie = cookie.split(';').next().unwrap().to_owned();
        tab.headers.push(("cookie".to_owned(), cookie));
        tab
    }

    /// Returns a tab of nobody in particular.
    pub(crate) fn of_nobody(authority: &str) -> Self {
        Self {
            authority: authority.to_owned(),
            headers: vec![("host".to_owned(), authority.to_owned())],
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Sends a form as a browser would from this page.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let origin = format!("http://{}", self.authority);
        self.ask("POST", path, &[("origin", &origin)], &encoded(fields))
    }

    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut stream = self.send(method, path, more, body);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Listens to a stream until `enough` says so of an event, and returns that.
    pub(crate) fn listen(&self, path: &str, enough: impl Fn(&str) -> bool) -> String {
        let stream = self.send("GET", path, &[], "");
        let mut lines = BufReader::new(stream).lines();
        let mut data = String::new();
        loop {
            let line = lines.next().unwrap().unwrap();
            if let Some(line) = line.strip_prefix("data: ") {
                data.push_str(line);
                data.push('\n');
            } else if line.is_empty() {
                if enough(&data) {
                    return data;
                }
                data.clear();
            }
        }
    }

    /// HTTP/1.0, so that the end of the answer is the end of the connection.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        more: &[(&str, &str)],
        body: &str,
    ) -> TcpStream {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let own = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        // What is given replaces what a tab would send.
        let own = own.filter(|(name, _)| more.iter().all(|(other, _)| other != name));
        let headers = own
            .chain(more.iter().copied())
            .map(|(name, value)| format!("{name}: {value}\r\n"));
        let headers: String = headers.collect();
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.0\r\n{headers}content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        stream
    }
}

/// Returns the fields of a form as a browser sends them.
pub(crate) fn encoded(fields: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.finish()
}
