//! The bar of a long scan, for somebody who waits at a terminal.
//!
//! It appears only when the scan lasts, and is gone when the report is written. Without a
//! terminal, or switched off, it never writes. Only counts and the tool's own words are in it:
//! nothing of the scanned tree.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A scan that ends before this has no bar.
const DELAY: Duration = Duration::from_secs(1);

/// How far the stages of a run are. Threads can share it.
pub struct Progress(Option<Bar>);

struct Bar {
    bar: ProgressBar,
    since: Instant,
    delay: Duration,
    shown: AtomicBool,
    target: fn() -> ProgressDrawTarget,
}

impl Progress {
    /// `enabled` is what the caller wants; there is a bar only when stderr is a terminal too.
    pub fn new(enabled: bool) -> Self {
        let wanted = enabled && std::io::stderr().is_terminal();
        Self(wanted.then(|| Bar::new(DELAY, ProgressDrawTarget::stderr)))
    }

    /// Begins a stage of `len` steps.
    pub fn start(&self, stage: &str, len: u64) {
        if let Some(Bar { bar, .. }) = &self.0 {
            bar.reset();
            bar.set_length(len);
            bar.set_message(stage.to_owned());
        }
    }

    /// Counts a step of the stage.
    pub fn step(&self) {
        if let Some(bar) = &self.0 {
            bar.bar.inc(1);
            bar.show_when_due();
        }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(Bar { bar, .. }) = &self.0
            && !bar.is_finished()
        {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Progress {
    /// An early return must not leave a bar behind, or the next line would be written into it.
    fn drop(&mut self) {
        self.finish();
    }
}

impl Bar {
    fn new(delay: Duration, target: fn() -> ProgressDrawTarget) -> Self {
        let style = ProgressStyle::with_template("{msg:>12} [{bar:30}] {human_pos}/{human_len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> ");
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        bar.set_style(style);
        Self { bar, since: Instant::now(), delay, shown: AtomicBool::new(false), target }
    }

    fn show_when_due(&self) {
        // The first thread to see that it is due shows it.
        if !self.shown.load(Ordering::Relaxed)
            && self.since.elapsed() >= self.delay
            && !self.shown.swap(true, Ordering::Relaxed)
        {
            self.bar.set_draw_target((self.target)());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Mutex;

    use indicatif::TermLike;

    use super::*;

    static DRAWN: Mutex<String> = Mutex::new(String::new());

    /// A terminal that remembers what is drawn.
    #[derive(Debug)]
    struct Recorder;

    impl TermLike for Recorder {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            DRAWN.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    fn run(delay: Duration) -> String {
        let target = || ProgressDrawTarget::term_like_with_hz(Box::new(Recorder), 255);
        let progress = Progress(Some(Bar::new(delay, target)));
        progress.start("reading", 40);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        progress.step();
                        std::thread::sleep(Duration::from_millis(1));
                    }
                });
            }
        });
        progress.finish();
        std::mem::take(&mut DRAWN.lock().unwrap())
    }

    #[test]
    fn it_appears_only_when_due() {
        assert_eq!(run(Duration::from_secs(3600)), "");
        let drawn = run(Duration::ZERO);
        assert!(drawn.contains("reading [") && drawn.contains("/40"), "{drawn}");
    }

    #[test]
    fn switched_off_there_is_nothing_to_draw_with() {
        let progress = Progress::new(false);
        progress.start("reading", 3);
        progress.step();
        progress.finish();
        assert!(progress.0.is_none());
    }
}
