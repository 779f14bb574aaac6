//! What keeps the house as it is built: no circle of imports, floors that know only what is below
//! them, rooms that one reader can hold in mind.

mod circles;
mod crates;
mod floors;
mod imports;
mod modules;
