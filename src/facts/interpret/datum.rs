//! What the interpreter computes with.
//!
//! Iterators are lists, `Some(x)` and `Ok(x)` are `x`, references are what they refer to unless
//! something is changed through them. A list context makes characters of a text.

use std::rc::Rc;

use smol_str::SmolStr;

use crate::facts::value::Value;
use crate::ir::{ExprId, LocalId, Name, Type};
use crate::names::{Def, Ty};

/// Elements of a list, and bytes of a text, at most.
pub const MAX_LENGTH: usize = 64 * 1024;

/// The size of an integer; 0 bits when it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Width {
    pub bits: u8,
    pub signed: bool,
}

pub const BYTE: Width = Width { bits: 8, signed: false };
pub const WORD: Width = Width { bits: 64, signed: false };

impl Width {
    pub fn named(name: &str) -> Option<Self> {
        let (signed, bits) = (name.starts_with('i'), name.get(1..)?);
        if !name.starts_with(['i', 'u']) {
            return None;
        }
        let bits = match bits {
            "8" => 8,
            "16" => 16,
            "32" => 32,
            "64" | "size" => 64,
            "128" => 128,
            _ => return None,
        };
        Some(Self { bits, signed })
    }

    /// The number as an integer of this size holds it.
    pub fn wrap(self, number: i128) -> i128 {
        match self.bits {
            0 | 128 => number,
            bits => {
                let low = number & ((1i128 << bits) - 1);
                let negative = self.signed && low >> (bits - 1) & 1 == 1;
                if negative { low - (1i128 << bits) } else { low }
            }
        }
    }

    /// The size, guessed from a number when it is not known.
    pub fn or_of(self, numbers: &[i128]) -> Self {
        if self.bits != 0 {
            return self;
        }
        let most = numbers.iter().copied().max().unwrap_or(0);
        let bits = match most {
            0..=0xff => 8,
            0x100..=0xffff_ffff => 32,
            _ => 64,
        };
        Self { bits, signed: numbers.iter().any(|number| *number < 0) }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    Unit,
    /// Not known; whoever looks at it gives up.
    Unknown,
    /// `None`, or an error.
    Nothing,
    Int(i128, Width),
    Bool(bool),
    Char(char),
    Text(Rc<String>),
    Bytes(Rc<Vec<u8>>),
    /// Arrays, vectors, tuples and iterators.
    List(Rc<Vec<Datum>>),
    /// `cycle()`: these, again and again.
    Cycle(Rc<Vec<Datum>>),
    /// `n..`
    From(i128, Width),
    Struct(Def, Rc<Vec<(Name, Datum)>>),
    /// A closure of the frame that it was written in.
    Closure(Frame, ExprId),
    Function(Def),
    /// A function, a constant or a type from outside of the scan.
    External(SmolStr),
    /// A reference through which something may be changed.
    Place(Rc<Place>),
}

/// A frame of the interpreter: its position, and the number that no other frame ever has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    pub at: usize,
    pub serial: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub frame: Frame,
    pub local: LocalId,
    pub path: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Index(usize),
    Field(Name),
}

impl Datum {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Rc::new(text.into()))
    }

    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self::Bytes(Rc::new(bytes))
    }

    pub fn list(parts: Vec<Datum>) -> Self {
        Self::List(Rc::new(parts))
    }

    pub fn byte(byte: u8) -> Self {
        Self::Int(i128::from(byte), BYTE)
    }

    pub fn size(size: usize) -> Self {
        Self::Int(size as i128, WORD)
    }

    /// What the pass over a body knows, when it knows it wholly.
    pub fn from_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Text(text) if value.is_fixed() => Self::text(&**text),
            Value::Bytes(bytes) => Self::bytes(bytes.to_vec()),
            Value::Integer(number) => Self::Int(i128::try_from(*number).ok()?, Width::default()),
            Value::Char(c) => Self::Char(*c),
            Value::Bool(boolean) => Self::Bool(*boolean),
            Value::List(parts) => {
                Self::list(parts.iter().map(Self::from_value).collect::<Option<_>>()?)
            }
            Value::Unknown | Value::Text(_) | Value::Any(_) => return None,
        })
    }

    pub fn to_value(&self) -> Value {
        self.to_value_within(&mut MAX_LENGTH.clone())
    }

    /// As a value of at most so many parts: one list may stand in another many times.
    fn to_value_within(&self, left: &mut usize) -> Value {
        *left = match left.checked_sub(1) {
            Some(left) => left,
            None => return Value::Unknown,
        };
        match self {
            Self::Int(number, _) => u128::try_from(*number).map(Value::Integer).unwrap_or_default(),
            Self::Bool(boolean) => Value::Bool(*boolean),
            Self::Char(c) => Value::Char(*c),
            Self::Text(text) if !text.contains(['\0', crate::model::class::SYMBOL]) => {
                Value::text(text.as_str())
            }
            Self::Bytes(bytes) => Value::Bytes(bytes.as_slice().into()),
            Self::List(parts) => match self.only_bytes() {
                Some(bytes) => Value::Bytes(bytes.into()),
                None if parts.len() > *left => Value::Unknown,
                None => Value::list(parts.iter().map(|part| part.to_value_within(left)).collect()),
            },
            _ => Value::Unknown,
        }
    }

    /// The elements, when they are known to be bytes.
    fn only_bytes(&self) -> Option<Vec<u8>> {
        let Self::List(parts) = self else { return None };
        let byte = |part: &Datum| match part {
            Self::Int(number, BYTE) => u8::try_from(*number).ok(),
            _ => None,
        };
        if parts.is_empty() { None } else { parts.iter().map(byte).collect() }
    }

    pub fn len(&self) -> Option<usize> {
        Some(match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::List(parts) => parts.len(),
            _ => return None,
        })
    }

    /// The elements in a list context.
    pub fn elements(&self) -> Option<Vec<Datum>> {
        Some(match self {
            Self::Text(text) => text.chars().map(Self::Char).collect(),
            Self::Bytes(bytes) => bytes.iter().map(|byte| Self::byte(*byte)).collect(),
            Self::List(parts) => parts.to_vec(),
            Self::Nothing => Vec::new(),
            _ => return None,
        })
    }

    /// The content as bytes.
    pub fn as_bytes(&self) -> Option<Vec<u8>> {
        Some(match self {
            Self::Text(text) => text.as_bytes().to_vec(),
            Self::Bytes(bytes) => bytes.to_vec(),
            Self::Int(number, _) => vec![u8::try_from(*number).ok()?],
            Self::Char(c) => c.to_string().into_bytes(),
            Self::List(parts) => {
                let byte = |part: &Datum| match part {
                    Self::Int(number, _) => u8::try_from(*number).ok(),
                    _ => None,
                };
                parts.iter().map(byte).collect::<Option<_>>()?
            }
            _ => return None,
        })
    }

    /// The text, as `Display` would write it.
    pub fn as_text(&self) -> Option<String> {
        Some(match self {
            Self::Text(text) => text.to_string(),
            Self::Char(c) => c.to_string(),
            Self::Int(number, _) => number.to_string(),
            Self::Bool(boolean) => boolean.to_string(),
            Self::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok()?,
            _ => return None,
        })
    }

    pub fn as_int(&self) -> Option<i128> {
        match self {
            Self::Int(number, _) => Some(*number),
            _ => None,
        }
    }

    pub fn as_size(&self) -> Option<usize> {
        usize::try_from(self.as_int()?).ok()
    }

    /// A number with the size that its type has.
    pub fn of_type(self, ty: &Ty) -> Self {
        match (&self, ty) {
            (Self::Int(number, Width { bits: 0, .. }), Ty::External(name, _)) => {
                match Width::named(name) {
                    Some(width) => Self::Int(width.wrap(*number), width),
                    None => self,
                }
            }
            _ => self,
        }
    }

    /// The type of a number.
    pub fn type_name(&self) -> Option<&'static str> {
        let Self::Int(_, Width { bits, signed }) = self else { return None };
        Some(match (bits, signed) {
            (8, false) => "u8",
            (16, false) => "u16",
            (32, false) => "u32",
            (64, false) => "u64",
            (128, false) => "u128",
            (8, true) => "i8",
            (16, true) => "i16",
            (32, true) => "i32",
            (64, true) => "i64",
            _ => return None,
        })
    }

    /// The value as something that is declared to be of this type.
    pub fn coerced(self, ty: &Type) -> Self {
        match (ty, self) {
            (Type::Ref(inner) | Type::Pointer(inner), datum) => datum.coerced(inner),
            (Type::Path(path), datum) => {
                let Some(last) = path.last() else { return datum };
                let name = last.name.as_str();
                match datum {
                    Self::Int(number, _) if let Some(width) = Width::named(name) => {
                        Self::Int(width.wrap(number), width)
                    }
                    Self::Text(text) if let Some(width) = Width::named(name) => {
                        text.parse().map_or(Self::Text(text), |number| Self::Int(number, width))
                    }
                    Self::List(_) | Self::Text(_) => match last.args.first() {
                        Some(inner) => datum.coerced_elements(inner),
                        None => datum,
                    },
                    other => other,
                }
            }
            (Type::Slice(inner), datum) => datum.coerced_elements(inner),
            (Type::Tuple(types), Self::List(parts)) if types.len() == parts.len() => {
                let parts = parts.iter().zip(types).map(|(part, ty)| part.clone().coerced(ty));
                Self::list(parts.collect())
            }
            (_, datum) => datum,
        }
    }

    fn coerced_elements(self, ty: &Type) -> Self {
        let simple = matches!(ty, Type::Path(path) if path.single().is_some());
        match self {
            Self::List(parts) if simple || parts.len() < 64 => {
                let parts: Vec<Datum> = parts.iter().map(|part| part.clone().coerced(ty)).collect();
                let list = Self::list(parts);
                list.only_bytes().map_or(list, Self::bytes)
            }
            Self::Text(text) if matches!(ty, Type::Path(path) if path.single().is_some_and(|n| n == "u8")) => {
                Self::bytes(text.as_bytes().to_vec())
            }
            other => other,
        }
    }
}
