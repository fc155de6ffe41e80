//! A progress bar on a terminal, for the reports of long work (`progress`).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::progress::{Task, TaskHandle};
use crate::shown_line;

/// One bar on the screen: subject and phase; of a download the amount, the rate and the time left; of other work with a
/// size the share that is done; of the rest how long it takes.
pub(crate) struct Bar {
    bar: ProgressBar,
    shape: Mutex<Shape>,
    /// Who hears of each phase: with `--verbose`.
    tells: Option<Teller>,
}

/// Prints a line above the bars.
pub(crate) type Teller = Box<dyn Fn(&str) + Send + Sync>;

const REDRAW_INTERVAL: Duration = Duration::from_millis(100);
/// Below this many columns the bar itself and the time left are left out.
const COLUMNS_WIDE: usize = 80;
/// The width of a terminal that does not say it.
const COLUMNS_USUAL: usize = 80;

/// What decides how a bar looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    action: &'static str,
    is_sized: bool,
}

impl Bar {
    pub(crate) fn new(bars: &MultiProgress, task: Task, tells: Option<Teller>) -> Bar {
        let bar = match task.bytes_total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let shape = Shape { action: task.action, is_sized: task.bytes_total.is_some() };
        let bar = bars.add(bar.with_style(style(shape, columns())));
        bar.set_prefix(shown_line(&task.subject));
        bar.set_message(task.action);
        bar.enable_steady_tick(REDRAW_INTERVAL);
        let bar = Bar { bar, shape: Mutex::new(shape), tells };
        bar.tell(task.action);
        bar
    }

    fn tell(&self, action: &str) {
        if let Some(tell) = &self.tells {
            tell(&format!("{}: {action}", self.bar.prefix()));
        }
    }

    fn reshape(&self, change: impl FnOnce(&mut Shape)) {
        let mut shape = self.shape.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut shape);
        self.bar.set_style(style(*shape, columns()));
    }
}

/// The terminal's width.
fn columns() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(COLUMNS_USUAL, |(width, _)| usize::from(width.0))
}

/// The template of a bar: a rate only for what comes over the network.
fn template(shape: Shape, columns: usize) -> &'static str {
    let is_wide = columns >= COLUMNS_WIDE;
    match (shape.action, shape.is_sized) {
        ("fetch", true) if is_wide => {
            "{prefix} {msg} [{wide_bar}] {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta} left"
        }
        ("fetch", true) => "{prefix} {percent}% {decimal_bytes_per_sec}",
        ("fetch", false) if is_wide => "{prefix} {msg} {spinner} {decimal_bytes} {decimal_bytes_per_sec}",
        ("fetch", false) => "{prefix} {decimal_bytes}",
        (_, true) if is_wide => "{prefix} {msg} [{wide_bar}] {percent}%",
        (_, true) => "{prefix} {msg} {percent}%",
        (_, false) => "{prefix} {msg} {spinner} {elapsed}",
    }
}

fn style(shape: Shape, columns: usize) -> ProgressStyle {
    let style = ProgressStyle::with_template(template(shape, columns));
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

impl TaskHandle for Bar {
    fn expect_bytes(&self, bytes_total: u64) {
        self.bar.set_length(bytes_total);
        self.reshape(|shape| shape.is_sized = true);
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
        self.tell(action);
        self.bar.set_message(action);
        // What was counted before were the bytes of the download.
        self.bar.reset_elapsed();
        self.reshape(|shape| *shape = Shape { action, is_sized: false });
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use indicatif::{InMemoryTerm, ProgressDrawTarget};

    use super::*;

    /// What a terminal of this width shows of a bar in this state.
    fn shown(columns: u16, shape: Shape) -> String {
        let term = InMemoryTerm::new(4, columns);
        let bar =
            ProgressBar::with_draw_target(Some(75_800_000), ProgressDrawTarget::term_like(Box::new(term.clone())));
        bar.set_style(style(shape, usize::from(columns)));
        bar.set_prefix("go1.27.3.linux-amd64");
        bar.set_message(shape.action);
        bar.set_position(12_300_000);
        bar.tick();
        term.contents()
    }

    #[test]
    fn a_bar_is_one_line_at_80_and_at_40_columns_and_only_a_download_has_a_rate() {
        for columns in [40, 80, 200] {
            for action in ["fetch", "unpack", "prove", "admit", "verify", "copy"] {
                for is_sized in [true, false] {
                    let text = shown(columns, Shape { action, is_sized });
                    assert_eq!(text.lines().count(), 1, "{columns} columns: {text}");
                    assert!(text.contains("go1.27.3.linux-amd64"), "{text}");
                    assert!(action == "fetch" || !text.contains("/s"), "{text}");
                }
            }
        }
    }
}
