//! The lengths of the best prefix code whose longest code is bounded: package-merge (Larmore and Hirschberg, 1990).

/// The lengths of the codes of symbols with `weights`, given lightest first: at most `limit` bits each, which must be enough for all.
///
/// Think of a coin of each symbol in each of `limit` coinages. In every coinage neighbours are packaged in pairs and the pairs handed up
/// as coins of the next; a symbol's length is in how many coinages its coin is among the cheapest that add up to the whole.
pub(super) fn limited_lengths(weights: &[u64], limit: usize) -> Vec<usize> {
    if weights.len() < 2 {
        return vec![1; weights.len()];
    }
    let mut coinages = vec![weights.iter().map(|weight| Coin { weight: *weight, is_symbol: true }).collect::<Vec<Coin>>()];
    while let Some(last) = coinages.last().filter(|_| coinages.len() < limit) {
        let next = merged(weights, &packages(last));
        coinages.push(next);
    }
    let mut lengths = vec![0; weights.len()];
    let mut taken = 2 * weights.len() - 2;
    for coinage in coinages.iter().rev() {
        let symbols = coinage.iter().take(taken).filter(|coin| coin.is_symbol).count();
        lengths.iter_mut().take(symbols).for_each(|length| *length += 1);
        taken = 2 * (taken.min(coinage.len()) - symbols);
    }
    lengths
}

#[derive(Clone, Copy)]
struct Coin {
    weight: u64,
    is_symbol: bool,
}

fn packages(coins: &[Coin]) -> Vec<u64> {
    coins.as_chunks().0.iter().map(|[one, other]: &[Coin; 2]| one.weight.saturating_add(other.weight)).collect()
}

/// Symbols and packages, lightest first; of equals the symbol, so that codes are as even as they can be.
fn merged(weights: &[u64], packages: &[u64]) -> Vec<Coin> {
    let symbols = weights.iter().map(|weight| Coin { weight: *weight, is_symbol: true });
    let mut coins: Vec<Coin> = symbols.chain(packages.iter().map(|weight| Coin { weight: *weight, is_symbol: false })).collect();
    coins.sort_by_key(|coin| (coin.weight, !coin.is_symbol));
    coins
}

#[cfg(test)]
mod tests {
    use super::limited_lengths;

    #[test]
    fn lengths_are_those_of_a_complete_code_within_the_limit() {
        let cases: [(&[u64], usize, &[usize]); 5] = [
            (&[1, 1], 15, &[1, 1]),
            (&[1, 1, 1], 15, &[2, 2, 1]),
            (&[1, 1, 2, 4], 15, &[3, 3, 2, 1]),
            (&[1, 1, 2, 4], 2, &[2, 2, 2, 2]),
            (&[1, 2, 4, 8, 16, 32], 3, &[3, 3, 3, 3, 2, 2]),
        ];
        for (weights, limit, lengths) in cases {
            assert_eq!(limited_lengths(weights, limit), lengths, "{weights:?} within {limit}");
        }
    }
}
