//! Checks one history after the other.

use durable_history::Record;

use crate::given::Given;
use crate::judge;
use crate::process::{Lost, Process};
use crate::program::{Error, Program};
use crate::run::Run;
use crate::service::Service;
use crate::verdict::{Judgment, Verdict};

/// How many of the last operations of one history are looked for. A history has more only where hundreds
/// of operations are open side by side.
const MOST_LOOKED_FOR: usize = 100;

/// A program that is checked.
#[derive(Debug)]
pub(crate) struct Check<'a> {
    program: &'a Program,
    service: Service,
    process: Option<Process>,
}

impl<'a> Check<'a> {
    /// Makes ready for histories.
    pub(crate) async fn new(program: &'a Program) -> Result<Self, Error> {
        Ok(Self {
            program,
            service: Service::start().await?,
            process: None,
        })
    }

    /// Judges the program by one history.
    pub(crate) async fn verdict(&mut self, record: &Record) -> Result<Verdict, Error> {
        let execution = &record.execution;
        Ok(Verdict {
            execution: execution.durable_execution_name.clone(),
            version: execution.version.clone(),
            status: execution.status.clone(),
            operations: record.history().operations.len(),
            judgment: match Given::of(record) {
                Ok(given) => self.judge(record, &given).await?,
                Err(reason) => Judgment::NotJudged { reason },
            },
        })
    }

    async fn judge(&mut self, record: &Record, given: &Given) -> Result<Judgment, Error> {
        let whole = match self.run(given, None).await? {
            Ok(run) => run,
            Err(gone) => return Ok(not_judged(&gone)),
        };
        if let Some(judgment) = judge::other_operation(given, &whole) {
            return Ok(judgment);
        }
        for last in given.last.iter().take(MOST_LOOKED_FOR) {
            match self.comes_to(given, last).await? {
                Ok(true) => {}
                Ok(false) => {
                    let missing = self.first_missing(given, last).await?;
                    return Ok(match missing {
                        Ok(missing) => judge::missing(given, missing, &whole),
                        Err(gone) => not_judged(&gone),
                    });
                }
                Err(gone) => return Ok(not_judged(&gone)),
            }
        }
        Ok(judge::whole(record, given, &whole))
    }

    /// Returns whether the code comes to an operation.
    ///
    /// The SDKs compare what they ask for with what they were given: under another name, it is found.
    async fn comes_to(
        &mut self,
        given: &Given,
        operation: &str,
    ) -> Result<Result<bool, Lost>, Error> {
        let run = self.run(given, Some(operation)).await?;
        Ok(run.map(|run| run.end.other_operation().is_some()))
    }

    /// Returns the first operation to which the code does not come, where it does not come to `last`.
    ///
    /// By halves: what began before an operation to which it comes, it has come to, as far as order tells.
    async fn first_missing<'g>(
        &mut self,
        given: &'g Given,
        last: &'g str,
    ) -> Result<Result<&'g str, Lost>, Error> {
        let mut missing = last;
        let mut before = given.before(last);
        while let Some(middle) = before.get(before.len() / 2) {
            match self.comes_to(given, middle).await? {
                Ok(true) => before = before.get(before.len() / 2 + 1..).unwrap_or_default(),
                Ok(false) => {
                    missing = middle;
                    before = before.get(..before.len() / 2).unwrap_or_default();
                }
                Err(gone) => return Ok(Err(gone)),
            }
        }
        Ok(Ok(missing))
    }

    /// Lets the program run once; a process that gave no answer is not used again.
    async fn run(
        &mut self,
        given: &Given,
        hidden: Option<&str>,
    ) -> Result<Result<Run, Lost>, Error> {
        let mut process = match self.process.take() {
            Some(process) => process,
            None => Process::start(self.program, &self.service)?,
        };
        let event = |token: &str| given.event(token, hidden);
        let run = process.run(&self.service, event).await;
        match &run {
            Ok(_) => self.process = Some(process),
            // With no history it would be otherwise.
            Err(Lost::Ended(words)) if !self.service.has_started() => {
                return Err(Error::NotStarted {
                    words: words.clone(),
                });
            }
            Err(_) => {}
        }
        Ok(run)
    }
}

fn not_judged(lost: &Lost) -> Judgment {
    Judgment::NotJudged {
        reason: lost.in_words(),
    }
}
