//! What is in sight without a `use`.

/// The standard prelude's types, traits and functions, and where they live.
pub fn item(name: &str) -> Option<&'static str> {
    Some(match name {
        "Vec" => "std::vec::Vec",
        "String" => "std::string::String",
        "ToString" => "std::string::ToString",
        "Box" => "std::boxed::Box",
        "Option" => "std::option::Option",
        "Some" => "std::option::Option::Some",
        "None" => "std::option::Option::None",
        "Result" => "std::result::Result",
        "Ok" => "std::result::Result::Ok",
        "Err" => "std::result::Result::Err",
        "drop" => "std::mem::drop",
        "Iterator" => "std::iter::Iterator",
        "IntoIterator" => "std::iter::IntoIterator",
        "Default" => "std::default::Default",
        "Clone" => "std::clone::Clone",
        "From" => "std::convert::From",
        "Into" => "std::convert::Into",
        "AsRef" => "std::convert::AsRef",
        "TryFrom" => "std::convert::TryFrom",
        "TryInto" => "std::convert::TryInto",
        "ToOwned" => "std::borrow::ToOwned",
        "Fn" | "FnMut" | "FnOnce" | "Send" | "Sync" | "Sized" | "Copy" | "Drop" | "Unpin" => {
            "std::marker"
        }
        _ => return None,
    })
}

pub fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "str"
            | "bool"
            | "char"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "f32"
            | "f64"
    )
}

/// Crates that every target can name.
pub fn is_sysroot(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc" | "proc_macro" | "test")
}
