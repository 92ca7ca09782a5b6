//! Calls of the host past the SDK: with lengths that no memory has, and with handles that nobody gave; and texts that are
//! none.

#![allow(unsafe_code)] // what this module is for
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

use gyre_plugin::source::*;

/// A pointer and a length that say: all of the 4 GiB that a memory could have.
const EVERYTHING: i32 = -1;
/// Entries of 16 bytes that fill them.
const ENTRIES: i32 = 0x0fff_ffff;
/// More than was ever handed out.
const FORGED: i32 = 7_777;

#[cfg(target_arch = "wasm32")]
mod host {
    #[link(wasm_import_module = "gyre:host/log@0.1.0")]
    unsafe extern "C" {
        #[link_name = "write"]
        pub fn write(level: i32, text: i32, length: i32, fields: i32, count: i32);
    }
    #[link(wasm_import_module = "gyre:host/disk@0.1.0")]
    unsafe extern "C" {
        #[link_name = "[method]disk.size"]
        pub fn size(disk: i32) -> i64;
        #[link_name = "[resource-drop]disk"]
        pub fn drop(disk: i32);
    }
    #[link(wasm_import_module = "gyre:host/secrets@0.1.0")]
    unsafe extern "C" {
        #[link_name = "[method]secret.reveal"]
        pub fn reveal(secret: i32, answer: i32);
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod host {
    pub unsafe fn write(_: i32, _: i32, _: i32, _: i32, _: i32) {}
    pub unsafe fn size(_: i32) -> i64 {
        0
    }
    pub unsafe fn drop(_: i32) {}
    pub unsafe fn reveal(_: i32, _: i32) {}
}

/// Bytes that are no UTF-8, where the host wants a text.
pub fn no_text() -> String {
    // SAFETY: it is not sound; only the host reads it, and must not care.
    unsafe { String::from_utf8_unchecked(vec![0x00, 0xff, 0xfe, 0x80]) }
}

pub fn attack(name: &str) -> Result<String> {
    // SAFETY: none of these is sound; the host must not care.
    unsafe {
        match name {
            "claim-text" => host::write(2, 0, EVERYTHING, 0, 0),
            "claim-list" => host::write(2, 0, 0, 0, ENTRIES),
            "forged-level" => host::write(FORGED, 0, 0, 0, 0),
            "forged-disk" => return Ok(host::size(FORGED).to_string()),
            "forged-secret" => host::reveal(FORGED, 1 << 16),
            "drop-forged" => host::drop(FORGED),
            _ => return Err(Error::invalid("guest.attack", format!("there is no attack {name}"))),
        }
    }
    Ok("let pass".into())
}
