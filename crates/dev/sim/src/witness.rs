//! Records which operation was refused first.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use sys::{Adversary, Op, Verdict};

/// Records the first operation that another adversary refused.
pub(crate) struct Witness {
    inner: Arc<dyn Adversary>,
    refused: Mutex<Option<String>>,
}

impl Witness {
    pub fn new(inner: Arc<dyn Adversary>) -> Witness {
        Witness { inner, refused: Mutex::new(None) }
    }

    pub fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Adversary for Witness {
    fn before(&self, op: &Op) -> Verdict {
        let verdict = self.inner.before(op);
        if matches!(verdict, Verdict::Fail(_) | Verdict::Tear(..)) {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.get_or_insert_with(|| op.to_string());
        }
        verdict
    }

    fn after(&self, op: &Op, outcome: &io::Result<()>) {
        self.inner.after(op, outcome);
    }
}
