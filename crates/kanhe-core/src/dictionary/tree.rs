//! The words of all codes in one tree of their characters: to pack a text, every word that begins at a place is met in one walk.

use super::MOST_CODES;
use super::bits::Word;
use super::codebook::Codebook;

/// What stands for a word in each code that has it.
pub(super) type Words = [Option<Word>; MOST_CODES];

/// A tree of characters; a way from its root spells how words begin.
#[derive(Clone)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Those of a node stand together, sorted by their characters.
    branches: Vec<Branch>,
}

/// Where a way has come to.
#[derive(Clone, Copy)]
pub(super) struct Node {
    /// What stands for the word that ends here.
    pub(super) words: Words,
    /// Its first branch, and one above its last.
    first: usize,
    end: usize,
}

/// From one node to the next.
#[derive(Clone, Copy)]
struct Branch {
    character: char,
    to: usize,
}

impl Node {
    const EMPTY: Self = Self { words: [None; MOST_CODES], first: 0, end: 0 };
}

impl Tree {
    /// Grows the tree of some codes, in their order.
    pub(super) fn new(codebooks: &[Codebook]) -> Self {
        let mut words: Vec<(&str, usize, Word)> = Vec::new();
        for (code, codebook) in codebooks.iter().enumerate() {
            words.extend((0..).zip(codebook.entries.iter()).map(|(symbol, word)| (word, code, codebook.code.word(symbol))));
        }
        words.sort_unstable_by_key(|(word, code, _)| (*word, *code));
        let mut growing = Growing { nodes: vec![Node::EMPTY], branches: Vec::new(), way: Vec::new() };
        for (word, code, bits) in words {
            let node = growing.reach(word);
            if let Some(place) = growing.nodes.get_mut(node).and_then(|node| node.words.get_mut(code)) {
                *place = Some(bits);
            }
        }
        growing.grown()
    }

    /// Where every way begins.
    pub(super) fn root(&self) -> Node {
        self.nodes.first().copied().unwrap_or(Node::EMPTY)
    }

    /// The node behind a character, if any word goes on with it.
    #[inline]
    pub(super) fn after(&self, node: Node, character: char) -> Option<Node> {
        let branches = self.branches.get(node.first..node.end)?;
        let place = branches.binary_search_by_key(&character, |branch| branch.character).ok()?;
        self.nodes.get(branches.get(place)?.to).copied()
    }
}

/// A tree to which words are brought in the order of their characters.
struct Growing {
    nodes: Vec<Node>,
    /// Each with the node that it starts from.
    branches: Vec<(usize, Branch)>,
    /// The way to the last word.
    way: Vec<Branch>,
}

impl Growing {
    /// The node of a word, which shares with the last word what both begin with.
    fn reach(&mut self, word: &str) -> usize {
        let shared = self.way.iter().zip(word.chars()).take_while(|(branch, character)| branch.character == *character).count();
        self.way.truncate(shared);
        for character in word.chars().skip(shared) {
            let from = self.way.last().map_or(0, |branch| branch.to);
            let branch = Branch { character, to: self.nodes.len() };
            self.nodes.push(Node::EMPTY);
            self.branches.push((from, branch));
            self.way.push(branch);
        }
        self.way.last().map_or(0, |branch| branch.to)
    }

    fn grown(self) -> Tree {
        let Self { mut nodes, mut branches, .. } = self;
        // Words came sorted, so the branches of one node are in the order of their characters, and a stable sort leaves them so.
        branches.sort_by_key(|(from, _)| *from);
        for (place, (from, _)) in branches.iter().enumerate() {
            if let Some(node) = nodes.get_mut(*from) {
                node.first = if node.end == 0 { place } else { node.first };
                node.end = place + 1;
            }
        }
        Tree { nodes, branches: branches.into_iter().map(|(_, branch)| branch).collect() }
    }
}
