fn main() {
    let _ = fetch::blocking::get("https://a.example.invalid/"); //= reqwest::blocking::get
    let _ = web::get("https://a.example.invalid/");
}
