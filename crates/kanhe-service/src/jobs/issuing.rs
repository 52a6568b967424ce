//! Rows of a type that needs no review become certificates.

use super::ground::Halt;
use super::outcome::{End, RowFault};
use super::trade::{Errand, Passed, Trade};
use crate::house::House;
use crate::http::problem::Problem;
use crate::http::refused::of_row;
use crate::shown::Worth;
use kanhe_core::calendar::day_in_china;
use kanhe_issuer::application::Application;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::{Desk, IssueError};
use kanhe_issuer::doubt::Doubts;
use kanhe_issuer::registrar::{Admission, Answer, Chances, Entered, Intake, Proof, Proved, Refusal, Registrar, RegistrarError, Signed};
use kanhe_render::MissingGlyph;
use kanhe_store::{Pen, Shelfmark, StoreError, Within};

/// Issues a certificate for each row, or proofreads it.
pub(super) struct Issuing<'a> {
    house: &'a House,
    kind: &'a CertificateKind,
    desk: &'a Desk<'a>,
    registrar: Registrar<'a>,
    /// What the manifest says of certificates that were issued before.
    doubts: Doubts,
    /// What the rows so far would come to, if they are only proofread.
    proof: Option<Proof<'a>>,
}

impl<'a> Issuing<'a> {
    /// Issues at a desk; or only proofreads.
    pub(super) fn new(house: &'a House, kind: &'a CertificateKind, desk: &'a Desk<'a>, dry: bool) -> Result<Self, Halt> {
        if desk.needs_review() {
            // The type has got another edition since the table was handed in.
            return Err(Problem::from(RegistrarError::NeedsReview).into());
        }
        let registrar = Registrar::new(&house.library);
        let doubts = Doubts::known_to(&house.library)?;
        Ok(Self { house, kind, desk, registrar, doubts, proof: dry.then(|| Proof::new(registrar)) })
    }

    /// Whose table it is: it has one type, for which whoever follows the job may act.
    const fn within(&self) -> Within<'a> {
        Within { agency: &self.desk.agency().code, types: None }
    }

    /// What a refusal makes of a row. A library that fails, or a key that does not sign, is no fault of it: the job goes on when it is
    /// resumed.
    fn refused(&self, refusal: Refusal<MissingGlyph>) -> Result<End, Halt> {
        match refusal {
            Refusal::Registrar(error) if matches!(*error, RegistrarError::Store(_) | RegistrarError::Issue(IssueError::Sign(_))) => {
                Err(Problem::from(*error).into())
            }
            refusal => Ok(End::Refused(of_row(refusal, self.within()).into_iter().map(RowFault::from).collect())),
        }
    }

    fn intake(&self, errand: &Errand<'_>) -> Intake<'a> {
        self.house.intake(self.kind, self.desk, &errand.grounds, errand.now)
    }
}

impl Issuing<'_> {
    fn ended(&self, pen: &Pen<'_>, entered: Result<Entered, RegistrarError>) -> Result<End, StoreError> {
        match entered {
            Ok(Entered::New(mark)) => Ok(End::New(Some(pen.card(mark)?.identifier.to_string()))),
            // One of the same batch stands in the library only when this is written.
            Ok(Entered::Before(mark)) => before(self.house, &self.doubts, mark).or_else(|_| {
                let card = pen.card(mark)?;
                let worth = Worth::of_new(&card, day_in_china(self.house.now()));
                Ok(End::Before(Some(card.identifier.to_string()), Some(worth)))
            }),
            Err(RegistrarError::Store(error)) => Err(error),
            Err(error) => Ok(End::refused(Problem::from(error).told_to(self.within()))),
        }
    }
}

impl Trade for Issuing<'_> {
    type Ready = Signed;

    fn pass(&mut self, application: &Application, errand: &Errand<'_>) -> Result<Passed<Signed>, Halt> {
        let (house, doubts, intake) = (self.house, &self.doubts, self.intake(errand));
        let undrawable = |number: &str| house.pictures.artist.missing(number);
        if let Some(proof) = &mut self.proof {
            let admission = intake.admit(application, undrawable);
            return admission
                .and_then(|admission| prove(proof, (house, doubts), &intake, application, admission))
                .or_else(|refusal| self.refused(refusal))
                .map(Passed::Known);
        }
        let chances = Chances { certificate: house.chance(), event: house.chance() };
        match intake.sign(application, chances, undrawable) {
            Ok(Answer::New(signed)) => Ok(Passed::Ready(*signed)),
            Ok(Answer::Before(mark)) => Ok(Passed::Known(before(house, doubts, mark)?)),
            Err(refusal) => self.refused(refusal).map(Passed::Known),
        }
    }

    fn enter<T>(&self, signed: &[Signed], beside: impl FnOnce(&mut Pen<'_>, Vec<End>) -> Result<T, Halt>) -> Result<T, Halt> {
        self.registrar.enter_and(signed, |pen, entered| {
            let ends = entered.into_iter().map(|entered| self.ended(pen, entered)).collect::<Result<_, _>>()?;
            beside(pen, ends)
        })
    }

    fn remembers(&self) -> bool {
        self.proof.is_some()
    }
}

/// What a row would come to that is only proofread.
fn prove(
    proof: &mut Proof<'_>,
    (house, doubts): (&House, &Doubts),
    intake: &Intake<'_>,
    application: &Application,
    admission: Admission,
) -> Result<End, Refusal<MissingGlyph>> {
    let proved = match admission {
        Admission::Before(mark) => Proved::Before(mark),
        Admission::Draft(draft) => intake.prove(proof, application, *draft).map_err(Refusal::of)?,
    };
    match proved {
        Proved::Before(mark) => before(house, doubts, mark).map_err(|error| Refusal::of(error.into())),
        Proved::Repeated(identifier) => Ok(End::Before(Some(identifier.to_string()), None)),
        Proved::Could(identifier) => Ok(End::New(Some(identifier.to_string()))),
    }
}

/// What was issued before, and what it is worth today.
fn before(house: &House, doubts: &Doubts, mark: Shelfmark) -> Result<End, StoreError> {
    let (card, worth) = (house.library.card(mark)?, Worth::of(&house.library, mark, doubts, day_in_china(house.now()))?);
    Ok(End::Before(Some(card.identifier.to_string()), Some(worth)))
}
