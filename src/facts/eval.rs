//! Folding: what operators, conversions and text functions make of known values.
//!
//! Only functions whose result is certain are folded; nothing is executed, and every result
//! is bounded by [`super::value`].

use super::value::{Value, concat, format, join};

/// Well-known constants from outside of the scan.
pub fn constant(path: &str) -> Value {
    match path {
        "std::net::Ipv4Addr::LOCALHOST" => Value::text("127.0.0.1"),
        "std::net::Ipv4Addr::UNSPECIFIED" => Value::text("0.0.0.0"),
        "std::net::Ipv6Addr::LOCALHOST" => Value::text("::1"),
        "std::net::Ipv6Addr::UNSPECIFIED" => Value::text("::"),
        // `http::header::USER_AGENT`, by whichever crate: the name is the header's.
        _ => match path.rsplit_once("header::") {
            Some((_, name)) if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') => {
                Value::text(name.to_ascii_lowercase().replace('_', "-"))
            }
            _ => Value::Unknown,
        },
    }
}

pub fn binary(op: &str, left: &Value, right: &Value) -> Value {
    if let (Value::Integer(a), Value::Integer(b)) = (left, right) {
        let result = match op {
            "+" => a.checked_add(*b),
            "-" => a.checked_sub(*b),
            "*" => a.checked_mul(*b),
            "|" => Some(a | b),
            "&" => Some(a & b),
            "^" => Some(a ^ b),
            "<<" => u32::try_from(*b).ok().and_then(|b| a.checked_shl(b)),
            ">>" => u32::try_from(*b).ok().and_then(|b| a.checked_shr(b)),
            _ => None,
        };
        return result.map(Value::Integer).unwrap_or_default();
    }
    match op {
        // At least these bits are set.
        "|" => match (left, right) {
            (Value::Integer(_), Value::Unknown) => left.clone(),
            (Value::Unknown, Value::Integer(_)) => right.clone(),
            _ => Value::Unknown,
        },
        "+" => concat([left, right]),
        _ => Value::Unknown,
    }
}

/// Methods whose result is the value that they are called on, in another type.
fn keeps_value(method: &str) -> bool {
    matches!(
        method,
        "as_bytes"
            | "as_mut"
            | "as_os_str"
            | "as_path"
            | "as_ref"
            | "as_slice"
            | "as_str"
            | "as_c_str"
            | "as_deref"
            | "borrow"
            | "clone"
            | "cloned"
            | "copied"
            | "display"
            | "expect"
            | "into"
            | "into_boxed_str"
            | "into_bytes"
            | "into_os_string"
            | "into_owned"
            | "into_string"
            | "iter"
            | "into_iter"
            | "parse"
            | "to_bytes"
            | "to_owned"
            | "to_path_buf"
            | "to_str"
            | "to_string"
            | "to_string_lossy"
            | "to_vec"
            | "try_into"
            | "unwrap"
            | "unwrap_or_default"
            | "unwrap_or"
            | "unwrap_or_else"
            | "context"
            | "with_context"
            | "as_ptr"
            | "as_mut_ptr"
            | "as_bytes_with_nul"
            | "encode_utf16"
            | "encode_wide"
            | "into_raw"
            | "cast"
            | "trim_end_matches"
            | "chars"
            | "collect"
    )
}

/// The result of a method. `path_like`: the receiver is known to be a path.
pub fn method(name: &str, receiver: &Value, args: &[&Value], path_like: bool) -> Value {
    match (name, args) {
        ("join", [part]) => match receiver {
            Value::List(parts) => separated(parts, part),
            _ if path_like || receiver.as_text().is_some_and(|text| text.contains('/')) => {
                join(receiver, part)
            }
            _ => Value::Unknown,
        },
        ("concat", []) => match receiver {
            Value::List(parts) => concat(parts.iter()),
            _ => Value::Unknown,
        },
        ("collect", []) => match receiver {
            Value::List(parts)
                if parts.iter().all(|p| matches!(p, Value::Text(_) | Value::Char(_))) =>
            {
                concat(parts.iter())
            }
            other => other.clone(),
        },
        ("with_extension" | "with_file_name" | "set_extension", _) => Value::Unknown,
        ("repeat", [Value::Integer(times)]) => match (receiver, usize::try_from(*times)) {
            (Value::Text(text), Ok(times)) if text.len().saturating_mul(times) < 4_096 => {
                Value::text(text.repeat(times))
            }
            _ => Value::Unknown,
        },
        ("replace", [from, to]) => match (receiver, from.as_text(), to.as_text()) {
            (Value::Text(text), Some(from), Some(to))
                if !from.is_empty() && text.len().saturating_mul(to.len()) < 1 << 20 =>
            {
                Value::text(text.replace(&from, &to))
            }
            _ => Value::Unknown,
        },
        // A text with the mark that ends it for C.
        ("chain", [end]) => match (receiver, end) {
            (Value::Text(_), Value::Integer(0)) => receiver.clone(),
            (Value::Text(_), Value::List(end)) if end.iter().all(|e| *e == Value::Integer(0)) => {
                receiver.clone()
            }
            (Value::Text(_), end) => concat([receiver, end]),
            _ => Value::Unknown,
        },
        ("trim", []) => map(receiver, |text| text.trim().to_owned()),
        ("to_lowercase" | "to_ascii_lowercase", []) => map(receiver, str::to_lowercase),
        ("to_uppercase" | "to_ascii_uppercase", []) => map(receiver, str::to_uppercase),
        (name, _) if keeps_value(name) => receiver.clone(),
        _ => Value::Unknown,
    }
}

fn map(value: &Value, change: impl Fn(&str) -> String) -> Value {
    match value {
        Value::Text(text) => Value::text(change(text)),
        _ => Value::Unknown,
    }
}

fn separated(parts: &[Value], separator: &Value) -> Value {
    let mut with = Vec::with_capacity(parts.len() * 2);
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            with.push(separator);
        }
        with.push(part);
    }
    concat(with)
}

/// The result of a function from outside of the scan.
pub fn function(path: &str, args: &[&Value]) -> Value {
    match (path, args) {
        (
            "std::net::Ipv4Addr::new",
            [Value::Integer(a), Value::Integer(b), Value::Integer(c), Value::Integer(d)],
        ) => {
            return Value::text(format!("{a}.{b}.{c}.{d}"));
        }
        (
            "std::net::SocketAddr::new"
            | "std::net::SocketAddrV4::new"
            | "std::net::SocketAddrV6::new",
            [ip, port, ..],
        ) => {
            return concat([*ip, &Value::text(":"), *port]);
        }
        ("std::net::SocketAddr::from", [Value::List(parts)]) => {
            if let [ip, port] = &parts[..] {
                return concat([&address(ip), &Value::text(":"), port]);
            }
        }
        ("std::net::IpAddr::from" | "std::net::Ipv4Addr::from", [ip]) => return address(ip),
        ("std::env::var" | "std::env::var_os", [Value::Text(name)]) => {
            return match &**name {
                "HOME" | "USERPROFILE" => Value::symbol("~"),
                "TMPDIR" | "TEMP" | "TMP" => Value::symbol("/tmp"),
                _ => Value::Unknown,
            };
        }
        ("std::path::Path::join" | "std::path::PathBuf::join", [base, part]) => {
            return join(base, part);
        }
        _ => {}
    }
    match path {
        "std::string::String::new" | "std::string::String::with_capacity" => {
            return Value::text("");
        }
        "std::vec::Vec::new" | "std::vec::Vec::with_capacity" => return Value::list(Vec::new()),
        _ => {}
    }
    match args {
        [value] if converts(path) => (*value).clone(),
        _ => Value::Unknown,
    }
}

/// Functions that give their argument back in another type.
pub fn converts(path: &str) -> bool {
    let name = path.rsplit("::").next().unwrap_or(path);
    matches!(
        name,
        "new"
            | "from"
            | "parse"
            | "from_static"
            | "from_str"
            | "try_from"
            | "Some"
            | "Ok"
            | "from_utf8"
            | "V4"
            | "V6"
            | "from_utf8_lossy"
            | "from_utf8_unchecked"
            | "from_bytes"
            | "from_shared"
            | "from_vec"
            | "from_encoded_bytes_unchecked"
            | "black_box"
            | "once"
            | "PCSTR"
            | "PCWSTR"
            | "PSTR"
            | "PWSTR"
            | "HSTRING"
            | "identity"
    )
}

/// `[a, b, c, d]` as an address.
fn address(value: &Value) -> Value {
    if let Value::Bytes(octets) = value {
        return match **octets {
            [a, b, c, d] => Value::text(format!("{a}.{b}.{c}.{d}")),
            _ => Value::Unknown,
        };
    }
    let Value::List(parts) = value else { return value.clone() };
    let octets: Vec<String> = parts.iter().map(Value::piece).collect();
    if octets.len() == 4 { Value::text(octets.join(".")) } else { Value::Unknown }
}

/// The result of a macro from the standard library.
pub fn macro_call(name: &str, args: &[&Value], named: &[(&str, &Value)]) -> Value {
    match name {
        "concat" => concat(args.iter().copied()),
        "format" | "format_args" | "format_compact" | "formatcp" | "concatcp" => {
            let Some((Value::Text(template), rest)) = args.split_first() else {
                return Value::Unknown;
            };
            let rest: Vec<Value> = rest.iter().map(|value| (*value).clone()).collect();
            format(template, &rest, |name| {
                let found = named.iter().find(|(known, _)| *known == name);
                found.map_or(Value::Unknown, |(_, value)| (*value).clone())
            })
        }
        "vec" => Value::list(args.iter().map(|value| (*value).clone()).collect()),
        "c" | "cstr" | "s" | "w" | "dbg" | "println" => {
            args.first().map_or(Value::Unknown, |value| (*value).clone())
        }
        _ => Value::Unknown,
    }
}
