pub mod client;
pub use client::Socket as Opened;
