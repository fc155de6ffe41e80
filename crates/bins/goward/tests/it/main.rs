//! goward from the outside: the program in a sealed home, against an upstream on loopback.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "test code talks to the real machine and may panic")]
#![allow(clippy::print_stderr, reason = "a test that cannot run says why")]

mod after_change;
mod bad_input;
mod bad_machine;
mod blocked;
mod bundle;
mod check;
mod cli;
mod config;
mod credentials;
mod cut_short;
mod daily;
mod damaged_store;
mod drill;
mod foreign_files;
mod foreign_text;
mod gate;
mod gate_machine;
mod going_back;
mod graph;
mod hostile;
mod import;
mod install;
mod json;
mod leaving;
mod main_job;
mod network;
mod owners;
mod pins;
mod places;
mod platforms;
mod real;
mod repository;
mod sandbox;
mod shells;
mod shims;
mod silence;
mod snapshot;
mod sources;
mod story;
mod supervise;
mod support;
mod trust;
mod umask;
mod verify;
