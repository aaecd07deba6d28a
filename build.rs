//! Rebuilds when a lint file is added or removed: the files are embedded in the program, and
//! Cargo by itself watches only those that it has seen. Reads nothing, writes nothing else.
fn main() {
    println!("cargo::rerun-if-changed=lints");
}
