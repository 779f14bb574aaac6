//! The page, from its start to its end.

use std::net::Ipv4Addr;
use std::sync::Arc;

use durable_history::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

use super::jobs::Jobs;
use super::keys::Keys;
use super::routes::routes;
use super::site::Site;
use super::watches::Watches;
use crate::aws::Clients;
use crate::config::App;
use crate::error::{Error, Kind, Result};
use crate::event::Stop;
use crate::operate::picture::Shown;

/// How the page is served.
#[derive(Debug, Clone, Copy)]
pub struct PageSettings {
    /// The port; 0 takes one that is free.
    pub port: u16,
    /// Whether a protected stage may be changed. Others always may.
    pub allow_changes: bool,
    /// What is shown of executions and messages.
    pub shown: Shown,
    /// Tells the present.
    pub clock: fn() -> Timestamp,
}

/// The page of a stage, which has its port.
pub struct Page {
    listener: TcpListener,
    site: Arc<Site>,
}

impl Page {
    /// Takes the port, of this machine only.
    ///
    /// # Errors
    ///
    /// The port is taken.
    pub async fn open(app: App, clients: Clients, settings: PageSettings) -> Result<Self> {
        Self::open_with(app, clients, settings, Arc::new(Keys::random()?)).await
    }

    /// Takes the port, for a page whose secrets are known already.
    pub(super) async fn open_with(
        app: App,
        clients: Clients,
        settings: PageSettings,
        keys: Arc<Keys>,
    ) -> Result<Self> {
        let PageSettings {
            port,
            allow_changes,
            shown,
            clock,
        } = settings;
        let taken = |error| {
            Error::new(Kind::WrongState, format!("port {port} cannot be had"))
                .caused_by(error)
                .hint("name another one with --port, or leave that out")
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let site = Site {
            may_change: !app.stage.protect || allow_changes,
            app,
            clients,
            keys,
            authority: address.to_string(),
            shown,
            clock,
            watches: Watches::default(),
            jobs: Jobs::default(),
            stop: Stop::default(),
            deployed: Mutex::default(),
        };
        Ok(Self {
            listener,
            site: Arc::new(site),
        })
    }

    /// Returns the port.
    pub(super) fn port(&self) -> u16 {
        let address = self.listener.local_addr();
        address.map_or(0, |address| address.port())
    }

    /// Returns the address that lets in, as often as it is opened.
    pub fn address(&self) -> String {
        self.with(self.site.keys.token.tell())
    }

    /// Returns the address that lets in once, to start a browser with.
    pub fn address_for_once(&self) -> String {
        self.with(self.site.keys.opener.tell())
    }

    fn with(&self, token: &str) -> String {
        format!("http://{}/?token={token}", self.site.authority)
    }

    /// Returns whether the page only shows.
    pub fn is_read_only(&self) -> bool {
        !self.site.may_change
    }

    /// Serves until the end is wished.
    pub async fn serve(self, end: impl Future<Output = ()> + Send + 'static) -> Result<()> {
        let (stop, jobs) = (self.site.stop.clone(), self.site.jobs.clone());
        let ending = async move {
            end.await;
            stop.request();
        };
        let served = axum::serve(self.listener, routes(self.site))
            .with_graceful_shutdown(ending)
            .await;
        // What holds messages gives them back first.
        jobs.end().await;
        served
            .map_err(|error| Error::new(Kind::Bug, "the page could not be served").caused_by(error))
    }
}
