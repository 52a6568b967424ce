//! A log that Tessera wrote: our edge over its entries must come to its checkpoints and to its very bytes.

use super::{path, read};
use kanhe_core::key::PublicKeyLine;
use kanhe_log::checkpoint::{AuthenticCheckpoint, Checkpoint};
use kanhe_log::edge::Edge;
use kanhe_log::entries::EntryBundle;
use kanhe_log::hash::leaf_hash;
use kanhe_log::path::TilePath;
use kanhe_log::proof::{verify_consistency, verify_inclusion};
use kanhe_log::prove::{consistency_proof, inclusion_proof};
use kanhe_log::tile::{TileId, Width};
use std::{fs, io};

const SIZE: u16 = 15;

fn key() -> PublicKeyLine {
    PublicKeyLine::parse("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx").unwrap()
}

fn file(path_in_log: &str) -> io::Result<Vec<u8>> {
    fs::read(path("tlog-tessera/testdata/log").join(path_in_log))
}

fn checkpoint(size: u16) -> AuthenticCheckpoint {
    Checkpoint::open(&read(&format!("tlog-tessera/testdata/log/checkpoint.{size}")), &key()).unwrap()
}

/// The tile of a tree of so many leaves, from the file that the specification names.
fn tile(size: u16, tile: TileId) -> io::Result<Vec<u8>> {
    let width = tile.width_in(size.into()).ok_or(io::ErrorKind::NotFound)?;
    file(&TilePath::Hashes { tile, width }.to_string())
}

fn entries() -> Vec<u8> {
    file("tile/entries/000.p/15").unwrap()
}

#[test]
fn every_checkpoint_is_opened_and_none_with_a_changed_digit() {
    for size in 0..=SIZE {
        let opened = checkpoint(size);
        assert_eq!((opened.head().size, opened.origin()), (size.into(), "example.com/log/testdata"));
        let note = read(&format!("tlog-tessera/testdata/log/checkpoint.{size}"));
        let forged = note.replacen(&format!("\n{size}\n"), &format!("\n{}\n", size + 1), 1);
        let code = Checkpoint::open(&forged, &key()).unwrap_err().code();
        assert_eq!(code, "note_signature_invalid", "{size}");
    }
    assert_eq!(Checkpoint::open(&read("tlog-tessera/testdata/log/checkpoint"), &key()).unwrap(), checkpoint(SIZE));
}

#[test]
fn our_edge_comes_to_every_head_and_every_file() {
    let bytes = entries();
    let bundle = EntryBundle::decode(&bytes).unwrap();
    let mut edge = Edge::empty();
    assert_eq!(edge.head(), *checkpoint(0).head());
    for size in 1..=SIZE {
        let so_far = &bundle.entries()[..usize::from(size)];
        edge.append(leaf_hash(so_far.last().unwrap()));
        assert_eq!(edge.head(), *checkpoint(size).head());
        let changed = edge.take_changed();
        assert_eq!(changed, [(TileId::new(0, 0).unwrap(), tile(size, TileId::new(0, 0).unwrap()).unwrap())]);
        let written = EntryBundle::new(so_far.to_vec()).unwrap();
        let path = TilePath::Entries { index: 0, width: Width::new(size).unwrap() };
        assert_eq!(written.encode(), file(&path.to_string()).unwrap());
        assert_eq!(written.leaf_hashes().flat_map(|hash| *hash.as_bytes()).collect::<Vec<_>>(), changed[0].1);
    }
}

#[test]
fn our_proofs_from_its_tiles_lead_to_its_heads() {
    let bytes = entries();
    let bundle = EntryBundle::decode(&bytes).unwrap();
    for new in 1..=SIZE {
        assert_eq!(Edge::load(new.into(), |id| tile(new, id)).unwrap().head(), *checkpoint(new).head());
        for index in 0..u64::from(new) {
            let leaf = leaf_hash(bundle.entries()[usize::try_from(index).unwrap()]);
            let proof = inclusion_proof(index, new.into(), |id| tile(new, id)).unwrap();
            assert_eq!(verify_inclusion(leaf, index, checkpoint(new).head(), &proof), Ok(()));
        }
        for old in 1..=new {
            let proof = consistency_proof(old.into(), new.into(), |id| tile(new, id)).unwrap();
            assert_eq!(verify_consistency(checkpoint(old).head(), checkpoint(new).head(), &proof), Ok(()));
        }
    }
}
