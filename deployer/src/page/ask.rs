//! Questions before anything is changed.

use maud::{Markup, html};

use super::fields::Fields;
use super::guard::FORM_KEY;
use super::site::Site;
use crate::error::{Error, Kind, Result};

/// The field in which the name of a protected stage is typed.
const TYPED: &str = "type-the-stage";

/// Returns an error where the page only shows.
pub(super) fn may_change(site: &Site) -> Result<()> {
    if site.may_change {
        return Ok(());
    }
    let stage = &site.app.stage_name;
    let what = format!("the stage `{stage}` is protected, and this page only shows it");
    Err(Error::new(Kind::Permission, what).hint(format!(
        "`deployer ui --stage {stage} --allow-changes` lets a page change it"
    )))
}

/// Returns an error where a form lacks the consent that a protected stage needs.
pub(super) fn consented(site: &Site, form: &Fields) -> Result<()> {
    may_change(site)?;
    let stage = site.app.stage_name.as_str();
    if !site.app.stage.protect || form.one(TYPED) == Some(stage) {
        return Ok(());
    }
    Err(Error::usage(format!(
        "type `{stage}` to go on; nothing was changed"
    )))
}

/// Returns a form that changes something: what it hides, what is filled in, and its button.
pub(super) fn form(
    site: &Site,
    path: &str,
    hidden: &Fields,
    fields: &Markup,
    button: &str,
) -> Markup {
    html! {
        form method="post" action=(path) {
            input type="hidden" name=(FORM_KEY) value=(site.keys.form.tell());
            @for (name, value) in hidden.iter() { input type="hidden" name=(name) value=(value); }
            (fields)
            @if site.app.stage.protect {
                label { "Type " (site.app.stage_name) " to go on" input name=(TYPED) required autocomplete="off" spellcheck="false"; }
            }
            p { button.go { (button) } }
        }
    }
}
