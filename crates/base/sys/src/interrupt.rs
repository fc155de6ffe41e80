//! Ctrl-C as a question that long work asks, not as a sudden death.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Whether the user has asked to stop. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    count: Arc<AtomicU32>,
}

/// Whom a signal of this process is told. `None` until the one handler that a process can have is installed; from
/// then on every [`Interrupt::listen`] adds itself, so that it may be called as often as anybody likes.
static LISTENERS: Mutex<Option<Vec<Weak<AtomicU32>>>> = Mutex::new(None);

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
    /// Called again it changes nothing: every verb that may wait calls it, however many of them a command needs.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn listen(&self) -> std::io::Result<()> {
        let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        if listeners.is_none() {
            ctrlc::set_handler(tell_all).map_err(std::io::Error::other)?;
        }
        let listeners = listeners.get_or_insert_default();
        listeners.retain(|listener| listener.strong_count() > 0);
        if !listeners.iter().any(|listener| std::ptr::eq(listener.as_ptr(), Arc::as_ptr(&self.count))) {
            listeners.push(Arc::downgrade(&self.count));
        }
        Ok(())
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

/// What the handler does: it runs in a thread of its own, so that it may take a lock.
#[expect(clippy::exit, reason = "the user has asked three times, and nothing else ends what hangs")]
fn tell_all() {
    let listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    let asked =
        listeners.iter().flatten().filter_map(Weak::upgrade).map(|count| count.fetch_add(1, Ordering::SeqCst) + 1);
    if asked.max().is_some_and(|count| count >= IMPATIENT_COUNT) {
        // The user has asked three times; recovery will find what is left.
        std::process::exit(130);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_listen_as_often_as_it_likes_and_every_listener_hears() {
        let (first, second) = (Interrupt::new(), Interrupt::new());
        for interrupt in [&first, &first.clone(), &second, &first] {
            interrupt.listen().unwrap();
        }
        let known = |interrupt: &Interrupt| {
            let listeners = LISTENERS.lock().unwrap();
            let own = |listener: &&Weak<AtomicU32>| std::ptr::eq(listener.as_ptr(), Arc::as_ptr(&interrupt.count));
            listeners.iter().flatten().filter(own).count()
        };
        assert_eq!((known(&first), known(&second)), (1, 1));
        tell_all();
        assert!(first.is_asked() && second.is_asked());
    }
}
