mod net;
#[path = "elsewhere.txt"]
mod hidden;
#[cfg(unix)]
use std::net::TcpStream as Stream;
#[cfg(windows)]
use std::os::windows::io as Stream;
include!("included.inc");

pub fn renamed_dependency() {
    let _ = web::post("https://a.example.invalid/").send_string("x"); //= ureq::post
    let agent = web::AgentBuilder::new().build();
    let _ = agent.get("https://a.example.invalid/").call(); //= ureq::Agent::get
}
pub fn every_branch_of_cfg() {
    let _ = Stream::connect("h:1"); //= std::net::TcpStream::connect
}
pub fn modules() {
    net::client::go();
    let _ = net::Opened::connect("h:1"); //= std::net::TcpStream::connect
}
pub fn a_crate_that_the_manifest_does_not_name() {
    let _ = minreq::get("https://a.example.invalid/").send(); //= minreq::get
}
mod attohttpc {
    pub fn get(_: &str) {}
}
pub fn a_module_with_the_name_of_a_crate() {
    attohttpc::get("https://a.example.invalid/");
}
