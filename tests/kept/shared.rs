// What the sources of all kept components share: an allocator and an end that are as small as can be, for a component that is kept
// as text, options without a JSON parser, and what became of each call of the host. Knows no verb.

use crate::errors::Error;
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::alloc::{GlobalAlloc, Layout};
use core::sync::atomic::{AtomicUsize, Ordering};

const PAGE_BYTES: usize = 65_536;

/// Gives and never takes back: an instance lives for one call.
struct Bump(AtomicUsize);

#[global_allocator]
static BUMP: Bump = Bump(AtomicUsize::new(0));

#[allow(unsafe_code)] // an allocator has no other way
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let next = self.0.load(Ordering::Relaxed);
        let next = if next == 0 { core::arch::wasm32::memory_size(0) * PAGE_BYTES } else { next };
        let begin = (next + layout.align() - 1) & !(layout.align() - 1);
        let end = begin + layout.size();
        let have = core::arch::wasm32::memory_size(0) * PAGE_BYTES;
        if end > have {
            let more = (end - have).div_ceil(PAGE_BYTES);
            if core::arch::wasm32::memory_grow(0, more) == usize::MAX {
                return core::ptr::null_mut();
            }
        }
        self.0.store(end, Ordering::Relaxed);
        begin as *mut u8
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The text of an option: `"name":"text"` in JSON as the host writes it.
pub fn option(config: &str, name: &str) -> String {
    let mut words = config.split('"').skip_while(|word| *word != name).skip(2);
    words.next().unwrap_or_default().to_owned()
}

/// What became of each call: its name, and `ok` or the error's code.
pub struct Told(pub Vec<(&'static str, String)>);

impl Told {
    pub fn note<T>(&mut self, call: &'static str, answer: Result<T, Error>) -> Option<T> {
        let (said, answer) = match answer {
            Ok(answer) => ("ok".to_owned(), Some(answer)),
            Err(error) => (error.code, None),
        };
        self.0.push((call, said));
        answer
    }

    /// A call that cannot fail, and whether it said what was to be expected.
    pub fn expect(&mut self, call: &'static str, is_well: bool) {
        self.0.push((call, if is_well { "ok" } else { "wrong" }.to_owned()));
    }
}
