//! The archive itself: the same files always give the same bytes.

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Files of a wheel.
#[derive(Default)]
pub(super) struct Archive {
    files: Vec<File>,
}

struct File {
    name: String,
    bytes: Vec<u8>,
    executable: bool,
}

impl Archive {
    /// Adds a file; a shared library is executable.
    pub(super) fn add(&mut self, name: &str, bytes: Vec<u8>, executable: bool) {
        self.files.push(File { name: name.to_owned(), bytes, executable });
    }

    /// Adds the list of all files and returns the archive. What describes the
    /// wheel comes last, so that it can be changed without moving the rest.
    pub(super) fn finish(mut self, record: &str) -> Vec<u8> {
        self.files.sort_by_key(|file| (file.name.contains(".dist-info/"), file.name.clone()));
        let mut lines: Vec<String> = self.files.iter().map(File::record_line).collect();
        lines.push(format!("{record},,\n"));
        self.add(record, lines.concat().into_bytes(), false);
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for file in &self.files {
            writer
                .start_file(file.name.as_str(), file.options())
                .and_then(|()| Ok(writer.write_all(&file.bytes)?))
                .expect("names are distinct and memory takes every byte");
        }
        writer.finish().expect("memory takes every byte").into_inner()
    }
}

impl File {
    /// `spam.so,sha256=…,12345`
    fn record_line(&self) -> String {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(&self.bytes));
        format!("{},sha256={digest},{}\n", self.name, self.bytes.len())
    }

    fn options(&self) -> SimpleFileOptions {
        SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if self.executable { 0o755 } else { 0o644 })
    }
}
