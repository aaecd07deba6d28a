//! The vocabularies in the words of the disclosure document, for people who do not program.

use crate::vocab::{Consent, DataKind, Purpose, Reach, Remote, Verified};

/// What a kind of data is.
pub fn data(kind: DataKind) -> &'static str {
    match kind {
        DataKind::Environment => "environment variables",
        DataKind::Credential => "passwords, tokens and other credentials",
        DataKind::PrivateKey => "private keys",
        DataKind::HostIdentity => "what identifies the machine",
        DataKind::UserIdentity => "what identifies the user",
        DataKind::FileContent => "the content of files",
        DataKind::FileListing => "the names of files",
        DataKind::SourceCode => "source code",
        DataKind::VcsHistory => "the history of version control",
        DataKind::BrowserData => "what a browser has stored",
        DataKind::Wallet => "wallets",
        DataKind::Message => "messages",
        DataKind::Clipboard => "what is copied to the clipboard",
        DataKind::Keystrokes => "what is typed",
        DataKind::Screen => "pictures of the screen",
        DataKind::Audio => "sound",
        DataKind::Video => "pictures of the camera",
        DataKind::Location => "the position of the device",
        DataKind::ProcessList => "which programs run",
        DataKind::InstalledSoftware => "which software is installed",
        DataKind::Usage => "how the program is used",
        DataKind::Crash => "what happened when the program failed",
        DataKind::Remote => "what came from the network",
    }
}

/// Who decides that data is collected.
pub fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::OptIn => "only after the user has said yes",
        Consent::OptOut => "until the user says no",
        Consent::Always => "always; it cannot be switched off",
    }
}

/// What data is collected for.
pub fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::CrashReport => "to repair what broke",
        Purpose::UsageStatistics => "to learn how the program is used",
        Purpose::UpdateCheck => "to learn whether there is a newer version",
        Purpose::Feature => "to do what the user asked for",
        Purpose::Account => "to know who the user is and what they may do",
        Purpose::Licensing => "to check or count licences",
        Purpose::Payment => "to be paid",
        Purpose::Support => "to help a user who asked",
        Purpose::Security => "to protect the service or its users",
        Purpose::Operation => "to run the service",
        Purpose::Research => "for research",
        Purpose::Advertising => "for advertising",
        Purpose::LegalObligation => "because a law says so",
    }
}

/// What a door lets somebody else do.
pub fn remote(remote: Remote) -> &'static str {
    match remote {
        Remote::SelfUpdate => "the program replaces itself with a newer one",
        Remote::RemoteConfig => "the program asks elsewhere how to behave",
        Remote::PluginDownload => "the program fetches code and loads it",
        Remote::Listener => "the program waits for connections",
        Remote::RemoteShell => "commands that come over the network are run",
        Remote::RemoteScript => "scripts that come over the network are run",
    }
}

/// How what comes in through a door is checked.
pub fn verified(verified: Verified) -> &'static str {
    match verified {
        Verified::None => "not checked",
        Verified::Checksum => "checked by a checksum",
        Verified::Signature => "checked by a signature",
    }
}

/// How far source code shows a clause.
pub fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Checked => "Checked",
        Reach::Partly => "Partly checked",
        Reach::NotDecidable => "Not decidable from source",
    }
}
