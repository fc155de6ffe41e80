//! The program's own types as the views that are printed as JSON, one file a theme.
//!
//! A view has plain values only ([`view`]); what a path or a version is written as is decided here, once.

mod adopt;
mod block;
mod check;
mod checklist;
mod choice;
mod drill;
mod gate;
mod graph;
mod machine;
mod proof;
mod ps;
mod report;
mod sandbox;
mod store;
mod toolchains;

use std::path::{Path, PathBuf};

pub(crate) use adopt::{import, import_plan, migrate};
pub(crate) use block::block_change;
pub(crate) use check::{bundle_create, bundle_verify};
pub(crate) use checklist::{
    check, check_lists, check_suites, count, doctor_log, doctor_suites, unverified_suite, verify_suite,
};
pub(crate) use choice::{env, pin_write, which};
use choice::{manager_origin, setting_origin};
use diag::Place;
pub(crate) use drill::{drill_list, drill_run, drill_suite};
pub(crate) use gate::{Acted, because, gate, gate_check, missing};
pub(crate) use machine::{SetupDone, config, config_change, doctor, ide_check, ide_setup, setup};
pub(crate) use ps::{ps, ps_env};
use release::{Platform, Request, ToolchainId, Version};
use report::{remark, remarks};
pub(crate) use sandbox::{sandbox_probe, sandbox_run};
pub(crate) use store::rollback;
pub(crate) use toolchains::{install_plan, installed_at, prune, upgrade, upgrade_plan, use_plan};

/// Something that is printed as JSON.
pub(crate) trait ToView {
    /// What it is printed as.
    type View;

    /// It as data.
    fn view(&self) -> Self::View;
}

impl<T: ToView> ToView for Option<T> {
    type View = Option<T::View>;

    fn view(&self) -> Option<T::View> {
        self.as_ref().map(ToView::view)
    }
}

impl<T: ToView> ToView for [T] {
    type View = Vec<T::View>;

    fn view(&self) -> Vec<T::View> {
        self.iter().map(ToView::view).collect()
    }
}

/// A path that is not Unicode is printed with a replacement character for what is not.
impl ToView for Path {
    type View = String;

    fn view(&self) -> String {
        self.to_string_lossy().into_owned()
    }
}

impl ToView for PathBuf {
    type View = String;

    fn view(&self) -> String {
        self.as_path().view()
    }
}

/// Types that are printed as they are written.
macro_rules! as_text {
    ($($type:ty,)*) => {
        $(impl ToView for $type {
            type View = String;

            fn view(&self) -> String {
                self.to_string()
            }
        })*
    };
}

as_text! { Platform, Request, ToolchainId, Version, }

/// A word of the one type as the same word of the other.
macro_rules! same_words {
    ($($from:ty => $to:ty { $($word:ident)* })*) => {
        $(impl crate::views::ToView for $from {
            type View = $to;

            fn view(&self) -> $to {
                match self {
                    $(<$from>::$word => <$to>::$word,)*
                }
            }
        })*
    };
}
pub(crate) use same_words;

/// A count, a line or a size.
pub(crate) fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A place as file and line.
pub(crate) fn place(place: Option<&Place>) -> (Option<String>, Option<u64>) {
    (place.map(|place| place.path.view()), place.and_then(|place| place.line).map(number))
}
