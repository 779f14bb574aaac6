//! The text of `Fn::Sub`, taken apart and put together again.

/// A piece of the text of `Fn::Sub`.
#[derive(Debug, PartialEq)]
pub(super) enum Piece<'a> {
    /// Text, `${!Name}` included.
    Text(&'a str),
    /// `${Name}` or `${Name.Attribute}`.
    Variable(&'a str),
}

/// Returns the pieces of `text` in their order.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest.get(start..).and_then(|tail| tail.find('}')) else {
            break;
        };
        let end = start + length;
        let variable = rest.get(start + 2..end).unwrap_or_default();
        if variable.starts_with('!') {
            pieces.push(Piece::Text(rest.get(..=end).unwrap_or_default()));
        } else {
            if start > 0 {
                pieces.push(Piece::Text(rest.get(..start).unwrap_or_default()));
            }
            pieces.push(Piece::Variable(variable));
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    #[test]
    fn variables_literals_and_text_are_told_apart() {
        assert_eq!(
            pieces("a${B.C}-${!D}e${"),
            [
                Piece::Text("a"),
                Piece::Variable("B.C"),
                Piece::Text("-${!D}"),
                Piece::Text("e${")
            ]
        );
        assert!(pieces("").is_empty());
    }
}
