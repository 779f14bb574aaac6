//! The modules of a crate: which file each is, and which names it hands on from others.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::crates::rust_files;
use crate::imports::{Imports, read};

/// The path of a module or an item, from the root of its crate.
pub(crate) type ItemPath = Vec<String>;

/// The modules of one crate.
#[derive(Debug)]
pub(crate) struct Modules {
    files: BTreeMap<ItemPath, (PathBuf, Imports)>,
}

impl Modules {
    /// Reads the crate in a folder, without what only its tests see.
    pub(crate) fn read(folder: &Path) -> Self {
        let source = folder.join("src");
        let mut files = BTreeMap::new();
        for file in rust_files(&source) {
            let Some(module) = module_of(file.strip_prefix(&source).unwrap()) else {
                continue;
            };
            let text = std::fs::read_to_string(&file).unwrap();
            let imports = read(&text, &module);
            files.insert(module, (file, imports));
        }
        Self { files }
    }

    /// Returns the files, each with the files whose items it names.
    pub(crate) fn edges(&self) -> BTreeMap<PathBuf, Vec<PathBuf>> {
        let edges = self.files.iter().map(|(module, (file, imports))| {
            let mut targets: Vec<PathBuf> = imports
                .named
                .iter()
                .filter_map(|path| self.file_of(path))
                .collect();
            // What a module hands on from its own children makes them public, no more.
            let handed_on = imports
                .handed_on
                .values()
                .filter(|path| !path.starts_with(module));
            targets.extend(handed_on.filter_map(|path| self.file_of(path)));
            targets.retain(|target| target != file);
            targets.sort();
            targets.dedup();
            (file.clone(), targets)
        });
        edges.collect()
    }

    /// Returns the file that defines an item; nothing for a module itself, and for what is not of this crate.
    fn file_of(&self, path: &[String]) -> Option<PathBuf> {
        let mut path = path.to_vec();
        // Names that are handed on in a circle do not compile, so the number of files is enough.
        for _ in 0..=self.files.len() {
            let depth = (0..path.len())
                .rev()
                .find(|depth| self.files.contains_key(path.get(..*depth).unwrap()))?;
            let (module, rest) = path.split_at(depth);
            let (file, imports) = &self.files[module];
            let (item, rest) = rest.split_first()?;
            // A module, and perhaps a function of its name that is handed on beside it.
            if self.files.contains_key(&path) && !imports.handed_on.contains_key(item) {
                return None;
            }
            match imports.handed_on.get(item) {
                Some(origin) => path = [origin.as_slice(), rest].concat(),
                None => return Some(file.clone()),
            }
        }
        None
    }
}

/// Returns the path of the module in a file; nothing for a program's root and for tests.
fn module_of(file: &Path) -> Option<ItemPath> {
    let mut parts: ItemPath = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect();
    if parts.iter().any(|part| part == "tests") || parts == ["main"] {
        return None;
    }
    if parts
        .last()
        .is_some_and(|last| last == "mod" || last == "lib")
    {
        parts.pop();
    }
    Some(parts)
}
