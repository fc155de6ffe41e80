//! Selects the releases of a request from the known ones.

use super::error::NoMatch;
use super::{Bound, Limit, Operator, Request};
use crate::limits::NEAREST_MAX;
use crate::support::supported_minors;
use crate::{Minor, Version};

impl Request {
    /// The requested release, from the known ones, which may come in any order. `None` if none
    /// matches, and for a request for several (`supported`).
    pub fn select<'a>(&self, known: impl IntoIterator<Item = &'a Version>) -> Option<&'a Version> {
        self.select_allowed(known, |_| true)
    }

    /// As [`Request::select`], without the releases that are not allowed. What `oldstable` means does not change by
    /// that: the second newest minor is that of all known releases.
    pub fn select_allowed<'a>(
        &self,
        known: impl IntoIterator<Item = &'a Version>,
        is_allowed: impl Fn(&Version) -> bool,
    ) -> Option<&'a Version> {
        let known = known.into_iter().filter(|version| version.is_candidate());
        if *self == Request::OldStable {
            let mut stable: Vec<&Version> = known.filter(|v| v.is_stable()).collect();
            let minor = supported_minors(stable.iter().copied()).into_iter().nth(1)?;
            stable.retain(|version| is_allowed(version));
            return newest_of(&minor, &stable);
        }
        let candidates = known.filter(|version| is_allowed(version));
        match self {
            Request::Exact(wanted) => candidates.filter(|version| version.same_as(wanted)).max(),
            Request::MinorCandidate(minor) => {
                candidates.filter(|version| version.is_prerelease() && version.minor() == *minor).max()
            }
            // The newest of all is a prerelease exactly if that is newer than the newest release.
            Request::Candidate => candidates.max(),
            Request::Minor(minor) => candidates.filter(|v| v.is_stable() && v.minor() == *minor).max(),
            Request::Major(major) => candidates.filter(|v| v.is_stable() && v.parts().major == major).max(),
            Request::Latest => candidates.filter(|v| v.is_stable()).max(),
            Request::Range(bounds) => {
                candidates.filter(|v| v.is_stable() && bounds.iter().all(|bound| bound.allows(v))).max()
            }
            // `oldstable` is answered above.
            Request::OldStable | Request::Supported => None,
        }
    }

    /// Every requested release, newest first: one, or several for `supported`.
    pub fn select_all<'a>(&self, known: impl IntoIterator<Item = &'a Version>) -> Vec<&'a Version> {
        self.select_all_allowed(known, |_| true)
    }

    /// As [`Request::select_all`], without the releases that are not allowed.
    pub fn select_all_allowed<'a>(
        &self,
        known: impl IntoIterator<Item = &'a Version>,
        is_allowed: impl Fn(&Version) -> bool,
    ) -> Vec<&'a Version> {
        if *self != Request::Supported {
            return self.select_allowed(known, is_allowed).into_iter().collect();
        }
        let mut stable: Vec<&Version> = known.into_iter().filter(|v| v.is_stable()).collect();
        let minors = supported_minors(stable.iter().copied());
        stable.retain(|version| is_allowed(version));
        minors.iter().filter_map(|minor| newest_of(minor, &stable)).collect()
    }

    /// As [`Request::select`], with the reason and the nearest known releases if none matches.
    pub fn choose<'a, I>(&self, known: I) -> Result<&'a Version, NoMatch>
    where
        I: IntoIterator<Item = &'a Version> + Clone,
    {
        if self.is_several() {
            return Err(NoMatch::Several { request: self.clone() });
        }
        self.select(known.clone()).ok_or_else(|| NoMatch::Nothing {
            nearest: self.nearest(known.clone()),
            trap: self.float_trap().filter(|minor| known.into_iter().any(|version| version.minor() == *minor)),
            request: self.clone(),
        })
    }

    /// The known releases closest to the request, for "did you mean". Only if a person may have
    /// mistyped a number; newest first among the equally close.
    pub fn nearest<'a>(&self, known: impl IntoIterator<Item = &'a Version>) -> Vec<Version> {
        let mut known: Vec<&Version> = known.into_iter().filter(|version| version.is_candidate()).collect();
        known.sort_unstable_by(|a, b| b.cmp(a));
        match self {
            Request::Exact(wanted) => diag::nearest(wanted.as_str(), known.iter().map(|v| v.as_str()), NEAREST_MAX)
                .into_iter()
                .filter_map(|text| text.parse().ok())
                .collect(),
            Request::Minor(minor) | Request::MinorCandidate(minor) => {
                // Suggest only releases that such a request could have found.
                let wants_prerelease = matches!(self, Request::MinorCandidate(_));
                known.retain(|version| version.is_prerelease() == wants_prerelease);
                let mut minors: Vec<Minor> = known.iter().map(|version| version.minor()).collect();
                minors.dedup();
                diag::nearest(minor.as_str(), minors.iter().map(Minor::as_str), NEAREST_MAX)
                    .into_iter()
                    .filter_map(|text| known.iter().find(|version| version.minor().as_str() == text))
                    .map(|version| (*version).clone())
                    .collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Bound {
    /// Whether a release is on the right side.
    pub fn allows(&self, version: &Version) -> bool {
        let order = match &self.limit {
            Limit::Minor(minor) => version.minor().cmp(minor),
            Limit::Version(limit) => version.go_order(limit),
        };
        match self.operator {
            Operator::AtLeast => order.is_ge(),
            Operator::Above => order.is_gt(),
            Operator::AtMost => order.is_le(),
            Operator::Below => order.is_lt(),
        }
    }
}

/// The newest release of a minor.
fn newest_of<'a>(minor: &Minor, stable: &[&'a Version]) -> Option<&'a Version> {
    stable.iter().copied().filter(|version| version.minor() == *minor).max()
}
