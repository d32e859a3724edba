//! The phone on a disk that fails: a day of work under the tracer, and what every state of the disk must still hold.
//!
//! What it is: [`day`] (what the traced child does), [`Contents`] (what a folder holds, read with the production rooms),
//! [`cuts`] (power cuts: of the day, of what follows a kill, of recovery), [`faults`] (each operation failed). What it is not: the
//! tracer ([`super`]).
//!
//! Where next: `tests/disk` for the stories and their negative controls, `xuncha-scripted` for the child.

mod contents;
pub mod cuts;
pub mod day;
pub mod faults;
pub mod segments;

pub use contents::{Contents, Found, Seen};
