//! The processes of this machine.

use std::ffi::OsString;

pub(crate) use sysinfo::Signal;
use sysinfo::{
    Pid, Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind,
};

/// The processes that there were when it was taken; none where the system does not tell.
pub(crate) struct Processes(Option<System>);

impl Processes {
    pub(crate) fn list() -> Self {
        let Ok(mut system) = System::new() else {
            tracing::warn!("the processes of this machine cannot be listed");
            return Self(None);
        };
        let kind = ProcessRefreshKind::nothing()
            .with_cmd(UpdateKind::Always)
            .without_tasks();
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        Self(Some(system))
    }

    /// Returns the living processes with their command lines.
    pub(crate) fn commands(&self) -> impl Iterator<Item = (u32, &[OsString])> {
        let processes = self.0.iter().flat_map(|system| system.processes().values());
        processes
            .filter(|process| process.thread_kind().is_none())
            .filter(|process| process.status() != ProcessStatus::Zombie)
            .map(|process| (process.pid().as_u32(), process.cmd()))
    }

    /// Returns a process's parent, that one's parent, and so on.
    pub(crate) fn ancestors(&self, pid: u32) -> impl Iterator<Item = u32> {
        let parent = |pid: Pid| self.process(pid).and_then(Process::parent);
        std::iter::successors(parent(Pid::from_u32(pid)), move |pid| parent(*pid))
            // A list that was taken while processes ended may have a circle in it.
            .take(64)
            .map(Pid::as_u32)
    }

    pub(crate) fn signal(&self, pid: u32, signal: Signal) {
        if let Some(process) = self.process(Pid::from_u32(pid)) {
            process.kill_with(signal);
        }
    }

    fn process(&self, pid: Pid) -> Option<&Process> {
        self.0.as_ref()?.process(pid)
    }
}
