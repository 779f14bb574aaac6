//! What can be known of a type of resources.

/// What a resource holds that is lost with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// What cannot be made again.
    Data,
    /// What was written down while something ran; where nothing ran yet, nothing is lost with it.
    Records,
}

/// What is known of a type.
#[derive(Debug, Clone, Copy)]
pub struct ResourceType {
    /// The name, such as `AWS::SQS::Queue`.
    pub name: &'static str,
    /// Whether workflows are usually made of it; another type that is nearly this one is most likely
    /// mistyped.
    pub usual: bool,
    /// Whether its `Tags` is a list of `Key` and `Value` that can be changed in place.
    pub taggable: bool,
    /// The properties for which a resource is replaced; nothing where they are not known.
    pub create_only: Option<&'static [&'static str]>,
    /// The property with a name that no other resource may have at the same time; CloudFormation refuses
    /// to replace a resource that keeps it.
    pub named_by: Option<&'static str>,
    /// The property that, where it is true, guards a resource from every deletion, a rollback's included.
    pub guarded_by: Option<&'static str>,
    /// The properties for which a resource is sometimes replaced.
    pub conditional: &'static [&'static str],
    /// What a resource holds, where it holds anything.
    pub holds: Option<Holds>,
    /// What that is counted in.
    pub unit: &'static str,
}

/// Returns a type of which only the name is known.
pub(super) const fn known(name: &'static str) -> ResourceType {
    ResourceType {
        name,
        usual: false,
        taggable: false,
        create_only: None,
        named_by: None,
        guarded_by: None,
        conditional: &[],
        holds: None,
        unit: "entries",
    }
}

impl ResourceType {
    pub(super) const fn usual(mut self) -> Self {
        self.usual = true;
        self
    }

    pub(super) const fn taggable(mut self) -> Self {
        self.taggable = true;
        self
    }

    pub(super) const fn create_only(mut self, properties: &'static [&'static str]) -> Self {
        self.create_only = Some(properties);
        self
    }

    pub(super) const fn named_by(mut self, property: &'static str) -> Self {
        self.named_by = Some(property);
        self
    }

    pub(super) const fn guarded_by(mut self, property: &'static str) -> Self {
        self.guarded_by = Some(property);
        self
    }

    pub(super) const fn conditional(mut self, properties: &'static [&'static str]) -> Self {
        self.conditional = properties;
        self
    }

    pub(super) const fn holds(mut self, what: Holds, unit: &'static str) -> Self {
        self.holds = Some(what);
        self.unit = unit;
        self
    }
}
