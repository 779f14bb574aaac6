//! The page behind the link of a question: it shows what is asked, and takes the answer.
//!
//! Mail scanners and previews open links, so `GET` changes nothing, however often and by whomever it is sent; `POST`
//! answers. The link ends with a token that only the message has; the table of [`questions`] has its hash.
//!
//! # What a link shows
//!
//! | the question | page | status |
//! |---|---|---|
//! | is open | what is asked, a button for each choice | 200 |
//! | was answered through this channel | what was answered | 200 |
//! | was answered through another channel | that it was | 410 |
//! | was closed by its workflow before the answer came | that it was | 410 |
//! | is past its time | that it is | 410 |
//! | was tried with a wrong identity five times through this link | that the link is closed | 410 |
//! | is none: unknown, deleted, or no token at all | one page for all of these, after the same look at the table | 404 |
//!
//! The first `POST` with a choice takes the question by a conditional write, and then completes the callback with
//! `{"decision": "<choice>"}`. Where the second fails, the page asks to press again, and whoever presses next, on any
//! channel, delivers the answer that was taken: a question has one answer. Of two who press at the same moment, the second
//! one waits up to a second for what the first one notes, before it delivers the answer itself.
//!
//! # Who answers
//!
//! Where the question has a [`Check`](questions::Check), the form asks for what the message does not have, and each try
//! is counted by a conditional write before it is judged. Nothing typed is stored, logged or shown again.
//!
//! # A function URL
//!
//! Nothing stands between the internet and this function but Lambda. An HTTP API in front of it would add a limit of
//! its own and an access log, whose lines hold the path, and so the token. Here no log has it, there is nothing else to
//! configure wrongly, and `questions.concurrency` of the configuration limits how many requests are served at once:
//! the others get 429, and no other function loses its share. 128 random bits are not found by trying.
//!
//! # How much is too much
//!
//! There is no limit by address: a function URL is no resource of AWS WAF, a telephone company has one address for
//! thousands of people, and whoever attacks has thousands of addresses. What a stranger can do is bounded by cost
//! instead: what is no token costs one read and no write; a form longer than 4,096 bytes is not read; and all
//! together get no further than `questions.concurrency`. Whoever has a link can answer once: after that each request
//! costs two reads, or one refused write. Only guessing at an identity needs a limit of its own: five tries a link.
//!
//! # Every page
//!
//! Plain HTML without script, in the language of the question (else in that of the browser), readable on a phone and
//! aloud. It may load nothing, be in no frame, be stored nowhere, and tells nobody where it was (`Referrer-Policy`).
//!
//! # Environment
//!
//! | variable | meaning |
//! |---|---|
//! | `QUESTIONS_TABLE` | the table of questions |
//!
//! # Needs
//!
//! `dynamodb:GetItem` and `UpdateItem` on the table; `lambda:SendDurableExecutionCallbackSuccess` on the workflow's
//! orchestrator, and on nothing else: it can answer no other workflow, whatever a record says.

mod answering;
mod callbacks;
mod page;
mod request;
mod response;
mod words;

pub use answering::Answering;
pub use callbacks::{CallbackError, Callbacks, LambdaCallbacks};
pub use request::Request;
pub use response::Response;
