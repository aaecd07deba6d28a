//! How many notes there are, and on which machine.

use crate::settings::Settings;

pub async fn send(settings: &Settings) {
    if !settings.usage_statistics {
        return;
    }
    let host = hostname::get().unwrap_or_default().to_string_lossy().into_owned();
    let client = reqwest::Client::new();
    let _ = client.post("https://stats.notes.example.org/v1/usage").body(host).send().await;
}
