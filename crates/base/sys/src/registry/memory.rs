//! A registry in memory.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::{RegistryValue, Root};

/// Values by root, key and name; the system ignores the case of both.
type Values = BTreeMap<(Root, String, String), RegistryValue>;

/// A registry in memory. All clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryRegistry {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    values: Values,
    /// The values at the last sync.
    durable: Values,
    told_count: u64,
    refuses: bool,
}

impl MemoryRegistry {
    /// Sets a value, as another program would.
    pub fn put(&self, root: Root, key: &str, name: &str, value: RegistryValue) {
        self.with(|state| {
            state.values.insert(place(root, key, name), value.clone());
            state.durable.insert(place(root, key, name), value);
        });
    }

    /// Sets one of the user's values, as a program that died before the sync.
    pub fn put_unsynced(&self, key: &str, name: &str, value: RegistryValue) {
        self.with(|state| drop(state.values.insert(place(Root::User, key, name), value)));
    }

    /// An independent registry with the same values.
    pub fn copy(&self) -> MemoryRegistry {
        self.with(|state| {
            let (values, durable) = (state.values.clone(), state.durable.clone());
            MemoryRegistry { state: Arc::new(Mutex::new(State { values, durable, ..State::default() })) }
        })
    }

    /// Another registry with the synced values, as after a power cut.
    pub fn after_power_cut(&self) -> MemoryRegistry {
        let copy = self.copy();
        copy.with(|state| state.values = state.durable.clone());
        copy
    }

    /// Refuses writes from now on, as by a policy of the machine.
    pub fn refuse(&self) {
        self.with(|state| state.refuses = true);
    }

    /// How often running programs were notified of a change.
    pub fn told_count(&self) -> u64 {
        self.with(|state| state.told_count)
    }

    pub(super) fn read(&self, root: Root, key: &str, name: &str) -> Option<RegistryValue> {
        self.with(|state| state.values.get(&place(root, key, name)).cloned())
    }

    pub(super) fn write(&self, key: &str, name: &str, value: Option<RegistryValue>) -> io::Result<()> {
        self.with(|state| {
            if state.refuses {
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
            match value {
                Some(value) => drop(state.values.insert(place(Root::User, key, name), value)),
                None => drop(state.values.remove(&place(Root::User, key, name))),
            }
            Ok(())
        })
    }

    pub(super) fn sync(&self) {
        self.with(|state| state.durable = state.values.clone());
    }

    pub(super) fn told(&self) -> bool {
        self.with(|state| state.told_count += 1);
        true
    }

    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn place(root: Root, key: &str, name: &str) -> (Root, String, String) {
    (root, key.to_lowercase(), name.to_lowercase())
}
