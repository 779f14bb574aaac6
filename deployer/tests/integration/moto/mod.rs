//! The program against moto, a second implementation of the services, by people who do not know ours.
//!
//! moto applies the linked templates of every stage, and every service of it is asked what it then has.
//! The whole `target: aws` path runs, but for two things: moto answers in AWS's place, and a stand-in
//! for the cross-compiler hands out binaries made by hand. `tests/python/moto_server.py` says what
//! was added to moto. What rests on another witness is in `witnesses.rs`.

mod account;
mod agreement;
mod elf;
mod life;
mod permissions;
mod server;
mod stages;
