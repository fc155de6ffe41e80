//! Ctrl-C as a question that long work asks, not as a sudden death.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Whether the user has asked to stop. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    count: Arc<AtomicU32>,
}

/// After so many Ctrl-C the process ends at once: something hangs, and the user means it.
const IMPATIENT_COUNT: u32 = 3;

impl Interrupt {
    /// Nobody has asked yet.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// From now on SIGINT, SIGTERM and SIGHUP (Ctrl-C and close events on Windows) ask to stop;
    /// the third one ends the process at once with status 130. The store stands that.
    ///
    /// # Errors
    /// When the system refuses, or another handler is installed already.
    pub fn listen(&self) -> std::io::Result<()> {
        let asked = self.clone();
        ctrlc::set_handler(move || {
            if asked.count.fetch_add(1, Ordering::SeqCst) + 1 >= IMPATIENT_COUNT {
                // The user has asked three times; recovery will find what is left.
                std::process::exit(130);
            }
        })
        .map_err(std::io::Error::other)
    }

    /// Asks to stop, as a signal would.
    pub fn ask(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// An error of kind `Interrupted` once somebody has asked: long loops call this.
    ///
    /// # Errors
    /// `Interrupted`.
    pub fn check(&self) -> std::io::Result<()> {
        if self.is_asked() {
            return Err(std::io::Error::new(std::io::ErrorKind::Interrupted, "interrupted"));
        }
        Ok(())
    }
}
