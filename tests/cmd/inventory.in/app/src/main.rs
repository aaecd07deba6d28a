//! Notes that are kept on a server of one's own.

mod settings;
mod telemetry;
mod update;
mod weather;

use axum::routing::get;

#[tokio::main]
async fn main() {
    let settings = settings::Settings::read();
    let _guard = settings.crash_reports.then(|| {
        sentry::init("https://key@crash.notes.example.org/4")
    });
    if settings.usage_statistics {
        telemetry::send(&settings).await;
    }
    if std::env::args().any(|argument| argument == "--update") {
        update::run().expect("the update is put in place");
        return;
    }
    let app = axum::Router::new().route("/", get(weather::page));
    let listener = tokio::net::TcpListener::bind("0.0.0.0:8080").await.expect("the port is free");
    axum::serve(listener, app).await.expect("the server runs");
}
