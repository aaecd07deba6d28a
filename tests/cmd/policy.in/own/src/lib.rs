pub fn wait() -> std::io::Result<()> {
    std::net::TcpListener::bind("0.0.0.0:9100")?.accept().map(drop)
}
