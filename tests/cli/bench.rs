//! `kanhe bench` measures a library from its first certificate to its last, and says every figure beside its bound.

use crate::program::{Kanhe, kanhe};

#[test]
fn a_small_library_is_measured_in_every_way() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let told = kanhe(&["bench", "--certificates", "1000", "--at", at, "--json"]).ended(0).json();
    let figure = |pointer: &str| told.pointer(pointer).and_then(serde_json::Value::as_u64).is_some_and(|figure| figure > 0);
    for pointer in
        ["/one_clerk_a_second", "/one_clerk_bound", "/clerks_a_second", "/clerks_bound", "/sizes/0/bulk_bound", "/sizes/0/at_once_bound"]
    {
        assert!(figure(pointer), "{pointer} in {told}");
    }
    assert!(told["sizes"][0]["rest_ms"].is_u64(), "{told}");
    let sizes: Vec<_> = told["sizes"].as_array().unwrap().iter().map(|size| size["certificates"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [1_000]);
    for question in ["identifier", "holder", "name", "letters", "list"] {
        for asked in ["find", "find_again"] {
            assert!(told["sizes"][0][asked][question]["p99_us"].as_f64().is_some_and(|took| took > 0.0), "{asked} {question} in {told}");
        }
    }
    assert!(told["bytes_a_certificate"].as_u64().is_some_and(|bytes| bytes > 500), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary library is taken away");
}

#[test]
fn a_bench_without_a_place_says_so() {
    let run = Kanhe::new(&["bench", "--certificates", "1000", "--at", "/nonexistent", "--json"]).run().ended(2);
    assert!(run.err.contains("file_not_found"), "{run:?}");
    assert_eq!(kanhe(&["bench", "--certificates", "10"]).code, Some(2));
}
