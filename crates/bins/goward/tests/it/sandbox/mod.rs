//! `goward sandbox`: what a program inside cannot do, each way with the same program outside as a control.

#[cfg(target_os = "linux")] // the mechanisms are Linux's; the others are tested by `elsewhere`
mod building;
#[cfg(not(target_os = "linux"))] // Linux has the mechanisms
mod elsewhere;
#[cfg(target_os = "linux")] // the mechanisms are Linux's
mod escapes;
#[cfg(target_os = "linux")] // the mechanisms are Linux's
mod inside;
#[cfg(target_os = "linux")] // the mechanisms are Linux's
mod limits;
#[cfg(target_os = "linux")] // the mechanisms are Linux's
mod probe;
