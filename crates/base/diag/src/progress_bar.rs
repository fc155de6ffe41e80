//! A progress bar on a terminal, for the reports of long work (`progress`).

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::progress::{Task, TaskHandle};
use crate::shown_line;

/// One bar on the screen: subject, phase, amount, rate, time left.
pub(crate) struct Bar {
    bar: ProgressBar,
}

const REDRAW_INTERVAL: Duration = Duration::from_millis(100);

impl Bar {
    pub(crate) fn new(bars: &MultiProgress, task: Task) -> Bar {
        let bar = match task.bytes_total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let bar = bars.add(bar.with_style(style(task.bytes_total.is_some())));
        bar.set_prefix(shown_line(&task.subject));
        bar.set_message(task.action);
        bar.enable_steady_tick(REDRAW_INTERVAL);
        Bar { bar }
    }
}

fn style(sized: bool) -> ProgressStyle {
    let template = if sized {
        "{prefix} {msg:8} [{bar:24}] {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta} left"
    } else {
        "{prefix} {msg:8} {spinner} {decimal_bytes} {elapsed}"
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

impl TaskHandle for Bar {
    fn expect_bytes(&self, bytes_total: u64) {
        self.bar.set_length(bytes_total);
        self.bar.set_style(style(true));
    }
    fn held(&self, bytes: u64) {
        // Position without rate: these bytes were not fetched now.
        self.bar.set_position(bytes);
        self.bar.reset_eta();
    }
    fn advance(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
    fn phase(&self, action: &'static str) {
        self.bar.set_message(action);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
