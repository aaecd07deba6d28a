//! Numbers and single characters: operators and methods.

use std::cmp::Ordering;

use super::datum::{BYTE, Width};
use super::{Datum, Eval, Stop, known};

/// Parts that are compared at most.
const MAX_COMPARED: usize = 64 * 1024;

/// The order of two values of one type.
pub fn compare(left: &Datum, right: &Datum) -> Option<Ordering> {
    compare_within(left, right, &mut MAX_COMPARED.clone())
}

fn compare_within(left: &Datum, right: &Datum, steps: &mut usize) -> Option<Ordering> {
    *steps = steps.checked_sub(1)?;
    Some(match (left, right) {
        (Datum::Int(a, _), Datum::Int(b, _)) => a.cmp(b),
        (Datum::Char(a), Datum::Char(b)) => a.cmp(b),
        (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
        (Datum::Nothing, Datum::Nothing) => Ordering::Equal,
        (Datum::Nothing, _) => Ordering::Less,
        (_, Datum::Nothing) => Ordering::Greater,
        (Datum::Text(a), Datum::Text(b)) => a.cmp(b),
        (Datum::List(a), Datum::List(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                let order = compare_within(a, b, steps)?;
                if order.is_ne() {
                    return Some(order);
                }
            }
            a.len().cmp(&b.len())
        }
        _ => left.as_bytes()?.cmp(&right.as_bytes()?),
    })
}

/// `left op right` for everything but texts and lists.
pub fn binary(op: &str, left: &Datum, right: &Datum) -> Eval {
    let order = |holds: fn(Ordering) -> bool| {
        known(compare(left, right)).map(|order| Datum::Bool(holds(order)))
    };
    match op {
        "==" => return order(Ordering::is_eq),
        "!=" => return order(Ordering::is_ne),
        "<" => return order(Ordering::is_lt),
        "<=" => return order(Ordering::is_le),
        ">" => return order(Ordering::is_gt),
        ">=" => return order(Ordering::is_ge),
        _ => {}
    }
    match (left, right) {
        (Datum::Bool(a), Datum::Bool(b)) => Ok(Datum::Bool(match op {
            "&" | "&&" => a & b,
            "|" | "||" => a | b,
            "^" => a ^ b,
            _ => return Err(Stop::GiveUp),
        })),
        (Datum::Int(a, wa), Datum::Int(b, wb)) => {
            let shift = matches!(op, "<<" | ">>");
            let width = if wa.bits != 0 || shift { *wa } else { *wb };
            known(arithmetic(op, *a, *b, width)).map(|n| Datum::Int(width.wrap(n), width))
        }
        _ => Err(Stop::GiveUp),
    }
}

fn arithmetic(op: &str, a: i128, b: i128, width: Width) -> Option<i128> {
    match op {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "/" => a.checked_div(b),
        "%" => a.checked_rem(b),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        "<<" | ">>" => {
            let by = u32::try_from(b).ok().filter(|by| *by < 127)?;
            if op == "<<" {
                // What is shifted out of the top is lost.
                let low =
                    if width.bits == 0 { a } else { Width { signed: false, ..width }.wrap(a) };
                (by < 64 || low == 0).then(|| low.wrapping_shl(by))
            } else {
                Some(a >> by)
            }
        }
        _ => None,
    }
}

/// A method of an integer; `None` when it is none.
pub fn method(name: &str, number: i128, width: Width, args: &[Datum]) -> Eval<Option<Datum>> {
    let other = || known(args.first().and_then(Datum::as_int));
    let byte = u8::try_from(number).ok();
    let guessed = |numbers: &[i128]| width.or_of(numbers);
    let int = |number: i128, width: Width| Ok(Some(Datum::Int(width.wrap(number), width)));
    let (operation, rest) = name.split_once('_').unwrap_or((name, ""));
    let op = |word: &str| match word {
        "add" => Some("+"),
        "sub" => Some("-"),
        "mul" => Some("*"),
        "div" => Some("/"),
        "rem" | "rem_euclid" => Some("%"),
        "shl" => Some("<<"),
        "shr" => Some(">>"),
        _ => None,
    };
    match (operation, op(rest)) {
        ("wrapping", Some(op)) => {
            let other = other()?;
            let width = match op {
                "<<" | ">>" => guessed(&[number]),
                _ => guessed(&[number, other]),
            };
            let other = if matches!(op, "<<" | ">>") {
                other % i128::from(width.bits.max(1))
            } else {
                other
            };
            return match op {
                "*" if width.bits == 64 => {
                    let (a, b) = (number as u64, other as u64);
                    int(i128::from(a.wrapping_mul(b)), width)
                }
                _ => int(known(arithmetic(op, number, other, width))?, width),
            };
        }
        ("checked" | "saturating", Some(op)) => {
            let other = other()?;
            let width = guessed(&[number, other]);
            let exact = known(arithmetic(op, number, other, width))?;
            return Ok(Some(match (width.wrap(exact) == exact, operation) {
                (true, _) => Datum::Int(exact, width),
                (false, "checked") => Datum::Nothing,
                (false, _) if exact < 0 && !width.signed => Datum::Int(0, width),
                (false, _) if !width.signed && width.bits < 127 => {
                    Datum::Int((1i128 << width.bits) - 1, width)
                }
                _ => return Err(Stop::GiveUp),
            }));
        }
        _ => {}
    }
    Ok(Some(match name {
        "rotate_left" | "rotate_right" => {
            let by = known(u32::try_from(other()?).ok())?;
            let width = guessed(&[number]);
            let bits = u32::from(width.bits);
            if bits == 0 || bits > 64 {
                return Err(Stop::GiveUp);
            }
            let by = by % bits;
            let by = if name == "rotate_left" { by } else { (bits - by) % bits };
            let plain = Width { signed: false, ..width }.wrap(number);
            let turned = (plain << by) | (plain >> (bits - by));
            Datum::Int(width.wrap(turned), width)
        }
        "swap_bytes" | "to_be" | "reverse_bits" => match (width.bits, name) {
            (8, "reverse_bits") => Datum::Int(i128::from((number as u8).reverse_bits()), width),
            (8, _) => Datum::Int(number, width),
            (16, "swap_bytes") => Datum::Int(i128::from((number as u16).swap_bytes()), width),
            (32, "swap_bytes") => Datum::Int(i128::from((number as u32).swap_bytes()), width),
            (64, "swap_bytes") => Datum::Int(i128::from((number as u64).swap_bytes()), width),
            _ => return Err(Stop::GiveUp),
        },
        "to_be_bytes" | "to_le_bytes" | "to_ne_bytes" => {
            let size = usize::from(width.bits / 8);
            if size == 0 {
                return Err(Stop::GiveUp);
            }
            let mut bytes = number.to_le_bytes()[..size].to_vec();
            if name == "to_be_bytes" {
                bytes.reverse();
            }
            Datum::bytes(bytes)
        }
        "pow" => {
            let by = known(u32::try_from(other()?).ok())?;
            Datum::Int(width.wrap(known(number.checked_pow(by))?), width)
        }
        "abs" => Datum::Int(known(number.checked_abs())?, width),
        "abs_diff" => {
            Datum::Int(known(number.checked_sub(other()?).and_then(i128::checked_abs))?, width)
        }
        "min" => Datum::Int(number.min(other()?), width),
        "max" => Datum::Int(number.max(other()?), width),
        "rem_euclid" => Datum::Int(known(number.checked_rem_euclid(other()?))?, width),
        "div_ceil" => {
            let other = other()?;
            let sum = known(number.checked_add(other).and_then(|sum| sum.checked_sub(1)))?;
            Datum::Int(known(sum.checked_div(other))?, width)
        }
        "count_ones" => Datum::Int(i128::from(number.count_ones()), width),
        "is_power_of_two" => Datum::Bool(number.count_ones() == 1),
        _ => match byte {
            Some(byte) if name.starts_with("is_ascii") || name.starts_with("to_ascii") => {
                return character(name, char::from(byte), args).map(|found| {
                    found.map(|datum| match datum {
                        Datum::Char(c) => Datum::Int(c as i128, BYTE),
                        other => other,
                    })
                });
            }
            _ => return Ok(None),
        },
    }))
}

/// A method of a character; `None` when it is none.
pub fn character(name: &str, c: char, args: &[Datum]) -> Eval<Option<Datum>> {
    let bool = |is: bool| Ok(Some(Datum::Bool(is)));
    match name {
        "is_ascii" => bool(c.is_ascii()),
        "is_ascii_alphabetic" => bool(c.is_ascii_alphabetic()),
        "is_ascii_alphanumeric" => bool(c.is_ascii_alphanumeric()),
        "is_ascii_digit" => bool(c.is_ascii_digit()),
        "is_ascii_hexdigit" => bool(c.is_ascii_hexdigit()),
        "is_ascii_lowercase" => bool(c.is_ascii_lowercase()),
        "is_ascii_uppercase" => bool(c.is_ascii_uppercase()),
        "is_ascii_punctuation" => bool(c.is_ascii_punctuation()),
        "is_ascii_whitespace" => bool(c.is_ascii_whitespace()),
        "is_ascii_graphic" => bool(c.is_ascii_graphic()),
        "is_ascii_control" => bool(c.is_ascii_control()),
        "is_alphabetic" => bool(c.is_alphabetic()),
        "is_alphanumeric" => bool(c.is_alphanumeric()),
        "is_numeric" => bool(c.is_numeric()),
        "is_lowercase" => bool(c.is_lowercase()),
        "is_uppercase" => bool(c.is_uppercase()),
        "is_whitespace" => bool(c.is_whitespace()),
        "is_control" => bool(c.is_control()),
        "is_digit" | "to_digit" => {
            let radix = known(args.first().and_then(Datum::as_size))?;
            let radix = known(u32::try_from(radix).ok().filter(|r| (2..=36).contains(r)))?;
            let digit = c.to_digit(radix);
            Ok(Some(match digit {
                _ if name == "is_digit" => Datum::Bool(digit.is_some()),
                Some(digit) => Datum::Int(i128::from(digit), Width { bits: 32, signed: false }),
                None => Datum::Nothing,
            }))
        }
        "to_ascii_lowercase" => Ok(Some(Datum::Char(c.to_ascii_lowercase()))),
        "to_ascii_uppercase" => Ok(Some(Datum::Char(c.to_ascii_uppercase()))),
        "to_lowercase" => Ok(Some(Datum::text(c.to_lowercase().collect::<String>()))),
        "to_uppercase" => Ok(Some(Datum::text(c.to_uppercase().collect::<String>()))),
        "len_utf8" => Ok(Some(Datum::size(c.len_utf8()))),
        _ => Ok(None),
    }
}
