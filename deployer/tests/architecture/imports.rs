//! What one file names: by `use`, and by paths in its code.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree, Visibility};

use crate::modules::ItemPath;

/// What one file names, as paths from the root of its crate.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// What it names.
    pub(crate) named: Vec<ItemPath>,
    /// What it hands on under a name of its own, with where that comes from.
    pub(crate) handed_on: BTreeMap<String, ItemPath>,
}

/// Reads the source of a module.
pub(crate) fn read(source: &str, module: &[String]) -> Imports {
    let file = syn::parse_file(source).unwrap();
    let mut reader = Reader {
        module: module.to_vec(),
        known: BTreeMap::new(),
        imports: Imports::default(),
    };
    for item in &file.items {
        if let Item::Mod(item) = item {
            let child = [module, &[item.ident.to_string()]].concat();
            reader.known.insert(item.ident.to_string(), child);
        }
    }
    for item in &file.items {
        if let Item::Use(item) = item {
            let public = !matches!(item.vis, Visibility::Inherited);
            reader.import(&item.tree, Vec::new(), public && !is_test(&item.attrs));
        }
    }
    reader.visit_file(&file);
    reader.imports
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let list = attribute.meta.require_list();
        list.is_ok_and(|list| list.path.is_ident("cfg") && list.tokens.to_string() == "test")
    })
}

struct Reader {
    module: ItemPath,
    /// The names that stand for something of this crate.
    known: BTreeMap<String, ItemPath>,
    imports: Imports,
}

impl Reader {
    fn import(&mut self, tree: &UseTree, mut before: Vec<String>, public: bool) {
        let (original, name) = match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                return self.import(&path.tree, before, public);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before.clone(), public);
                }
                return;
            }
            UseTree::Glob(_) => return,
            UseTree::Name(name) => (name.ident.to_string(), name.ident.to_string()),
            UseTree::Rename(rename) => (rename.ident.to_string(), rename.rename.to_string()),
        };
        if original != "self" {
            before.push(original);
        }
        let name = if name == "self" {
            before.last().cloned().unwrap_or_default()
        } else {
            name
        };
        if let Some(path) = self.absolute(&before) {
            if public {
                self.imports.handed_on.insert(name, path);
            } else {
                self.imports.named.push(path.clone());
                self.known.insert(name, path);
            }
        }
    }

    /// Returns a path from the root of the crate; nothing for what is not of this crate.
    fn absolute(&self, path: &[String]) -> Option<ItemPath> {
        let (first, mut rest) = path.split_first()?;
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.module.clone(),
            "super" => {
                let mut base = self.module.clone();
                base.pop();
                while let Some(("super", further)) = rest
                    .split_first()
                    .map(|(first, further)| (first.as_str(), further))
                {
                    base.pop();
                    rest = further;
                }
                base
            }
            name => self.known.get(name)?.clone(),
        };
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn name(&mut self, path: &[String]) {
        if path.len() > 1
            && let Some(path) = self.absolute(path)
        {
            self.imports.named.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Use(_) => return,
            _ => return visit::visit_item(self, item),
        };
        if !is_test(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        self.name(&names);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        for path in paths(item.tokens.clone()) {
            self.name(&path);
        }
        visit::visit_macro(self, item);
    }
}

/// Returns the paths in the words of a macro, whose grammar is its own.
fn paths(tokens: TokenStream) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                if colons != 2 {
                    found.push(std::mem::take(&mut path));
                }
                path.push(name.to_string());
                colons = 0;
            }
            TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
            TokenTree::Group(group) => {
                found.push(std::mem::take(&mut path));
                found.extend(paths(group.stream()));
                colons = 0;
            }
            _ => {
                found.push(std::mem::take(&mut path));
                colons = 0;
            }
        }
    }
    found.push(path);
    found
}

#[test]
fn paths_are_read_from_use_from_code_and_from_macros() {
    let source = "
        use super::stone::{Stone, self as rock};
        pub use brick::Brick;
        mod brick;
        fn build() { rock::lay(); json!({ \"a\": crate::mortar::mix(1) }); brick::burn::<Stone>(); }
        #[cfg(test)] mod tests { use super::super::roof::Tile; }
    ";
    let imports = read(source, &["wall".to_owned()]);
    let named: Vec<String> = imports.named.iter().map(|path| path.join("::")).collect();
    assert_eq!(
        named,
        [
            "stone::Stone",
            "stone",
            "stone::lay",
            "mortar::mix",
            "wall::brick::burn"
        ]
    );
    assert_eq!(imports.handed_on["Brick"], ["wall", "brick", "Brick"]);
}
