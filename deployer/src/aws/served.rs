//! Clients of services that a test makes up.

use axum::Router;
use camino::Utf8Path;

use super::clients::Clients;
use crate::config::load;

/// Serves the router while the test's runtime lives, and returns the clients of a stage that lives there.
pub(crate) async fn served(router: Router) -> Clients {
    let endpoint = scripted_aws::serve(router).await;
    let root = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let app = load(root, "dev").unwrap();
    Clients::connect(&app, Some(&endpoint)).await.unwrap()
}
