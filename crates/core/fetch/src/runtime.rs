//! The one thread on which all network work happens.

use std::io;
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A current-thread runtime on a thread of its own. Dropping it ends whatever still runs.
pub(crate) struct Runtime {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Runtime {
    pub fn start() -> io::Result<Runtime> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            // It ends on a message or when the sender is dropped: both mean the same.
            let _ = runtime.block_on(stopped);
            // A name look-up may hang for long and cannot be stopped; its thread is abandoned.
            runtime.shutdown_background();
        })?;
        Ok(Runtime { handle, stop: Some(stop), thread: Some(thread) })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            // The requests that a panic of the network thread ended have reported it.
            let _ = thread.join();
        }
    }
}
