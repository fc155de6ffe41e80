// Any bytes as a rules file, and as a log under the built-in rules and under those of the file.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use gate::{End, Exit, Judge, OomKills, Rules, Stream};

static BUILT_IN: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::built_in()));

pub fn check(data: &[u8]) {
    judged(&BUILT_IN, data);
    if let Ok(rules) = Rules::parse("fuzz", data) {
        judged(&Arc::new(rules), data);
    }
}

/// The report does not depend on the chunks, and is sound.
fn judged(rules: &Arc<Rules>, log: &[u8]) {
    let end = End { exit: Exit::Code(1), oom_kills: OomKills::Unknown, at: Duration::ZERO };
    let mut whole = Judge::new(rules.clone(), None).with_log();
    whole.feed(Stream::Output, log, Duration::ZERO);
    let whole = whole.finish(&end);
    let mut parts = Judge::new(rules.clone(), None).with_log();
    for chunk in log.chunks(7) {
        parts.feed(Stream::Output, chunk, Duration::ZERO);
    }
    assert_eq!(whole, parts.finish(&end));
    assert!((0.0..=1.0).contains(&whole.score));
}
