//! The fields of a form or of a query.

/// Fields in their order; a name may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads what a browser sends.
    pub(super) fn read(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// Returns the first value of a name that is not empty, without space around it.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        let mut given = self.0.iter().filter(|(other, _)| other == name);
        given.find_map(|(_, value)| Some(value.trim()).filter(|value| !value.is_empty()))
    }

    /// Returns all values of a name that are not empty.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let given = self.0.iter().filter(|(other, _)| other == name);
        let values = given.map(|(_, value)| value.trim().to_owned());
        values.filter(|value| !value.is_empty()).collect()
    }

    /// Returns a number; nothing for what is none.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.one(name)?.parse().ok()
    }

    /// Returns the fields of these names that say something.
    pub(super) fn only(&self, names: &[&str]) -> Self {
        let said = self
            .0
            .iter()
            .filter(|(name, value)| names.contains(&name.as_str()) && !value.trim().is_empty());
        Self(said.cloned().collect())
    }

    /// Returns the fields with one more.
    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.push((name.to_owned(), value.into()));
        self
    }

    /// Returns the fields one by one.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.0.iter();
        fields.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns a path with the fields as its query.
    pub(super) fn link(&self, path: &str) -> String {
        if self.0.is_empty() {
            return path.to_owned();
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.iter());
        format!("{path}?{}", query.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn fields_come_back_as_they_were_sent() {
        let sent = Fields::default()
            .with("name", "a b&c=d\"<>")
            .with("id", "7")
            .with("id", "8");
        let link = sent.link("/x");
        assert!(!link.contains(['"', '<', ' ']), "{link}");
        let read = Fields::read(link.strip_prefix("/x?").unwrap().as_bytes());
        assert_eq!(read, sent);
        assert_eq!(read.all("id"), ["7", "8"]);
        assert_eq!(read.number::<u8>("id"), Some(7));
        assert_eq!(read.only(&["id"]).link("/y"), "/y?id=7&id=8");
    }

    #[test]
    fn what_is_empty_says_nothing() {
        let read = Fields::read(b"a=&b=+&c=1");
        assert_eq!(
            (read.one("a"), read.one("b"), read.one("c")),
            (None, None, Some("1"))
        );
        assert_eq!(read.only(&["a", "b"]).link("/"), "/");
    }
}
