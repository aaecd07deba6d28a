pub use std::net::TcpStream as Socket;
pub fn go() {
    let _ = Socket::connect("h:1"); //= std::net::TcpStream::connect
    let _ = crate::net::Opened::connect("h:1"); //= std::net::TcpStream::connect
}
