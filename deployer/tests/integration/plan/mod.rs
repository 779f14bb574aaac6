//! `plan` and `up --plan` from outside.

mod on_the_fake;
mod on_the_local_target;
mod project;
