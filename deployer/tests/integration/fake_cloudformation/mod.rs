//! A stateful fake of CloudFormation that speaks its Query protocol, so that the real SDK and the
//! real program run against it.
//!
//! It is the witness for states, events and errors that no emulator has. What it does is AWS's
//! documented behavior; where only other tools' sources say so, it is marked (tools).
//!
//! **Time.** An operation moves on with every `DescribeStacks` of its stack: the answer is the state
//! before, then the rest happens. So every operation is seen `*_IN_PROGRESS` exactly once, a rollback
//! once more, and no test waits for a clock. A stack that is held stays as it is until it is released
//! or its update is canceled.
//!
//! **Create.** `CREATE_IN_PROGRESS`, then resource by resource in the template's order. One that fails
//! leaves the next as `Resource creation cancelled`; then, unless `DisableRollback`, the stack goes
//! `ROLLBACK_IN_PROGRESS` under a **new operation id**, deletes in reverse, and ends in
//! `ROLLBACK_COMPLETE`, or in `ROLLBACK_FAILED` where a deletion fails. With `DisableRollback` it ends
//! in `CREATE_FAILED`. Without `RetainExceptOnCreate` retained resources stay. A table with
//! `DeletionProtectionEnabled` cannot be deleted, by a rollback neither.
//!
//! **Update.** Allowed from `CREATE_COMPLETE`, `UPDATE_COMPLETE`, `UPDATE_ROLLBACK_COMPLETE` and
//! `UPDATE_FAILED`; any other state is a `ValidationError`: `… is in X state and can not be updated.`
//! Equal template and tags are `No updates are to be performed.` Failures end in
//! `UPDATE_ROLLBACK_COMPLETE`, `UPDATE_ROLLBACK_FAILED`, or with rollback off in `UPDATE_FAILED`. With
//! rollback off a replacement is refused (tools). Removed resources go last, and one that cannot be
//! removed does not fail the update.
//!
//! **Cancel.** `CancelUpdateStack` works in `UPDATE_IN_PROGRESS` only, however the update was begun: what
//! was about to change fails with `Resource update cancelled`, and the stack goes
//! `UPDATE_ROLLBACK_IN_PROGRESS`. Any other state is a `ValidationError`.
//!
//! **Ways on.** `RollbackStack` works from `CREATE_FAILED` and `UPDATE_FAILED`, but not after an update
//! in Express mode (tools). `ContinueUpdateRollback` works from `UPDATE_ROLLBACK_FAILED`;
//! `ResourcesToSkip` must name resources that failed in the rollback itself, and excludes `ForceRollback`.
//! `RetainResources` and `FORCE_DELETE_STACK` work from `DELETE_FAILED` only. Termination protection
//! refuses deletion. A deleted stack is found by its id alone. A durable function that is to drain is
//! `DELETE_IN_PROGRESS` for as many looks, while Lambda calls it `Deleting` for `DrainingDurableExecutions`.
//!
//! **Change sets.** `CREATE` makes the stack in `REVIEW_IN_PROGRESS`. An empty one is `FAILED` with
//! `The submitted information didn't contain changes.` Executing one removes all others. A scripted
//! validation fails it, and only `DescribeEvents` tells why.
//!
//! **Neighbors.** S3 and Lambda know just enough for a deployment and its end: a bucket is there while a
//! stack has one, is not deleted while it holds objects, and what a deleted stack had is gone.
//!
//! **Templates.** `GetTemplate` gives back the text that was sent, with a `?` for every character that
//! is not ASCII (tools).
//!
//! **Roles.** A stack keeps the service role of the operation before, but one that was made without has
//! none; where the caller may do nothing but by the role, each operation that does not name it is denied.
//!
//! **Rules.** `TemplateBody` has at most 51,200 bytes. `DeploymentConfig` excludes `DisableRollback` and
//! `OnFailure` (tools). Express turns rollback off unless `DisableRollback: false` comes with it.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a fake that is used wrongly fails its test"
)]

mod change_sets;
mod neighbors;
mod operations;
mod progress;
mod stack;
mod world;
mod xml;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Uri};
use tokio::sync::oneshot;

use self::world::{Script, World};

/// What a scripted failure happens in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Create,
    Update,
    Delete,
    /// Putting a resource back to what it was before an update.
    Rollback,
    /// The same, even where the resource is to be skipped.
    SkippedRollback,
}

/// The fake, listening on a port of its own until it is dropped.
pub(crate) struct FakeCloudFormation {
    endpoint: String,
    world: Arc<Mutex<World>>,
    server: Option<Server>,
}

/// What listens, in a thread of its own, until it is dropped.
struct Server {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    fn start(listener: std::net::TcpListener, world: &Arc<Mutex<World>>) -> Self {
        let router = Router::new().fallback(answer).with_state(Arc::clone(world));
        listener.set_nonblocking(true).unwrap();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    served = axum::serve(listener, router) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self {
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl FakeCloudFormation {
    pub(crate) fn start() -> Self {
        let world = Arc::new(Mutex::new(World::default()));
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = Some(Server::start(listener, &world));
        Self {
            endpoint,
            world,
            server,
        }
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a resource fail in every stack, every time, until [`Self::mend`].
    pub(crate) fn fail(&self, resource: &str, phase: Phase, reason: &str) {
        self.script(None, resource, phase, reason);
    }

    /// The same in one stack.
    pub(crate) fn fail_in(&self, stack: &str, resource: &str, phase: Phase, reason: &str) {
        self.script(Some(stack.to_owned()), resource, phase, reason);
    }

    fn script(&self, stack: Option<String>, resource: &str, phase: Phase, reason: &str) {
        self.world().script.push(Script {
            stack,
            resource: resource.to_owned(),
            phase,
            reason: reason.to_owned(),
        });
    }

    /// Takes every scripted failure back.
    pub(crate) fn mend(&self) {
        self.world().script.clear();
        self.world().validations.clear();
    }

    /// Makes changes of a resource replacements.
    pub(crate) fn replaces(&self, resource: &str) {
        self.world().replacing.push(resource.to_owned());
    }

    /// Makes pre-deployment validation find a fault in a resource.
    pub(crate) fn invalid(&self, resource: &str, path: &str, reason: &str) {
        self.world()
            .validations
            .push((resource.to_owned(), path.to_owned(), reason.to_owned()));
    }

    /// Denies an action to the caller.
    pub(crate) fn deny(&self, action: &str) {
        self.world().denied.push(action.to_owned());
    }

    /// Denies every operation that does not name this service role.
    pub(crate) fn only_by(&self, role: &str) {
        self.world().role = Some(role.to_owned());
    }

    /// Lets calls of any kind fail as those of an overloaded service do, after the next few.
    pub(crate) fn unavailable(&self, after: usize, calls: usize) {
        self.world().unavailable = after..after + calls;
    }

    /// Lets calls of any kind be throttled, after the next few: 400 and a code that tells.
    pub(crate) fn throttle(&self, after: usize, calls: usize) {
        self.unavailable(after, calls);
        self.world().throttling = true;
    }

    /// Lets the caller's credentials run out now, until [`Self::renew`].
    pub(crate) fn expire(&self) {
        self.world().expired = true;
    }

    pub(crate) fn renew(&self) {
        self.world().expired = false;
    }

    /// Lets no call of an action, and none after it, be answered until [`Self::find_again`].
    pub(crate) fn lose(&self, action: &str) {
        self.world().lost_from = Some(action.to_owned());
    }

    pub(crate) fn find_again(&self) {
        let mut world = self.world();
        (world.lost_from, world.lost) = (None, false);
    }

    /// Returns whether there is an object in any bucket.
    pub(crate) fn has_objects(&self) -> bool {
        !self.world().objects.is_empty()
    }

    /// Lets the durable function of a stack that is deleted wait for so many executions, one less at each look.
    pub(crate) fn drain(&self, executions: usize) {
        self.world().draining = executions;
    }

    /// Lets no operation of a stack move on until [`Self::release`], or until it is canceled.
    pub(crate) fn hold(&self, stack: &str) {
        self.world().held.push(stack.to_owned());
    }

    pub(crate) fn release(&self, stack: &str) {
        self.world().held.retain(|held| held != stack);
    }

    /// Stops listening: connections are refused until [`Self::come_back`].
    pub(crate) fn go_away(&mut self) {
        self.server.take();
    }

    /// Listens again where it did before.
    pub(crate) fn come_back(&mut self) {
        let address = self.endpoint.strip_prefix("http://").unwrap();
        let listener = std::net::TcpListener::bind(address).unwrap();
        self.server = Some(Server::start(listener, &self.world));
    }

    /// Lets the next creation or update find another one under way.
    pub(crate) fn collide(&self) {
        self.world().colliding = true;
    }

    /// Forgets the calls so far.
    pub(crate) fn forget_calls(&self) {
        self.world().calls.clear();
    }

    /// Returns the actions called since then, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.world()
            .calls
            .iter()
            .map(|call| call.0.clone())
            .collect()
    }

    /// Waits until an action is called that was not called before.
    #[expect(
        clippy::disallowed_methods,
        reason = "the pause between two looks, with a deadline"
    )]
    pub(crate) async fn called(&self, action: &str) {
        let called = || self.world().calls.iter().any(|call| call.0 == action);
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !called() {
            assert!(std::time::Instant::now() < deadline, "{action} is called");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }

    /// Returns the parameters of the last call of an action.
    pub(crate) fn parameters(&self, action: &str) -> Vec<(String, String)> {
        let world = self.world();
        let call = world.calls.iter().rev().find(|call| call.0 == action);
        call.unwrap_or_else(|| panic!("{action} was not called"))
            .1
            .clone()
    }

    /// Returns the state of the stack that has the name now.
    pub(crate) fn status(&self, name: &str) -> Option<String> {
        let world = self.world();
        world.find(name).map(|stack| stack.status.clone())
    }

    /// Returns the logical ids and states of a stack's resources.
    pub(crate) fn resources(&self, name: &str) -> Vec<(String, String)> {
        let world = self.world();
        let stack = world.find(name).expect("the stack exists");
        let resources = stack.resources.iter();
        resources
            .map(|resource| (resource.id.clone(), resource.status.clone()))
            .collect()
    }

    /// Begins a stack as somebody does who makes its first change set.
    pub(crate) fn review(&self, name: &str) {
        let mut world = self.world();
        let mut stack = world.new_stack(name, stack::Sent::nothing());
        stack.turn("REVIEW_IN_PROGRESS", "User Initiated");
        world.stacks.push(stack);
    }

    /// Returns whether the termination protection of a stack is on.
    pub(crate) fn is_protected(&self, name: &str) -> bool {
        self.world().find(name).is_some_and(|stack| stack.protected)
    }

    /// Leaves a stack as a `destroy` leaves it that is interrupted after it closed the intake.
    pub(crate) fn interrupt_destroy(&self, name: &str) {
        let mut world = self.world();
        let index = world.position(name).expect("the stack exists");
        world.stacks[index].protected = true;
        drop(world);
        self.close_intake(name);
    }

    /// Disables the event source mapping of a stack.
    pub(crate) fn close_intake(&self, name: &str) {
        let mut world = self.world();
        let stack = world.find(name).expect("the stack exists");
        let mapping =
            |resource: &&stack::Resource| resource.kind == "AWS::Lambda::EventSourceMapping";
        let mapping = stack
            .resources
            .iter()
            .find(mapping)
            .expect("it has an intake");
        let id = mapping.physical.clone();
        world.disabled.push(id);
    }

    /// Returns whether every event source mapping is enabled.
    pub(crate) fn intake_is_open(&self) -> bool {
        self.world().disabled.is_empty()
    }

    /// Returns the names of a stack's change sets.
    pub(crate) fn change_sets(&self, name: &str) -> Vec<String> {
        let world = self.world();
        world.find(name).map_or_else(Vec::new, |stack| {
            let sets = stack.change_sets.iter();
            sets.map(|set| set.name.clone()).collect()
        })
    }

    /// Returns the keys in a bucket.
    pub(crate) fn keys(&self, bucket: &str) -> Vec<String> {
        let prefix = format!("/{bucket}/");
        let world = self.world();
        let keys = world.objects.keys();
        keys.filter_map(|path| path.strip_prefix(&prefix).map(str::to_owned))
            .collect()
    }
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> axum::response::Response {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    let form = headers.get("content-type").is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    });
    if form {
        let pairs = form_urlencoded::parse(&body).into_owned().collect();
        return world.query(pairs);
    }
    let target = headers.get("x-amz-target");
    if let Some(target) = target.and_then(|target| target.to_str().ok()) {
        return neighbors::of_nothing(target);
    }
    let is_first = headers.contains_key("if-none-match");
    neighbors::answer(&mut world, &method, &uri, &body, is_first)
}
