pub fn sync(body: &str) {
    let _ = ureq::post("https://eu.storage.invalid/sync").send(body);
}
