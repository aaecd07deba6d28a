//! The closed vocabularies: what a call does to the world, what an argument is to it, what a
//! value is, how severe a finding is.
//!
//! Each list is closed so that a misspelt word in a lint file, a model file or `overt.toml` is
//! an error with a suggestion and not a rule that never fires. The words are those that the
//! user reads; they never change meaning between files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Declares an enum whose variants have one spelling each, used in every file and output.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[derive(schemars::JsonSchema)]
        pub enum $name { $($(#[$vmeta])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every member, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The spelling used in files and output.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!("unknown {} `{text}`", $what)),
                }
            }
        }
    };
}

vocabulary! {
    /// What a call does to the world.
    Effect, "effect" {
        /// Opens a connection to another machine.
        NetworkConnect = "network-connect",
        /// Sends data to another machine (an HTTP request, a datagram, a mail).
        NetworkSend = "network-send",
        /// Receives data from another machine.
        NetworkReceive = "network-receive",
        /// Waits for connections from other machines.
        NetworkListen = "network-listen",
        /// Resolves a name.
        DnsLookup = "dns-lookup",
        /// Prepares or starts another program.
        ProcessSpawn = "process-spawn",
        /// Stops, pauses or signals another process.
        ProcessControl = "process-control",
        /// Reads or writes the memory of another process, or starts code in it.
        ProcessInject = "process-inject",
        /// Changes the name or command line that this process shows.
        ProcessDisguise = "process-disguise",
        /// Detaches from the terminal or from the parent.
        ProcessDetach = "process-detach",
        /// Changes its user, its group or its privileges.
        PrivilegeChange = "privilege-change",
        /// Loads a library chosen at run time.
        CodeLoad = "code-load",
        /// Evaluates a script or a bytecode module.
        CodeEvaluate = "code-evaluate",
        /// Allocates, maps or marks memory as executable, or jumps to bytes.
        MemoryExecute = "memory-execute",
        /// Reads a file.
        FsRead = "fs-read",
        /// Lists a folder.
        FsList = "fs-list",
        /// Creates or changes a file.
        FsWrite = "fs-write",
        /// Deletes a file or a folder.
        FsDelete = "fs-delete",
        /// Changes permissions or ownership of a file.
        FsPermissions = "fs-permissions",
        /// Reads the environment.
        EnvRead = "env-read",
        /// Changes the environment.
        EnvWrite = "env-write",
        /// Reads the Windows registry.
        RegistryRead = "registry-read",
        /// Changes the Windows registry.
        RegistryWrite = "registry-write",
        /// Reads the clipboard.
        ClipboardRead = "clipboard-read",
        /// Changes the clipboard.
        ClipboardWrite = "clipboard-write",
        /// Watches keyboard or mouse, also of other programs.
        InputHook = "input-hook",
        /// Produces keyboard or mouse input.
        InputSynthesize = "input-synthesize",
        /// Captures the screen or a window.
        ScreenCapture = "screen-capture",
        /// Records sound.
        AudioCapture = "audio-capture",
        /// Records from a camera.
        VideoCapture = "video-capture",
        /// Reads the position of the device.
        LocationRead = "location-read",
        /// Reads what identifies the machine or the user.
        IdentityRead = "identity-read",
        /// Lists processes.
        ProcessList = "process-list",
        /// Lists installed software.
        SoftwareList = "software-list",
        /// Reads a keychain or another store of secrets.
        SecretStoreRead = "secret-store-read",
        /// Reads the history or settings of version control.
        VcsRead = "vcs-read",
        /// Turns encoded, compressed or encrypted bytes back into plain ones.
        Decode = "decode",
        /// Turns plain bytes into encoded, compressed or encrypted ones.
        Encode = "encode",
        /// Switches certificate or host name checks off.
        TlsWeaken = "tls-weaken",
        /// Registers something that starts by itself later.
        Autostart = "autostart",
        /// Looks for a debugger, a virtual machine or a security product.
        AnalysisCheck = "analysis-check",
        /// Disables or patches a protection of the system.
        DefenceTamper = "defence-tamper",
        /// Ends this process.
        ProcessExit = "process-exit",
        /// Waits.
        Sleep = "sleep",
        /// Runs before `main`, as soon as the program or the library is loaded.
        BeforeMain = "before-main",
        /// Enters the kernel or the processor directly (inline assembly, raw system calls).
        RawSystem = "raw-system",
        /// Contains a name that a model watches for.
        NameMentioned = "name-mentioned",
    }
}

vocabulary! {
    /// What an argument is to an effect.
    Role, "role" {
        Url = "url",
        /// A host, an address or `host:port`.
        Host = "host",
        Port = "port",
        /// What is sent or written.
        Body = "body",
        HeaderName = "header-name",
        /// The value of a header.
        Header = "header",
        /// A credential given in the place made for it.
        Authorization = "authorization",
        Program = "program",
        Argument = "argument",
        /// Environment given to a child.
        Environment = "environment",
        Path = "path",
        /// A second path: the target of a copy, a rename or a link.
        Target = "target",
        /// Source text or bytes that are evaluated.
        Code = "code",
        Library = "library",
        Descriptor = "descriptor",
        /// The name of an environment variable.
        Variable = "variable",
        /// A registry key or a value name.
        Key = "key",
        Flags = "flags",
        Mode = "mode",
        Stdin = "stdin",
        Stdout = "stdout",
        Stderr = "stderr",
        /// A callback.
        Callback = "callback",
        /// A switch: the call has its effect only when this is true.
        Switch = "switch",
        /// Data that is transformed.
        Input = "input",
        Secret = "secret",
        Size = "size",
        Name = "name",
        /// What is put into a connection by other means than a call that is modelled.
        Stream = "stream",
        /// What something turns out to be when it is decoded.
        Plain = "plain",
    }
}

vocabulary! {
    /// What a value is.
    DataKind, "data kind" {
        Environment = "environment",
        Credential = "credential",
        PrivateKey = "private-key",
        HostIdentity = "host-identity",
        UserIdentity = "user-identity",
        FileContent = "file-content",
        FileListing = "file-listing",
        SourceCode = "source-code",
        VcsHistory = "vcs-history",
        BrowserData = "browser-data",
        Wallet = "wallet",
        Message = "message",
        Clipboard = "clipboard",
        Keystrokes = "keystrokes",
        Screen = "screen",
        Audio = "audio",
        Video = "video",
        Location = "location",
        ProcessList = "process-list",
        InstalledSoftware = "installed-software",
        Usage = "usage",
        Crash = "crash",
        /// Came from the network.
        Remote = "remote",
    }
}

vocabulary! {
    /// What a condition that code stands behind asks about.
    Gate, "gate" {
        /// An environment variable.
        Environment = "environment",
        /// Whether this is a build server.
        Ci = "ci",
        HostName = "host-name",
        UserName = "user-name",
        /// A fixed date, or a part of one: a month, a day of the week, an hour.
        Date = "date",
        /// The clock without a fixed date: how long ago something was.
        Clock = "clock",
        /// A Cargo feature, chosen at build time.
        Feature = "feature",
        /// An operating system, a processor or another property of the target.
        Target = "target",
        /// Other build-time configuration: a `--cfg`, debug assertions.
        Configuration = "configuration",
        Debugger = "debugger",
        VirtualMachine = "virtual-machine",
        /// Whether a security or analysis product is there.
        SecurityProduct = "security-product",
        /// Which processes run.
        Process = "process",
        /// The language, the region or the time zone.
        Locale = "locale",
        /// Whether a file exists, or what it holds.
        File = "file",
        /// The arguments of the program.
        Argument = "argument",
        /// What came from the network.
        Network = "network",
        Random = "random",
    }
}

impl Gate {
    /// Whether code that asks this picks out machines, people or moments.
    pub fn is_deliberate(self) -> bool {
        matches!(
            self,
            Self::Ci
                | Self::HostName
                | Self::UserName
                | Self::Date
                | Self::Debugger
                | Self::VirtualMachine
                | Self::SecurityProduct
                | Self::Locale
        )
    }
}

vocabulary! {
    /// How a text is kept out of sight in the source, or in the program.
    Disguise, "disguise" {
        Base64 = "base64",
        Base32 = "base32",
        Hex = "hex",
        Percent = "percent",
        Rot13 = "rot13",
        /// Combined with a key, bit by bit.
        Xor = "xor",
        /// Shifted by a number, or otherwise calculated.
        Arithmetic = "arithmetic",
        Reversed = "reversed",
        /// Characters were replaced or left out.
        Replaced = "replaced",
        /// Numbers or single characters, one for each character.
        Bytes = "bytes",
        /// Several literals, none of which holds a whole word.
        Pieces = "pieces",
        /// A macro keeps the text out of the program's constants.
        Sealed = "sealed",
    }
}

impl Disguise {
    /// What the disguised text does, after "this …".
    pub fn told(self) -> &'static str {
        match self {
            Self::Base64 => "base64",
            Self::Base32 => "base32",
            Self::Hex => "hexadecimal",
            Self::Percent => "percent escapes",
            Self::Rot13 => "rot13",
            Self::Xor => "XOR with a constant key",
            Self::Arithmetic => "shifted characters",
            Self::Reversed => "reversed",
            Self::Replaced => "replaced characters",
            Self::Bytes => "single characters or numbers",
            Self::Pieces => "pieces of words",
            Self::Sealed => "encrypted when compiled",
        }
    }
}

vocabulary! {
    /// Cargo's target kinds, with one more for files that belong to no package.
    TargetKind, "target kind" {
        Lib = "lib",
        Bin = "bin",
        ProcMacro = "proc-macro",
        BuildScript = "build-script",
        Example = "example",
        Test = "test",
        Bench = "bench",
        /// A file that no target of a package reaches.
        Unreachable = "unreachable",
        /// A file outside any package.
        Loose = "loose",
    }
}

impl TargetKind {
    /// Whether the code exists to exercise other code and is never part of what is shipped.
    pub fn is_test_like(self) -> bool {
        matches!(self, Self::Example | Self::Test | Self::Bench)
    }
}

vocabulary! {
    /// How a finding is treated. The order is that of severity.
    Level, "level" {
        Allow = "allow",
        Warn = "warn",
        Deny = "deny",
        /// As deny, and nothing in the scanned tree can lower it.
        Forbid = "forbid",
    }
}

vocabulary! {
    /// How sure overt is that the named thing is what it looks like.
    Confidence, "confidence" {
        /// Only a name or a shape was recognised.
        Low = "low",
        /// A receiver's type was inferred from local evidence.
        Medium = "medium",
        /// Every path was resolved.
        High = "high",
    }
}

vocabulary! {
    /// What a project says that it collects data for.
    Purpose, "purpose" {
        /// To repair what broke.
        CrashReport = "crash-report",
        /// To learn how the program is used.
        UsageStatistics = "usage-statistics",
        /// To learn whether there is a newer version.
        UpdateCheck = "update-check",
        /// To do what the user asked for.
        Feature = "feature",
        /// To know who the user is and what they may do.
        Account = "account",
        /// To check or count licences.
        Licensing = "licensing",
        Payment = "payment",
        /// To help a user who asked.
        Support = "support",
        /// To protect the service or its users.
        Security = "security",
        /// To run the service: load, errors, latency.
        Operation = "operation",
        Research = "research",
        Advertising = "advertising",
        /// Because a law says so.
        LegalObligation = "legal-obligation",
    }
}

vocabulary! {
    /// How far source code shows whether a clause of a policy is kept.
    Reach, "reach" {
        /// What it asks for is what lints look for, within their limits.
        Checked = "checked",
        /// Lints look for a part of it.
        Partly = "partly",
        /// Nothing in source code shows it.
        NotDecidable = "not-decidable",
    }
}

vocabulary! {
    /// Who decides that data is collected.
    Consent, "consent" {
        /// Nothing is sent before the user says yes.
        OptIn = "opt-in",
        /// It is sent until the user says no.
        OptOut = "opt-out",
        /// The user cannot switch it off.
        Always = "always",
    }
}

vocabulary! {
    /// A door that a project openly keeps: what somebody else can make the program do.
    Remote, "remote feature" {
        /// It replaces itself.
        SelfUpdate = "self-update",
        /// It asks elsewhere how to behave.
        RemoteConfig = "remote-config",
        /// It fetches and loads code.
        PluginDownload = "plugin-download",
        /// It waits for connections.
        Listener = "listener",
        /// It runs commands that come over the network.
        RemoteShell = "remote-shell",
        /// It evaluates scripts that come over the network.
        RemoteScript = "remote-script",
    }
}

vocabulary! {
    /// How what comes in through a door is checked.
    Verified, "way to verify" {
        None = "none",
        Checksum = "checksum",
        Signature = "signature",
    }
}

vocabulary! {
    /// What a user's list for a policy holds.
    ListKind, "kind of list" {
        /// Hosts: `a.example` exactly, `.example` with everything below it.
        Hosts = "hosts",
        /// Countries, as disclosures name them in `jurisdiction`.
        Jurisdictions = "jurisdictions",
    }
}

vocabulary! {
    /// The headings of an inventory.
    Section, "section" {
        /// A machine that code connects to, sends to or asks for.
        Destination = "destination",
        /// A way in: something that others can reach, or that decides what runs here.
        Door = "door",
        /// A kind of data that code reads.
        Collected = "collected",
        /// A kind of data that reaches something that sends.
        Sent = "sent",
        /// A program that is started.
        Program = "program",
        /// A file or a folder outside of the package.
        File = "file",
        /// An environment variable.
        Variable = "variable",
        /// Code that is not Rust, or that no compiler checks.
        NativeCode = "native-code",
    }
}

vocabulary! {
    /// The folders of `lints/`.
    Group, "group" {
        CovertCollection = "covert-collection",
        RemoteAccess = "remote-access",
        BuildTime = "build-time",
        Concealment = "concealment",
        Persistence = "persistence",
        Transfer = "transfer",
        Disclosure = "disclosure",
    }
}

/// The member of `words` nearest to `text`, when it is near enough to be a slip of the pen.
pub fn nearest<'a>(text: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|word| (edit_distance(text, word), word))
        .filter(|(distance, word)| *distance <= 1 + word.len() / 4)
        .min()
        .map(|(_, word)| word)
}

/// Levenshtein's distance in characters.
fn edit_distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for effect in Effect::ALL {
            assert_eq!(effect.word().parse(), Ok(*effect));
        }
        assert!("network".parse::<Effect>().is_err());
    }

    #[test]
    fn a_slip_gets_a_suggestion_and_nonsense_none() {
        let words = || Level::ALL.iter().map(|level| level.word());
        assert_eq!(nearest("dney", words()), Some("deny"));
        assert_eq!(nearest("banana", words()), None);
    }
}
