//! Trains a dictionary from a list of words: `train_dictionary ID WORDS.tsv OUT.cbor`.

mod training;

use std::error::Error;

use training::{parse_words, train};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [id, words, out] = arguments.as_slice() else {
        return Err("usage: train_dictionary ID WORDS.tsv OUT.cbor".into());
    };
    let dictionary = train(id.parse()?, parse_words(&std::fs::read_to_string(words)?)?)?;
    std::fs::write(out, dictionary.encode())?;
    println!("{dictionary:?}: {} bytes, at most {} bits a character", dictionary.encode().len(), dictionary.hardest_bits_per_char());
    Ok(())
}
