//! Module graphs, and the proof after a rollback.

use aftercheck::{Kind, Proof, Row, Verdict};
use graph::{Difference, Edge, Module, ModuleGraph, Moved};
use view::{VerificationKind, VerificationVerdict};

use super::{ToView, same_words};

same_words! {
    Kind => VerificationKind { Source Topology Behaviour }
    Verdict => VerificationVerdict { Passed Failed LeftOut }
}

impl ToView for ModuleGraph {
    type View = view::Graph;

    fn view(&self) -> view::Graph {
        self.into()
    }
}

impl ToView for Module {
    type View = view::GraphModule;

    fn view(&self) -> view::GraphModule {
        self.into()
    }
}

impl ToView for Edge {
    type View = view::GraphEdge;

    fn view(&self) -> view::GraphEdge {
        self.into()
    }
}

impl ToView for Moved {
    type View = view::MovedModule;

    fn view(&self) -> view::MovedModule {
        view::MovedModule { module_before: self.before.view(), module_after: self.after.view() }
    }
}

impl ToView for Difference {
    type View = view::GraphDiff;

    fn view(&self) -> view::GraphDiff {
        view::GraphDiff {
            equal: self.is_nothing(),
            modules_added: self.added.view(),
            modules_removed: self.removed.view(),
            modules_moved: self.moved.view(),
            edges_added: self.edges_added.view(),
            edges_removed: self.edges_removed.view(),
        }
    }
}

impl ToView for Proof {
    type View = view::Verification;

    fn view(&self) -> view::Verification {
        view::Verification {
            passed: self.passed(),
            toolchain_used: self.toolchain.view(),
            milliseconds: milliseconds(self.took),
            rows: self.rows.view(),
        }
    }
}

impl ToView for Row {
    type View = view::VerificationRow;

    fn view(&self) -> view::VerificationRow {
        view::VerificationRow {
            kind: self.kind.view(),
            verdict: self.verdict.view(),
            command_line: self.command.clone(),
            milliseconds: milliseconds(self.took),
            message: (!self.message.is_empty()).then(|| self.message.join("\n")),
        }
    }
}

fn milliseconds(span: std::time::Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
