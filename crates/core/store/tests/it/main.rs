//! The store on a real file system.

mod model;
mod shim_table;
mod store;
mod support;
mod system;
mod trust;
