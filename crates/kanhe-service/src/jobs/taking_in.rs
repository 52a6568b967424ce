//! Rows of a type that asks for a review become applications, each with its code (受理).

use super::ground::{Ground, Halt};
use super::job::Job;
use super::outcome::{End, RowFault};
use super::trade::{Errand, Passed, Trade};
use crate::house::House;
use crate::http::problem::Problem;
use crate::http::refused;
use kanhe_core::certificate::Holder;
use kanhe_core::code::Uscc;
use kanhe_core::manifest::Manifest;
use kanhe_issuer::application::Application;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::agencies_for;
use kanhe_issuer::examiner::{Admitted, Days, Descent, Examiner, ExaminerError, Lodged, Lodging};
use kanhe_issuer::registrar::RegistrarError;
use kanhe_store::{Pen, StoreError, Within};
use std::collections::HashMap;

/// What rows ask for that are not taken in.
#[derive(Default)]
struct Asked {
    /// By its request what each asks for, as a keyed hash, and its line.
    requests: HashMap<String, ([u8; 16], u64)>,
    /// By a keyed hash of who would wait for one certificate alone, the days of those that he asks for.
    alone: HashMap<[u8; 16], Vec<Days>>,
}

/// Takes each row in as an application, or says whether it would be.
pub(super) struct TakingIn<'a> {
    house: &'a House,
    kind: &'a CertificateKind,
    agency: Uscc,
    examiner: Examiner<'a>,
    /// What the rows so far ask for, if nothing is taken in.
    asked: Option<Asked>,
}

impl<'a> TakingIn<'a> {
    /// Takes in what an agency is to decide; or only says what would happen.
    pub(super) fn new(house: &'a House, ground: &Ground<'a>, job: &Job) -> Result<Self, Halt> {
        let (kind, agency) = (ground.kind, job.agency);
        may_take_in(&ground.manifest, kind, &agency)?;
        Ok(Self { house, kind, agency, examiner: house.examiner(), asked: job.dry.then(Asked::default) })
    }
}

/// Refuses a type that the agency does not decide, or that asks for no review.
pub fn may_take_in(manifest: &Manifest, kind: &CertificateKind, agency: &Uscc) -> Result<(), Problem> {
    if kind.review().is_none() {
        return Err(ExaminerError::NoReview.into());
    }
    if agencies_for(manifest, kind).contains(agency) { Ok(()) } else { Err(ExaminerError::OutOfScope { agency: *agency }.into()) }
}

impl Trade for TakingIn<'_> {
    type Ready = Admitted;

    fn pass(&mut self, application: &Application, errand: &Errand<'_>) -> Result<Passed<Admitted>, Halt> {
        let lodging = Lodging { agency: self.agency, application, descent: Descent::First, chance: self.house.chance() };
        let admitted = match self.examiner.admit(self.kind, &lodging, &errand.entry()) {
            Ok(admitted) => admitted,
            Err(error) => {
                let before = self.examiner.lodged_for(self.kind, &lodging).transpose().unwrap_or(Err(error));
                return ended(before.map(Lodged::Before), &self.agency).map(Passed::Known).map_err(Halt::from);
            }
        };
        let Some(asked) = &mut self.asked else { return Ok(Passed::Ready(admitted)) };
        let end = match self.examiner.rehearse(&admitted) {
            Ok(Lodged::New(_)) => asked.once(&admitted, application.line(), |bytes| self.house.library.veil(bytes)),
            answer => ended(answer, &self.agency)?,
        };
        Ok(Passed::Known(end))
    }

    fn enter<T>(&self, admitted: &[Admitted], beside: impl FnOnce(&mut Pen<'_>, Vec<End>) -> Result<T, Halt>) -> Result<T, Halt> {
        self.examiner.lodge_all_and(admitted, |pen, lodged| {
            let ends = lodged.into_iter().map(|lodged| ended(lodged, &self.agency)).collect::<Result<_, _>>()?;
            beside(pen, ends)
        })
    }

    fn remembers(&self) -> bool {
        self.asked.is_some()
    }
}

impl Asked {
    /// What a row would come to after those before it; what it would be called, only its code would say, and that would be another.
    fn once(&mut self, admitted: &Admitted, line: u64, veil: impl Fn(&[u8]) -> [u8; 16]) -> End {
        let contents = veil(admitted.contents());
        match self.requests.get(admitted.request()) {
            Some((before, _)) if *before == contents => return End::Before(None, None),
            Some((_, line)) => return End::refused(RegistrarError::RowDiffers { line: *line }.into()),
            None => {}
        }
        if let Some((holders, days)) = admitted.alone() {
            let code = |holder: &Holder| veil(&[holder.code().kind().as_str().as_bytes(), holder.code().expose().as_bytes()].concat());
            let waits = |holder: &Holder| self.alone.get(&code(holder)).is_some_and(|asked| asked.iter().any(|days| admitted.meets(*days)));
            if holders.iter().any(waits) {
                return End::refused(ExaminerError::RowOpen.into());
            }
            holders.iter().for_each(|holder| self.alone.entry(code(holder)).or_default().push(days));
        }
        self.requests.insert(admitted.request().to_owned(), (contents, line));
        End::New(None)
    }
}

fn ended(lodged: Result<Lodged, ExaminerError>, agency: &Uscc) -> Result<End, StoreError> {
    match lodged {
        Ok(Lodged::New(code)) => Ok(End::New(Some(code.as_str().to_owned()))),
        Ok(Lodged::Before(code)) => Ok(End::Before(Some(code.as_str().to_owned()), None)),
        Err(ExaminerError::Store(error) | ExaminerError::Registrar(RegistrarError::Store(error))) => Err(error),
        Err(ExaminerError::Faults(faults)) => Ok(End::Refused(faults.iter().map(|fault| RowFault::from(refused::fault(fault))).collect())),
        Err(error) => Ok(End::refused(Problem::from(error).told_to(Within { agency, types: None }))),
    }
}
