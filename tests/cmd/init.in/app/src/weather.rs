//! The weather beside the notes, from a service that the user names.

use crate::settings::Settings;

pub async fn page() -> String {
    let settings = Settings::read();
    match reqwest::get(&settings.weather_url).await {
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(_) => String::new(),
    }
}
