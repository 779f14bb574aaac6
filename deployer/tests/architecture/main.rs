//! What keeps the house as it is built: no circle of imports, floors that know only what is below
//! them, rooms that one reader can hold in mind.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod circles;
mod crates;
mod features;
mod floors;
mod imports;
mod modules;
mod targets;
