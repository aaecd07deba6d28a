// Calls inside of macro arguments and macro definitions.
macro_rules! hide {
    ($name:expr) => {
        std::process::Command::new($name).spawn() //= std::process::Command::new
    };
}
fn arguments() {
    println!("{:?}", std::env::var("A")); //= std::env::var
    let _ = vec![std::fs::read("p")]; //= std::fs::read
    assert!(std::fs::read("p").is_ok()); //= std::fs::read
    let _ = dbg!(std::fs::read_to_string("p")); //= std::fs::read_to_string
    let _ = hide!("p");
    let _ = format!("{}", { std::fs::read("p").is_ok() }); //= std::fs::read
    some_macro! { key => std::fs::read("p"), other: { std::fs::write("p", "x") } } //= std::fs::read, std::fs::write
}
fn a_string_is_not_code() {
    println!("std::fs::read(\"p\")");
    // std::fs::read("p")
}
