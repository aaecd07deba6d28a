//! The format of the files in `lints/models/`: what APIs do, what types mean, what words name.
//!
//! A model file is a list of `[[call]]`, `[[type]]`, `[[attribute]]`, `[[class]]`,
//! `[[constant]]`, `[[method]]`, `[[step]]`, `[[condition]]` and `[[inventory]]` tables.
//! Models are matched and never reported by themselves. An unknown key or word is an error.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::lint::spec::{CallMatcher, Step};
use crate::vocab::{DataKind, Effect, Gate, Role, Section};

/// One model file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModelFile {
    #[serde(default)]
    pub call: Vec<CallRow>,
    #[serde(default, rename = "type")]
    pub types: Vec<TypeRow>,
    #[serde(default)]
    pub attribute: Vec<AttributeRow>,
    #[serde(default)]
    pub class: Vec<ClassRow>,
    #[serde(default)]
    pub constant: Vec<ConstantRow>,
    #[serde(default)]
    pub method: Vec<MethodRow>,
    #[serde(default)]
    pub step: Vec<StepRow>,
    #[serde(default)]
    pub condition: Vec<ConditionRow>,
    #[serde(default)]
    pub inventory: Vec<InventoryRow>,
}

/// What the inventory lists, and under which heading. A fact is listed for every row that it
/// fits.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct InventoryRow {
    pub section: Section,
    /// The facts that are listed.
    pub call: CallMatcher,
    /// It is listed under the values of these arguments; where they are not known, under what
    /// chooses them.
    #[serde(default)]
    pub names: Vec<Role>,
    /// It is listed under this word.
    #[serde(default)]
    pub what: Option<String>,
    /// What is done with it, for people: `read`, `written`.
    #[serde(default)]
    pub how: Option<String>,
    /// Only where data of one of these kinds reaches an argument in `into`.
    #[serde(default)]
    pub reached_by: Vec<DataKind>,
    /// The arguments that data is followed into; that of a destination is what is sent there.
    #[serde(default)]
    pub into: Vec<Role>,
    /// Of a destination: data that goes there by itself, without being handed over.
    #[serde(default)]
    pub sends: Vec<DataKind>,
}

/// Something that many lints ask about, under one name: "leaves the machine".
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StepRow {
    pub name: String,
    pub any: Vec<Step>,
    /// What it is, for people.
    #[serde(default)]
    pub about: Option<String>,
}

/// What methods that no call row speaks of do with data, known by their names alone. Without
/// a row, everything that goes into a method can come out of it, and stays nowhere else.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MethodRow {
    pub names: Vec<String>,
    /// A trait provides these by what it asks a type for: `write_all` by `write`.
    #[serde(default)]
    pub provided_by: Option<String>,
    #[serde(flatten)]
    pub does: MethodDoes,
}

/// What a method does with data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct MethodDoes {
    /// The result is the receiver in another form; what changes the one changes the other.
    #[serde(default)]
    pub keeps: bool,
    /// The arguments, also results of closures, stay in the receiver.
    #[serde(default)]
    pub changes: bool,
    /// The result is made of what goes in, also of functions: it is not merely supposed to be.
    #[serde(default)]
    pub passes: bool,
    /// The result is what the function that is handed over gives.
    #[serde(default)]
    pub maps: bool,
    /// The result is something that the receiver holds: an element, a message.
    #[serde(default)]
    pub takes: bool,
    /// The result holds what the receiver holds, or some of it: an iterator, a sorted list.
    #[serde(default)]
    pub walks: bool,
    /// The result of the function holds its arguments: `once(x)`.
    #[serde(default)]
    pub wraps: bool,
    /// The result is what the closure or the future that is handed over gives, perhaps later.
    #[serde(default)]
    pub runs: bool,
    /// The result tells next to nothing about what went in: a length, a comparison.
    #[serde(default)]
    pub forgets: bool,
}

/// What a condition asks about, by what stands in it. Every part given must hold; of the rows
/// that fit one thing that is read, the first counts.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConditionRow {
    pub asks: Gate,
    /// A fact of the condition.
    #[serde(default)]
    pub call: Option<CallMatcher>,
    /// The condition contains a call of, or names, one of these canonical paths.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The condition contains a method or a field of one of these names.
    #[serde(default)]
    pub methods: Vec<String>,
    /// The condition contains a text of one of these classes.
    #[serde(default)]
    pub text: Vec<String>,
    /// The condition contains a fixed date.
    #[serde(default)]
    pub fixed_date: bool,
}

/// A constant of an API, known by its name alone: the crates that offer it are many.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConstantRow {
    pub name: String,
    pub value: u64,
}

/// What a function, a method or a macro does.
///
/// A call begins a *fact* of its own, unless `joins` says that it belongs to the fact that its
/// receiver (or an argument) began: `Command::new("sh")` begins one, `.arg("-c")` joins it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CallRow {
    /// The canonical path. `a::{b, c}::d` stands for several. A method is `Type::method`, a
    /// macro ends in `!`, and `_::method` is a method so distinctive that its name is enough
    /// when the receiver's type is unknown; `Type.field` is a public field, of which only
    /// `returns` counts. Standard library paths always start with `std::`.
    pub path: String,
    #[serde(default)]
    pub effects: Vec<Effect>,
    /// The role of each argument in order (the receiver is not counted); `"_"` for none. The
    /// last one counts for all further arguments when `variadic` is set.
    #[serde(default)]
    pub args: Vec<ArgRole>,
    #[serde(default)]
    pub variadic: bool,
    /// What the receiver is to the effect.
    #[serde(default)]
    pub receiver: Option<Role>,
    /// Which fact this call belongs to: `"receiver"`, or the index of an argument.
    #[serde(default)]
    pub joins: Option<Joined>,
    /// Words put on the fact, for lints to ask about: `"waited"`, `"append"`, ...
    #[serde(default)]
    pub marks: Vec<String>,
    /// The call counts only when its first argument is not the literal `false`.
    #[serde(default)]
    pub on_true: bool,
    /// The call counts only when its result is used as a function pointer: `transmute` of
    /// bytes into code.
    #[serde(default)]
    pub to_function: bool,
    /// Marks that the fact gets when the first argument points to data of the program: an
    /// array, a vector, a static.
    #[serde(default)]
    pub on_data: Vec<String>,
    /// The index of an argument that names a function; the result is that function.
    #[serde(default)]
    pub resolves: Option<usize>,
    /// What the result is.
    #[serde(default)]
    pub data: Vec<DataKind>,
    /// The indices of `&mut` arguments that are filled with `data`.
    #[serde(default)]
    pub fills: Vec<usize>,
    /// The inputs whose data reaches the result: `"receiver"` or an index. Without it every
    /// input does; an empty list says that none does.
    #[serde(default)]
    pub passes: Option<Vec<Joined>>,
    /// The canonical type of the result, wrappers such as `Result` and `Option` left out
    /// (`?`, `unwrap` and `.await` see through). `"Self"` is the type that the path names,
    /// `"$0"` the first generic argument of the receiver's type.
    #[serde(default)]
    pub returns: Option<String>,
    /// The canonical type of what a closure among the arguments is given, as its last parameter.
    #[serde(default)]
    pub gives: Option<String>,
    /// What stands for the result where its kind is known and its value is not: `~` for a home
    /// folder. It counts as unknown, and path classes match on it.
    #[serde(default)]
    pub value: Option<String>,
    /// The call decodes its first argument that is a text or bytes: `"base64"`, `"hex"`, ...
    /// (`plain`: the result is that text; `sealed`: the macro gives back its literal, and keeps it out of the program.) The
    /// buffers of `fills` hold the result.
    #[serde(default)]
    pub decodes: Option<String>,
    /// Where the row was checked: a version of the crate, a manual's section.
    #[serde(default)]
    pub source: Option<String>,
}

impl CallRow {
    /// The row only says what type the result has.
    pub fn is_plain(&self) -> bool {
        let says_nothing = self.effects.is_empty() && self.data.is_empty() && self.marks.is_empty();
        let names_nothing =
            self.receiver.is_none() && self.args.iter().all(|role| role.0.is_none());
        says_nothing && names_nothing && self.joins.is_none()
    }
}

/// A role, or `_` for an argument that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ArgRole(pub Option<Role>);

impl<'de> Deserialize<'de> for ArgRole {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        if word == "_" {
            return Ok(Self(None));
        }
        word.parse().map(|role| Self(Some(role))).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ArgRole {
    fn schema_name() -> Cow<'static, str> {
        "ArgRole".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let role = generator.subschema_for::<Role>();
        json_schema!({ "anyOf": [role, { "const": "_" }] })
    }
}

/// The receiver, or an argument by its index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    Receiver,
    Argument(usize),
}

impl<'de> Deserialize<'de> for Joined {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Joined;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("\"receiver\" or the index of an argument")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Joined, E> {
                if text == "receiver" {
                    return Ok(Joined::Receiver);
                }
                Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
            fn visit_i64<E: serde::de::Error>(self, index: i64) -> Result<Joined, E> {
                usize::try_from(index)
                    .map(Joined::Argument)
                    .map_err(|_| E::invalid_value(serde::de::Unexpected::Signed(index), &self))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Joined {
    fn schema_name() -> Cow<'static, str> {
        "Joined".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "const": "receiver" }, { "type": "integer", "minimum": 0 }] })
    }
}

/// What a type means.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TypeRow {
    /// The canonical path; `a::{B, C}` stands for several.
    pub path: String,
    /// Other public paths of the same type.
    #[serde(default)]
    pub also: Vec<String>,
    /// Methods without a row return the receiver itself, and associated functions without a
    /// row return the type.
    #[serde(default)]
    pub builder: bool,
    /// The index of the generic argument that methods not found here are looked up on
    /// (`Box`, `Arc`, `Result`, guards).
    #[serde(default)]
    pub derefs: Option<usize>,
    /// A clone is the same thing under another name: what goes into the one comes out of the
    /// other (`Arc`, the ends of a channel).
    #[serde(default)]
    pub shared: bool,
    /// A parameter of this type is filled by whoever sends a request: a handler's input.
    #[serde(default)]
    pub received: bool,
}

/// What an attribute does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AttributeRow {
    /// The canonical path (`ctor::ctor`), or the bare name of a built-in (`link_section`).
    pub path: String,
    /// For built-ins with a value: the value contains one of these. Empty: any value.
    #[serde(default)]
    pub values: Vec<String>,
    /// What the attribute makes of its item.
    pub means: AttributeMeaning,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeMeaning {
    /// The function runs before `main`, or the static holds a pointer to one that does.
    BeforeMain,
    /// The function runs after `main` or when a library is unloaded.
    AfterMain,
    /// The function is the program's entry point.
    EntryPoint,
    /// The item exists only in tests.
    Test,
    /// The item replaces or offers a symbol to other code (`no_mangle`, `export_name`).
    Exported,
}

/// A named class of values.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClassRow {
    pub name: String,
    /// How the patterns are read.
    pub of: ClassOf,
    /// What a value is that comes from a place of this class.
    #[serde(default)]
    pub data: Vec<DataKind>,
    /// The patterns; how they are read depends on `of`.
    #[serde(default)]
    pub any: Vec<String>,
    /// Regular expressions (the `regex` crate's syntax) over the whole value.
    #[serde(default)]
    pub matches: Vec<String>,
    /// A short literal that contains one of the patterns in `any` is a fact by itself, with
    /// the effect `name-mentioned`. For classes of text and words.
    #[serde(default)]
    pub watched: bool,
    /// Values of these classes do not belong, whatever the patterns say.
    #[serde(default)]
    pub except: Vec<String>,
    /// What the class is, for people.
    #[serde(default)]
    pub about: Option<String>,
}

/// What the values of a class are, and so how its patterns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassOf {
    /// A file path: `.ssh/id_*` matches these components next to each other anywhere in the
    /// path, `/etc/passwd` only from the root. `*` stays inside a component. `\` counts as `/`.
    Path,
    /// An environment variable or another name: `*` matches anything, case does not matter.
    Name,
    /// A program: its file name, without `.exe`, case does not matter.
    Program,
    /// A host: exact, or `.example.org` for the domain and all under it. Also read out of
    /// URLs and `host:port`.
    Host,
    /// Text: the pattern is contained in it; case matters.
    Text,
    /// Text: the pattern is contained in it; case does not matter.
    Words,
}
