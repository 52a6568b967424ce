//! The office's own papers: sealed, paged, and in one batch with what they are about.

use crate::backups::{back_up, restore};
use crate::registry::{OPERATOR, Registry, secret};
use kanhe_store::find::Cursor;
use kanhe_store::{Drawer, Library, Settings, StoreError};

fn put(library: &Library, drawer: Drawer, key: &[u8], paper: &[u8]) {
    library.commit(|pen| pen.put_office(drawer, key, paper)).unwrap();
}

fn all(library: &Library, drawer: Drawer, prefix: &[u8], most: usize) -> Vec<Vec<u8>> {
    let (mut keys, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let page = library.office_page(drawer, prefix, after.as_ref(), most).unwrap();
        assert!(page.papers.len() <= most);
        keys.extend(page.papers.into_iter().map(|(key, _)| key));
        match page.next {
            // A cursor survives its way through a caller's hands.
            Some(next) => after = Some(Cursor::parse(&next.to_text()).unwrap()),
            None => return keys,
        }
    }
}

#[test]
fn a_paper_lies_in_its_drawer_until_it_is_taken_out() {
    let registry = Registry::new();
    let library = &registry.library;
    put(library, Drawer::Officers, b"a", b"first");
    put(library, Drawer::Officers, b"a", b"second");
    put(library, Drawer::Sessions, b"a", b"other drawer");
    assert_eq!(library.office(Drawer::Officers, b"a").unwrap().as_deref(), Some(&b"second"[..]));
    let read_by_the_pen: Result<_, StoreError> = library.commit(|pen| {
        pen.put_office(Drawer::Officers, b"b", b"third")?;
        pen.take_office(Drawer::Officers, b"a");
        Ok((pen.office(Drawer::Officers, b"a")?, pen.office(Drawer::Officers, b"b")?))
    });
    assert_eq!(read_by_the_pen.unwrap(), (None, Some(b"third".to_vec())));
    assert_eq!(library.office(Drawer::Officers, b"a").unwrap(), None);
    assert_eq!(library.office(Drawer::Sessions, b"a").unwrap().as_deref(), Some(&b"other drawer"[..]));
}

#[test]
fn a_drawer_is_read_page_by_page_and_never_runs_into_the_next() {
    let registry = Registry::new();
    let library = &registry.library;
    for drawer in Drawer::ALL {
        for number in 0..7_u8 {
            put(library, drawer, &[number % 2, number], &[number]);
        }
    }
    for most in [1, 2, 3, 100] {
        assert_eq!(all(library, Drawer::Jobs, &[], most).len(), 7, "{most}");
        assert_eq!(all(library, Drawer::Jobs, &[1], most), [[1, 1], [1, 3], [1, 5]], "{most}");
    }
    let cursor = library.office_page(Drawer::Uses, &[], None, 1).unwrap().next;
    assert_eq!(library.office_page(Drawer::Jobs, &[], cursor.as_ref(), 100), Err(StoreError::CursorElsewhere));
}

#[test]
fn a_refused_plan_leaves_no_paper() {
    let registry = Registry::new();
    let refused: Result<(), StoreError> = registry.library.commit(|pen| {
        pen.put_office(Drawer::Answers, b"k", b"answer")?;
        Err(StoreError::NoSlot)
    });
    assert_eq!(refused.unwrap_err().code(), "store_no_slot");
    assert_eq!(registry.library.office(Drawer::Answers, b"k").unwrap(), None);
}

#[test]
fn papers_stand_the_next_morning_and_in_the_backup_and_pass_the_check() {
    let registry = Registry::new();
    put(&registry.library, Drawer::Hooks, b"h", b"a paper that is only read under the secret");
    let registry = registry.reopen();
    let library = &registry.library;
    assert!(library.office(Drawer::Hooks, b"h").unwrap().is_some());
    assert_eq!(library.check(|_| Vec::new(), |_, _| ()).unwrap(), []);
    let backups = registry.folder.path().join("backups");
    back_up(library, &backups).unwrap();
    let restored = registry.folder.path().join("restored");
    restore(&backups, None, &restored).unwrap();
    let restored = Library::open(&restored, &secret(), Settings::default()).unwrap();
    assert_eq!(restored.office(Drawer::Hooks, b"h").unwrap(), library.office(Drawer::Hooks, b"h").unwrap());
}

#[test]
fn a_paper_moved_to_another_place_is_found_by_the_check() {
    let Registry { folder, library, .. } = Registry::new();
    put(&library, Drawer::ApiKeys, b"k", b"roles: auditor");
    drop(library);
    let path = folder.path().join("db");
    let options = rocksdb::Options::default();
    let db = rocksdb::DB::open_cf(&options, &path, rocksdb::DB::list_cf(&options, &path).unwrap()).unwrap();
    let office = db.cf_handle("office").unwrap();
    let sealed = db.get_cf(office, b"\0k").unwrap().unwrap();
    assert!(!sealed.windows(7).any(|window| window == b"auditor"));
    db.put_cf(office, b"\0other", sealed).unwrap();
    drop(db);
    let library = Library::open(&path, &secret(), Settings::default()).unwrap();
    assert_eq!(library.office(Drawer::ApiKeys, b"other").unwrap_err().code(), "store_sealed");
    let findings = library.check(|_| Vec::new(), |_, _| ()).unwrap();
    assert_eq!(findings.iter().map(|finding| finding.defect.code()).collect::<Vec<_>>(), ["store_sealed"]);
}

#[test]
fn a_library_that_was_founded_before_there_were_drawers_gets_them() {
    let Registry { folder, library, .. } = Registry::new();
    drop(library);
    let path = folder.path().join("db");
    let options = rocksdb::Options::default();
    let mut db = rocksdb::DB::open_cf(&options, &path, rocksdb::DB::list_cf(&options, &path).unwrap()).unwrap();
    db.drop_cf("office").unwrap();
    drop(db);
    let library = Library::open(&path, &secret(), Settings::default()).unwrap();
    put(&library, Drawer::Lists, b"l", b"list");
    drop(library);
    let mut db = rocksdb::DB::open_cf(&options, &path, rocksdb::DB::list_cf(&options, &path).unwrap()).unwrap();
    db.drop_cf("words").unwrap();
    drop(db);
    let lost = Library::open(&path, &secret(), Settings::default()).map(|_| ()).unwrap_err();
    assert_eq!(lost.code(), "store_foreign");
}

#[test]
fn a_library_that_is_astray_takes_papers_that_may_be_lost_with_it_and_nothing_else() {
    let registry = Registry::new();
    let library = &registry.library;
    let mark = registry.issued(OPERATOR, 1, "2026-03-02");
    let size = library.log_size().unwrap();
    library.hold_astray(Some("log_fork"));
    let astray = StoreError::Astray { code: "log_fork" };
    assert_eq!(library.commit(|pen| pen.put_office(Drawer::Uses, b"a", b"lost")), Err(astray.clone()));
    assert_eq!(library.commit_even_astray(|pen| pen.put_office(Drawer::Uses, b"b", b"may be lost")), Ok(()));
    // A certificate beside the paper keeps the paper out too.
    let both = library.commit_even_astray(|pen| {
        pen.put_alias("x", "1", mark);
        pen.put_office(Drawer::Uses, b"c", b"beside it")
    });
    assert_eq!(both, Err(astray.clone()));
    assert_eq!(all(library, Drawer::Uses, &[], 100), [b"b"]);
    let signed = registry.sign(OPERATOR, 2, "R-2", "2026-03-02");
    assert_eq!(registry.registrar().enter(&[signed]).err(), Some(astray));
    assert_eq!(library.log_size().unwrap(), size);
    library.hold_astray(None);
    registry.issue(OPERATOR, 2, "R-2", "2026-03-02").unwrap();
}
