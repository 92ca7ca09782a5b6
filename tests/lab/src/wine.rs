//! Wine, which runs programs for Windows on this machine: one place of its own for all tests of a target directory, and
//! directories as drives in it. It has no disks, no BitLocker, no PowerShell and no services worth the name. Knows no program.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Debian's package `wine64` puts it here, where no path leads.
const WINE: &str = "/usr/lib/wine/wine64";
/// Compiles for it: package `gcc-mingw-w64-x86-64`.
const COMPILER: &str = "x86_64-w64-mingw32-gcc";
/// Of this library of Windows, which every Rust program asks for random numbers, Wine 8 has none yet.
const RANDOM: &str = "bcryptprimitives.dll";
const RANDOM_SOURCE: &str = "#include <windows.h>\n\
    BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length)\n\
    { return SystemFunction036(bytes, (ULONG)length); }\n";

/// A place in which Wine keeps its Windows.
pub struct Wine {
    prefix: PathBuf,
    /// Held for as long as this process uses its drives.
    _lock: File,
}

impl Wine {
    /// The one below `directory`, made if it is not there, which takes seconds. No other process has it meanwhile.
    ///
    /// # Panics
    /// When Wine is not there or makes nothing.
    pub fn below(directory: &Path) -> &'static Self {
        static WINE: OnceLock<Wine> = OnceLock::new();
        WINE.get_or_init(|| Self::make(directory.join("wine")))
    }

    fn make(prefix: PathBuf) -> Self {
        fs::create_dir_all(&prefix).unwrap();
        let lock = File::create(prefix.join("lock")).unwrap();
        lock.lock().unwrap();
        let wine = Self { prefix, _lock: lock };
        let system = wine.prefix.join("drive_c/windows/system32");
        if !wine.prefix.join("system.reg").exists() {
            let made = wine.command(&["wineboot", "-i"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
            let made = made.unwrap_or_else(|error| panic!("{WINE} (package wine64): {error}"));
            assert!(made.success() && system.exists(), "Wine cannot make {}", wine.prefix.display());
        }
        if !system.join(RANDOM).exists() {
            make_library(&system.join(RANDOM));
        }
        wine
    }

    /// A program by Wine, with these arguments; built-in ones by their name alone.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(WINE);
        command.args(words).env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        command
    }

    /// A file or directory of its drive C.
    pub fn drive_c(&self, path: &str) -> PathBuf {
        self.prefix.join("drive_c").join(path)
    }

    /// Shows `directory` as a drive, from D on: its letter, for as long as it is held.
    ///
    /// # Panics
    /// When there is no letter left.
    pub fn drive(&self, directory: &Path) -> Drive {
        for letter in 'd'..'z' {
            let link = self.prefix.join(format!("dosdevices/{letter}:"));
            // Of a process that was killed.
            if link.is_symlink() && !link.exists() {
                let _ = fs::remove_file(&link);
            }
            if std::os::unix::fs::symlink(directory, &link).is_ok() {
                return Drive { letter: letter.to_ascii_uppercase(), link };
            }
        }
        panic!("Wine has no letter left")
    }
}

/// A drive that is a directory of this machine.
pub struct Drive {
    /// Its letter.
    pub letter: char,
    link: PathBuf,
}

impl Drop for Drive {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.link);
    }
}

fn make_library(path: &Path) {
    let mut compiler = Command::new(COMPILER);
    compiler.args(["-shared", "-o"]).arg(path).args(["-x", "c", "-", "-ladvapi32"]).stdin(Stdio::piped());
    let mut child =
        compiler.spawn().unwrap_or_else(|error| panic!("{COMPILER} (package gcc-mingw-w64-x86-64): {error}"));
    child.stdin.take().unwrap().write_all(RANDOM_SOURCE.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "{COMPILER} makes no {RANDOM}");
}
