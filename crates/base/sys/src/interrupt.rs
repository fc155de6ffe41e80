//! Ctrl-C as a flag that long work checks, not as an immediate end.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Whether the user has interrupted. Cheap to clone; all clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    count: Arc<AtomicU32>,
}

/// The flags that a signal of this process sets. `None` until the one handler of a process is installed; from then on
/// every [`Interrupt::listen`] adds its own flag, so that it may be called repeatedly.
static LISTENERS: Mutex<Option<Vec<Weak<AtomicU32>>>> = Mutex::new(None);

/// How many programs of the user's run as children: Ctrl-C is theirs, and never ends this process.
static CHILDREN: AtomicU32 = AtomicU32::new(0);

/// While it lives, a child of the user's decides what Ctrl-C means.
#[derive(Debug)]
pub(crate) struct LeftToChild(());

impl LeftToChild {
    pub(crate) fn begin() -> LeftToChild {
        CHILDREN.fetch_add(1, Ordering::SeqCst);
        LeftToChild(())
    }
}

impl Drop for LeftToChild {
    fn drop(&mut self) {
        CHILDREN.fetch_sub(1, Ordering::SeqCst);
    }
}

/// After this many Ctrl-C the process ends at once: something hangs.
const IMPATIENT_COUNT: u32 = 3;

impl Interrupt {
    /// Nobody has asked yet.
    pub fn new() -> Interrupt {
        Interrupt::default()
    }

    /// From now on SIGINT, SIGTERM and SIGHUP (Ctrl-C and close events on Windows) set the flag;
    /// the third one ends the process at once with status 130, which the store survives.
    ///
    /// A second call changes nothing: every verb that may wait calls it.
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

    /// Sets the flag, as a signal would.
    pub fn ask(&self) {
        self.count.fetch_add(1, Ordering::SeqCst);
    }

    /// Whether somebody has asked.
    pub fn is_asked(&self) -> bool {
        self.count.load(Ordering::SeqCst) > 0
    }

    /// An error of kind `Interrupted` once the flag is set: long loops call this.
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

/// The handler: it runs in a separate thread, so it may take a lock.
#[expect(clippy::exit, reason = "the user has asked three times, and nothing else ends what hangs")]
fn tell_all() {
    if CHILDREN.load(Ordering::SeqCst) > 0 {
        return;
    }
    let listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    let asked =
        listeners.iter().flatten().filter_map(Weak::upgrade).map(|count| count.fetch_add(1, Ordering::SeqCst) + 1);
    if asked.max().is_some_and(|count| count >= IMPATIENT_COUNT) {
        // The user has interrupted three times; recovery will finish the rest.
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
