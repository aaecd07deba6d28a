// Functions as values, qualified paths, aliases, generics.
use std::net::TcpStream;
use std::process::Command;

type Cmd = Command;
type Again = Cmd;

fn pointer() {
    let f = Command::new;
    let _ = f("p").spawn(); //= std::process::Command::new
    let g: fn(&str) -> std::io::Result<Vec<u8>> = std::fs::read;
    let _ = g("p"); //= std::fs::read
}
fn mapped() {
    let _: Vec<_> = ["A"].iter().map(std::env::var_os).collect(); //= std::env::var_os
}
fn qualified() {
    let _ = <Command>::new("p").spawn(); //= std::process::Command::new
    let _ = <TcpStream>::connect("h:1"); //= std::net::TcpStream::connect
}
fn aliases() {
    let _ = Cmd::new("p").spawn(); //= std::process::Command::new
    let _ = Again::new("p").spawn(); //= std::process::Command::new
}
static READ: fn(&str) -> std::io::Result<Vec<u8>> = std::fs::read; //= std::fs::read
fn through_a_static() {
    let _ = READ("p"); //= std::fs::read
}
struct Wrapper {
    command: Command,
    stream: Option<TcpStream>,
}
impl Wrapper {
    fn go(&mut self) {
        let _ = self.command.spawn(); //= std::process::Command::spawn
        if let Some(stream) = &mut self.stream {
            use std::io::Write;
            let _ = stream.write_all(b"x"); //= std::net::TcpStream::write_all
        }
    }
    fn made() -> Command {
        Command::new("p") //= std::process::Command::new
    }
}
fn returned() {
    let _ = Wrapper::made().spawn(); //= std::process::Command::new
}
fn parameter(command: &mut Command, boxed: Box<Command>) {
    command.arg("x"); //= std::process::Command::arg
    let _ = command.spawn();
    let mut boxed = boxed;
    let _ = boxed.spawn(); //= std::process::Command::spawn
}
