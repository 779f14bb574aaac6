//! How requests leave this machine: whom it trusts, and through which proxy.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::error::{Error, Result};

const REMEDY: &str =
    "let AWS_CA_BUNDLE, or `ca_bundle` of the profile, name a file of PEM certificates";

/// Returns a client that speaks plain HTTP, without a proxy.
///
/// It does not read this machine's certificates, which would take a while at every start.
pub(super) fn plain() -> SharedHttpClient {
    Builder::new().build_http()
}

/// Returns a client that goes through the proxies which `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and
/// `NO_PROXY` name, and trusts the certificates in the file `authorities`, as the AWS CLI does with
/// `AWS_CA_BUNDLE`: instead of this machine's own, which it trusts without such a file.
///
/// # Errors
///
/// A file that cannot be read, or holds what is no certificate; a machine that trusts nobody.
pub(super) fn secured(authorities: Option<&str>) -> Result<SharedHttpClient> {
    let store = match authorities {
        Some(file) => trust(file)?,
        None => trust_this_machine()?,
    };
    let context = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| Error::usage("TLS could not be set up").caused_by(error))?;
    Ok(
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut builder = Connector::builder();
            builder.set_connector_settings(settings.cloned());
            builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
            builder
                .proxy_config(ProxyConfig::from_env())
                .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
                .tls_context(context.clone())
                .build()
        }),
    )
}

/// Reads the certificates that are trusted. The client would panic at what is none.
fn trust(file: &str) -> Result<TrustStore> {
    let unusable = |cause: String| {
        Error::usage(format!("the certificates in `{file}` cannot be used"))
            .caused_by(cause)
            .hint(REMEDY)
    };
    let text = fs_err::read(file).map_err(|error| unusable(error.to_string()))?;
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&text) {
        certificate
            .map_err(|error| error.to_string())
            .and_then(|certificate| trusted.add(certificate).map_err(|error| error.to_string()))
            .map_err(unusable)?;
    }
    if trusted.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    Ok(TrustStore::empty().with_pem_certificate(text))
}

/// Checks that this machine trusts anybody. Where it does not, as in a small container, the client
/// would panic.
fn trust_this_machine() -> Result<TrustStore> {
    let known = rustls_native_certs::load_native_certs();
    if known.certs.is_empty() {
        let mut error = Error::usage("this machine has no certificates to trust AWS by");
        for cause in known.errors {
            error = error.caused_by(cause);
        }
        return Err(error.hint(format!("install the package ca-certificates, or {REMEDY}")));
    }
    Ok(TrustStore::default())
}
