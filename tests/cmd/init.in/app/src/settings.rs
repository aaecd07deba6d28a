//! What the user has chosen.

#[derive(serde::Deserialize)]
pub struct Settings {
    #[serde(default)]
    pub crash_reports: bool,
    #[serde(default)]
    pub usage_statistics: bool,
    pub weather_url: String,
}

impl Settings {
    pub fn read() -> Self {
        let text = std::fs::read_to_string("/etc/notes.toml").unwrap_or_default();
        Self {
            crash_reports: text.contains("crash-reports = true"),
            usage_statistics: text.contains("usage-statistics = true"),
            weather_url: std::env::var("NOTES_WEATHER_URL").unwrap_or_default(),
        }
    }
}
