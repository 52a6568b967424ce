//! The command line of officers: what is done at the machine itself, before anybody can sign in or when nobody can any more.

use super::{LibraryArg, TypesArg};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use kanhe_service::accounts::Role;

/// `kanhe officer …`
#[derive(Debug, Subcommand)]
pub enum OfficerVerb {
    /// Add an officer, with a one-time password; an agency's first administrator begins so
    Add(Box<OfficerAddArgs>),
    /// Give an officer a one-time password in the place of password and second factor
    Reset {
        #[command(flatten)]
        library: LibraryArg,
        /// What the officer types to sign in
        #[arg(long, value_name = "NAME")]
        login: String,
        /// Who does it, as the agency calls its officers
        #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
        actor: String,
    },
    /// Let an officer sign in as somebody whom the government's identity service names
    Link {
        #[command(flatten)]
        library: LibraryArg,
        /// What the officer types to sign in
        #[arg(long, value_name = "NAME")]
        login: String,
        /// What the identity service calls the officer; - reads it from standard input
        #[arg(long, value_name = "SUBJECT|-")]
        subject: String,
        /// The identity service, as `issuer` of `[accounts.oidc]` has it
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// The claim that names people, as `claim` of `[accounts.oidc]` has it
        #[arg(long, value_name = "CLAIM", default_value = "sub")]
        claim: String,
        /// Who does it, as the agency calls its officers
        #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
        actor: String,
    },
    /// Let an officer sign in by the identity service no more
    Unlink {
        #[command(flatten)]
        library: LibraryArg,
        /// What the officer types to sign in
        #[arg(long, value_name = "NAME")]
        login: String,
        /// Who does it, as the agency calls its officers
        #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
        actor: String,
    },
    /// List the officers of the library
    List {
        #[command(flatten)]
        library: LibraryArg,
    },
}

/// `kanhe officer add …`
#[derive(Debug, Args)]
pub struct OfficerAddArgs {
    #[command(flatten)]
    pub library: LibraryArg,
    /// The agency, by its USCC
    #[arg(long, value_name = "USCC")]
    pub agency: String,
    /// What the officer types to sign in
    #[arg(long, value_name = "NAME")]
    pub login: String,
    /// The name that colleagues read
    #[arg(long, value_name = "WORDS")]
    pub name: String,
    /// What the officer is in its agency; may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role())]
    pub roles: Vec<Role>,
    /// A department for which it reviews, by its id; may be given several times [default: any]
    #[arg(long = "department", value_name = "ID")]
    pub departments: Vec<String>,
    #[command(flatten)]
    pub types: TypesArg,
    /// Who does it, as the agency calls its officers
    #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
    pub actor: String,
}

/// `kanhe api-key …`
#[derive(Debug, Subcommand)]
pub enum ApiKeyVerb {
    /// Make a key by which a system calls the service; it is shown this once
    Add {
        #[command(flatten)]
        library: LibraryArg,
        /// The agency, by its USCC
        #[arg(long, value_name = "USCC")]
        agency: String,
        /// What the system is called
        #[arg(long, value_name = "WORDS")]
        name: String,
        /// What the system is in the agency; may be given several times
        #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role())]
        roles: Vec<Role>,
        /// A department for which it reviews, by its id; may be given several times [default: any]
        #[arg(long = "department", value_name = "ID")]
        departments: Vec<String>,
        #[command(flatten)]
        types: TypesArg,
        /// For so many days
        #[arg(long, value_name = "N", default_value_t = 90)]
        days: u32,
        /// Questions of sharing that it may ask on a day; as many as the service is set to, where this is left out
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        calls_a_day: Option<u32>,
        /// Who does it, as the agency calls its officers
        #[arg(long, value_name = "OFFICER", env = "KANHE_ACTOR")]
        actor: String,
    },
    /// List the keys of systems, and who has made them
    List {
        #[command(flatten)]
        library: LibraryArg,
    },
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::word)).map(|word| Role::parse(&word).unwrap_or(Role::Auditor))
}
