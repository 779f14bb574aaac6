//! Work on a thread of its own.

use std::sync::Arc;

use maud::Markup;
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use super::fields::Fields;
use super::site::Site;
use crate::error::{Error, Kind, Result};

/// Makes a page on a thread of its own, because a sweep over a queue does not change threads. It goes on also where
/// the browser does not wait for it any more, so that what it took out of sight is given back.
pub(super) async fn apart(
    site: &Arc<Site>,
    fields: Fields,
    make: impl AsyncFnOnce(&Site, &Fields) -> Result<Markup> + Send + 'static,
) -> Result<Markup> {
    let (site, runtime) = (Arc::clone(site), Handle::current());
    let work = spawn_blocking(move || runtime.block_on(make(&site, &fields)));
    work.await.unwrap_or_else(|error| {
        Err(Error::new(Kind::Bug, "the page could not be made").caused_by(error))
    })
}
