pub fn crash_reports() -> bool {
    std::env::var("TIDY_REPORTS").is_ok()
}

pub fn url() -> String {
    std::env::var("TIDY_URL").unwrap_or_default()
}
