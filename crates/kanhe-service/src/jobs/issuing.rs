//! Rows of a type that needs no review become certificates.

use super::ground::Halt;
use super::outcome::{End, RowFault};
use super::trade::{Errand, Passed, Trade};
use crate::house::House;
use crate::http::problem::Problem;
use crate::http::refused;
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::application::Application;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::{Desk, IssueError};
use kanhe_issuer::registrar::{Answer, Chances, Entered, Intake, Proof, Proved, Refusal, Registrar, RegistrarError, Signed};
use kanhe_render::MissingGlyph;
use kanhe_store::{Pen, Shelfmark, StoreError};

/// Issues a certificate for each row, or proofreads it.
pub(super) struct Issuing<'a> {
    house: &'a House,
    kind: &'a CertificateKind,
    desk: &'a Desk<'a>,
    registrar: Registrar<'a>,
    /// What the rows so far would come to, if they are only proofread.
    proof: Option<Proof<'a>>,
}

/// What a row comes to, or why it is refused.
type Issue = Result<Passed<Signed>, Refusal<MissingGlyph>>;

impl<'a> Issuing<'a> {
    /// Issues at a desk; or only proofreads.
    pub(super) fn new(house: &'a House, kind: &'a CertificateKind, desk: &'a Desk<'a>, dry: bool) -> Result<Self, Halt> {
        if desk.needs_review() {
            // The type has got another edition since the table was handed in.
            return Err(Problem::from(RegistrarError::NeedsReview).into());
        }
        let registrar = Registrar::new(&house.library);
        Ok(Self { house, kind, desk, registrar, proof: dry.then(|| Proof::new(registrar)) })
    }

    fn prove(proof: &mut Proof<'_>, house: &House, intake: &Intake<'_>, application: &Application) -> Issue {
        let draft = intake.draft(application, |number| house.pictures.artist.missing(number))?;
        let end = match proof.ask(intake.desk, draft).map_err(forbidden)? {
            Proved::Before(mark) => return before(house, mark),
            Proved::Repeated(identifier) => End::Before(Some(identifier.to_string())),
            Proved::Could(identifier) => End::New(Some(identifier.to_string())),
        };
        Ok(Passed::Known(end))
    }

    fn sign(house: &House, intake: &Intake<'_>, application: &Application) -> Issue {
        let chances = Chances { certificate: house.chance(), event: house.chance() };
        match intake.answer(application, chances, |number| house.pictures.artist.missing(number))? {
            Answer::Before(mark) => before(house, mark),
            Answer::New(signed) => Ok(Passed::Ready(*signed)),
        }
    }
}

impl Trade for Issuing<'_> {
    type Ready = Signed;

    fn pass(&mut self, application: &Application, errand: &Errand<'_>) -> Result<Passed<Signed>, Halt> {
        let Self { house, kind, desk, registrar, proof } = self;
        let Errand { grounds, now, .. } = errand;
        let intake = Intake { kind, desk, registrar: *registrar, grounds: grounds.clone(), now: *now, day: day_in_china(*now) };
        let passed = match proof {
            Some(proof) => Self::prove(proof, house, &intake, application),
            None => Self::sign(house, &intake, application),
        };
        passed.or_else(|refusal| match refusal {
            // A key that does not sign is no fault of a row either: the job goes on when it is resumed.
            Refusal::Registrar(error) if matches!(*error, RegistrarError::Store(_) | RegistrarError::Issue(IssueError::Sign(_))) => {
                Err(Problem::from(*error).into())
            }
            refusal => Ok(Passed::Known(End::Refused(refused::of_row(refusal).into_iter().map(RowFault::from).collect()))),
        })
    }

    fn enter<T>(&self, signed: &[Signed], beside: impl FnOnce(&mut Pen<'_>, Vec<End>) -> Result<T, Halt>) -> Result<T, Halt> {
        self.registrar.enter_and(signed, |pen, entered| {
            let ends = entered.into_iter().map(|entered| ended(pen, entered)).collect::<Result<_, _>>()?;
            beside(pen, ends)
        })
    }

    fn remembers(&self) -> bool {
        self.proof.is_some()
    }
}

fn before(house: &House, mark: Shelfmark) -> Issue {
    let card = house.library.card(mark).map_err(|error| forbidden(error.into()))?;
    Ok(Passed::Known(End::Before(Some(card.identifier.to_string()))))
}

fn forbidden(error: RegistrarError) -> Refusal<MissingGlyph> {
    Refusal::Registrar(Box::new(error))
}

fn ended(pen: &Pen<'_>, entered: Result<Entered, RegistrarError>) -> Result<End, StoreError> {
    let name = |mark| Ok::<_, StoreError>(Some(pen.card(mark)?.identifier.to_string()));
    match entered {
        Ok(Entered::New(mark)) => name(mark).map(End::New),
        Ok(Entered::Before(mark)) => name(mark).map(End::Before),
        Err(RegistrarError::Store(error)) => Err(error),
        Err(error) => Ok(End::refused(error.into())),
    }
}
