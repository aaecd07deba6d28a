// Ways to bring a name into sight.
use std as s;
use std::fs::{self, read as slurp, write};
use std::process::*;
use std::{env::var, net::TcpStream as Pipe};

mod inner {
    pub use std::net::TcpStream as Wire;
    pub mod deeper {
        pub use super::super::everything::*;
    }
}
mod everything {
    pub use std::fs::remove_file;
    pub use std::process::Command as Starter;
}

fn root_alias() {
    let _ = s::fs::read("p"); //= std::fs::read
}
fn self_and_renamed() {
    let _ = fs::read("p"); //= std::fs::read
    let _ = slurp("p"); //= std::fs::read
    let _ = write("p", "x"); //= std::fs::write
}
fn glob() {
    let _ = Command::new("p").spawn(); //= std::process::Command::new
}
fn nested_group() {
    let _ = var("NAME"); //= std::env::var
    let _ = Pipe::connect("h:1"); //= std::net::TcpStream::connect
}
fn re_exported() {
    let _ = inner::Wire::connect("h:1"); //= std::net::TcpStream::connect
    let _ = crate::inner::deeper::Starter::new("p").status(); //= std::process::Command::new
    let _ = self::inner::deeper::remove_file("p"); //= std::fs::remove_file
}
fn inside_a_function() {
    use std::process::Command as C;
    let _ = C::new("p").output(); //= std::process::Command::new
}
fn shadowed_by_a_local_item() {
    struct Command;
    impl Command {
        fn new(_: &str) -> Self {
            Command
        }
        fn spawn(self) {}
    }
    Command::new("p").spawn();
}
mod own {
    pub struct TcpStream;
    impl TcpStream {
        pub fn connect(_: &str) {}
    }
    pub fn read(_: &str) {}
}
fn famous_names_of_our_own() {
    use own::{TcpStream, read};
    TcpStream::connect("h:1");
    read("p");
}
extern crate std as renamed;
fn extern_crate() {
    let _ = renamed::fs::read("p"); //= std::fs::read
    let _ = ::std::fs::read("p"); //= std::fs::read
    let _ = core::mem::size_of::<u8>();
}
#[derive(Default)]
struct ClientBuilder {
    trusting: bool,
}
impl ClientBuilder {
    fn danger_accept_invalid_certs(mut self, yes: bool) -> Self {
        self.trusting = yes;
        self
    }
}
fn a_derived_default_is_our_own() {
    let _ = ClientBuilder::default().danger_accept_invalid_certs(true);
}
