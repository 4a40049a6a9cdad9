//! Progress on the terminal: one line that vanishes. Silent when piped. Only here: indicatif.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::pipeline::Progress;

/// Draws on standard error, if that is a terminal.
pub struct TerminalProgress {
    bar: Mutex<ProgressBar>,
    visible: bool,
}

impl TerminalProgress {
    pub fn new() -> Self {
        let visible = std::io::stderr().is_terminal();
        TerminalProgress { bar: Mutex::new(ProgressBar::hidden()), visible }
    }

    /// Takes the line away, so that what follows stands alone.
    pub fn clear(&self) {
        if let Ok(bar) = self.bar.lock() {
            bar.finish_and_clear();
        }
    }
}

impl Progress for TerminalProgress {
    fn phase(&self, title: &str, total: usize) {
        if !self.visible {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        bar.finish_and_clear();
        let (next, template) = if total == 0 {
            (ProgressBar::new_spinner(), "{spinner} {msg}…")
        } else {
            (ProgressBar::new(total as u64), "{spinner} {msg} {pos}/{len} {wide_bar}")
        };
        // The templates are constants; a mistake in one costs the style, not the run.
        if let Ok(style) = ProgressStyle::with_template(template) {
            next.set_style(style);
        }
        next.set_message(title.to_owned());
        next.enable_steady_tick(Duration::from_millis(120));
        *bar = next;
    }

    fn step(&self) {
        if let Ok(bar) = self.bar.lock() {
            bar.inc(1);
        }
    }
}
