//! Servers that lie, stop, or never stop: each ends in an error that says what it did, soon, and without memory of the
//! server's choosing. Also what an honest server may do that is unusual.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

mod support;

use gyre_core::{Error, Kind};
use gyre_nbd::{Client, Kind as Holds, Patience, Run, Wanted};
use std::sync::atomic::Ordering;
use std::time::Duration;
use support::*;

/// Longer than any of these takes; much shorter than the limits of the client, which would hide a hang.
const SOON: Duration = Duration::from_secs(15);
/// What a lie may cost.
const MEMORY_KIB_MAX: u64 = 64 << 10;

async fn soon<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(SOON, work).await.expect("a hostile server must not hold up a client")
}

async fn refused(server: Server) -> Error {
    soon(open(server)).await.1.err().expect("must not open")
}

async fn opened(server: Server) -> Client {
    soon(open(server)).await.1.unwrap()
}

fn greeting(bytes: &[u8]) -> Server {
    Server { greeting: bytes.to_vec(), ..Server::default() }
}

/// A server that answers one option in its own way.
fn answering(option: u32, say: impl Fn() -> Say + Send + Sync + 'static) -> Server {
    let answer = move |asked| if asked == option { say() } else { Say::Honest };
    Server { option: Box::new(answer), ..Server::default() }
}

/// A server that answers reads, or questions for status, in its own way.
fn replying(command: u16, say: impl Fn(Asked) -> Say + Send + Sync + 'static) -> Server {
    let answer = move |asked: Asked| if asked.command == command { say(asked) } else { Say::Honest };
    Server { request: Box::new(answer), ..Server::default() }
}

async fn read(client: &Client, offset: u64, length: usize) -> Result<Vec<u8>, Error> {
    let mut buffer = vec![0xaa; length];
    soon(client.read(offset, &mut buffer)).await.map(|()| buffer)
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn an_honest_server_is_read() {
    let client = opened(Server::default()).await;
    assert_eq!(client.size(), 8 * MIB);
    for (offset, length) in [(0, 1), (12345, 3 * MIB + 7), (8 * MIB - 1, 1), (0, 8 * MIB), (5, 0)] {
        assert!(read(&client, offset, length as usize).await.unwrap() == bytes(offset, length), "{offset}");
    }
    assert_eq!(read(&client, 8 * MIB, 1).await.unwrap_err().code, "nbd.range");
    assert_eq!(read(&client, u64::MAX, 2).await.unwrap_err().code, "nbd.range");
    let run = |offset, length, kind| Run { offset, length, kind };
    assert_eq!(
        soon(client.runs(MIB, 6 * MIB)).await.unwrap(),
        [
            run(MIB, MIB, Holds::Data),
            run(2 * MIB, 2 * MIB, Holds::Hole),
            run(4 * MIB, 2 * MIB, Holds::Zero),
            run(6 * MIB, MIB, Holds::Data)
        ]
    );
}

#[tokio::test]
async fn requests_are_whole_blocks_and_no_larger_than_the_server_takes() {
    let server = Server {
        blocks: Some((4096, 65536)),
        request: Box::new(|asked| {
            assert!(asked.offset % 4096 == 0 && asked.length % 4096 == 0, "{asked:?}");
            assert!(asked.command != 0 || asked.length <= 65536, "{asked:?}");
            Say::Honest
        }),
        ..Server::default()
    };
    let client = opened(server).await;
    assert!(read(&client, 4095, 200_000).await.unwrap() == bytes(4095, 200_000));
    assert_eq!(soon(client.runs(100, 200)).await.unwrap()[0].length, 200);
}

#[tokio::test]
async fn a_server_without_structured_replies_is_read_and_has_data_everywhere() {
    let unsupported = |option| option_reply(option, 0x8000_0001, b"what?");
    let server = Server {
        option: Box::new(
            move |option| if option == STRUCTURED { Say::These(unsupported(option)) } else { Say::Honest },
        ),
        request: Box::new(|asked| {
            Say::These(simple(asked.cookie, 0, &bytes(asked.offset, asked.length.into())))
        }),
        ..Server::default()
    };
    let client = opened(server).await;
    assert!(read(&client, 77, 2 << 20).await.unwrap() == bytes(77, 2 * MIB));
    let runs = soon(client.runs(0, 8 * MIB)).await.unwrap();
    assert_eq!(runs, [Run { offset: 0, length: 8 * MIB, kind: Holds::Data }]);
}

/// Parts out of order, a hole among them, and nothing but the last flag to say that it is whole.
#[tokio::test]
async fn a_reply_may_come_in_parts() {
    let client = opened(replying(0, |asked| {
        let (at, cookie) = (asked.offset, asked.cookie);
        let second = chunk(cookie, 0, DATA, &data(at + 600, &bytes(at + 600, 424)));
        let middle = chunk(cookie, 0, HOLE, &hole(at + 100, 500));
        let first = chunk(cookie, 0, DATA, &data(at, &bytes(at, 100)));
        Say::These([second, middle, first, chunk(cookie, 1, 0, &[])].concat())
    }))
    .await;
    let mut expected = bytes(MIB, 1024);
    expected[100..600].fill(0);
    assert!(read(&client, MIB, 1024).await.unwrap() == expected);
}

/// Many on their way at once, answered in the opposite order.
#[tokio::test]
async fn replies_find_their_requests() {
    let held = std::sync::Mutex::new(Vec::new());
    let client = opened(replying(0, move |asked| {
        let mut held = held.lock().unwrap();
        held.push(chunk(
            asked.cookie,
            1,
            DATA,
            &data(asked.offset, &bytes(asked.offset, asked.length.into())),
        ));
        let all =
            if held.len() == 8 { held.drain(..).rev().collect::<Vec<_>>().concat() } else { Vec::new() };
        Say::These(all)
    }))
    .await;
    let reads = (0..8).map(|n| {
        let client = &client;
        async move { assert!(read(client, n * MIB + n, 4096).await.unwrap() == bytes(n * MIB + n, 4096)) }
    });
    let mut reads: Vec<_> = reads.map(Box::pin).collect();
    // Polled side by side, without a crate for it.
    soon(std::future::poll_fn(|context| {
        reads.retain_mut(|read| read.as_mut().poll(context).is_pending());
        if reads.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    }))
    .await;
}

#[tokio::test]
async fn no_greeting_of_a_stranger_is_taken() {
    for (server, code) in [
        (greeting(b"SSH-2.0-OpenSSH_9.2p1\r\n"), "nbd.protocol"),
        (greeting(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "nbd.protocol"),
        (
            greeting(&[b"NBDMAGIC".as_slice(), &0x0000_4202_8186_1253_u64.to_be_bytes(), &[0; 140]].concat()),
            "nbd.old-server",
        ),
        (greeting(&[b"NBDMAGICIHAVEOPT".as_slice(), &[0, 0]].concat()), "nbd.old-server"),
        (greeting(&[b"NBDMAGICNONSENSE".as_slice(), &[0, 3]].concat()), "nbd.protocol"),
    ] {
        assert_eq!(refused(server).await.code, code);
    }
}

#[tokio::test]
async fn a_handshake_that_breaks_the_rules_ends() {
    let info = |size| option_reply(GO, 3, &export_info(size));
    let ack = || option_reply(GO, ACK, &[]);
    let sized =
        |size: u64, least: u32, most: u32| Server { size, blocks: Some((least, most)), ..Server::default() };
    let mut lying = option_reply(GO, 3, &[]);
    lying.splice(16..20, u32::MAX.to_be_bytes());
    let cases: Vec<(Server, &str)> = vec![
        (answering(GO, move || Say::ForEver(info(MIB))), "nbd.protocol"),
        (
            answering(CONTEXT, || Say::ForEver(option_reply(CONTEXT, 4, b"\0\0\0\x07base:allocation"))),
            "nbd.protocol",
        ),
        (
            answering(CONTEXT, || Say::These(option_reply(CONTEXT, 4, b"\0\0\0\x07qemu:dirty-bitmap:x"))),
            "nbd.protocol",
        ),
        (answering(CONTEXT, || Say::These(option_reply(CONTEXT, 4, b"\0"))), "nbd.protocol"),
        (answering(STRUCTURED, || Say::These(option_reply(GO, ACK, &[]))), "nbd.protocol"),
        (answering(STRUCTURED, || Say::These(option_reply(STRUCTURED, 99, &[]))), "nbd.protocol"),
        (answering(STRUCTURED, || Say::These(vec![0; 20])), "nbd.protocol"),
        (answering(GO, move || Say::These(lying.clone())), "nbd.protocol"),
        (answering(GO, move || Say::These(ack())), "nbd.protocol"),
        (answering(GO, || Say::These(option_reply(GO, 3, &[9]))), "nbd.protocol"),
        (answering(GO, || Say::These(option_reply(GO, 3, &[0, 3, 0, 0, 2, 0]))), "nbd.protocol"),
        (
            answering(GO, || {
                Say::These([option_reply(GO, 3, &export_info(5)[..7]), option_reply(GO, ACK, &[])].concat())
            }),
            "nbd.protocol",
        ),
        (sized(u64::MAX, 1, 4096), "nbd.size"),
        (sized((1 << 60) + 512, 512, 4096), "nbd.size"),
        (sized(MIB, 0, 4096), "nbd.protocol"),
        (sized(MIB, 3, 4096), "nbd.protocol"),
        (sized(MIB, 1 << 20, 1 << 21), "nbd.protocol"),
        (sized(MIB, 4096, 512), "nbd.protocol"),
        (sized(MIB + 1, 512, 4096), "nbd.protocol"),
        (answering(GO, || Say::These(option_reply(GO, 0x8000_0006, b"no \x1b[31mx"))), "nbd.no-export"),
        (answering(GO, || Say::These(option_reply(GO, 0x8000_0001, b""))), "nbd.old-server"),
        (answering(GO, || Say::These(option_reply(GO, 0x8000_0002, b"not you"))), "nbd.refused"),
        (answering(GO, || Say::These(option_reply(GO, 0x8000_0009, b"?"))), "nbd.refused"),
        (
            answering(STRUCTURED, || Say::These(option_reply(STRUCTURED, 0x8000_0005, b""))),
            "nbd.tls-required",
        ),
        (answering(GO, || Say::These(option_reply(GO, 0x8000_0007, b""))), "nbd.shutdown"),
        (answering(GO, || Say::ThenClose(vec![0])), "nbd.lost"),
    ];
    for (number, (server, code)) in cases.into_iter().enumerate() {
        let error = refused(server).await;
        assert_eq!(error.code, code, "case {number}: {error}");
        assert!(error.to_string().contains("nbd://test/x") && !error.to_string().contains('\x1b'), "{error}");
    }
    assert!(peak_kib() < MEMORY_KIB_MAX, "{} KiB", peak_kib());
}

#[tokio::test]
async fn a_read_reply_that_lies_ends_the_connection() {
    let cases: Vec<Server> = vec![
        replying(0, |a| Say::These(chunk(a.cookie ^ 0xff00, 1, DATA, &data(a.offset, &[0; 512])))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, DATA, &data(a.offset + 1, &[0; 512])))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, DATA, &data(a.offset - 1, &[0; 512])))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, DATA, &data(u64::MAX - 3, &[0; 512])))),
        replying(0, |a| {
            Say::These([chunk_head(a.cookie, 1, DATA, u32::MAX), data(a.offset, &[0; 512])].concat())
        }),
        replying(0, |a| Say::These(chunk(a.cookie, 1, DATA, &data(a.offset, &[])))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, DATA, &data(a.offset, &[0; 100])))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, HOLE, &hole(a.offset, u32::MAX)))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, HOLE, &hole(a.offset, 0)))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, HOLE, &[0; 40]))),
        replying(0, |a| Say::These(chunk(a.cookie, 0, HOLE, &hole(a.offset, 512)).repeat(2))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, 0, &[]))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, 0, &[0; 8]))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, 77, &[0; 8]))),
        replying(0, |a| Say::ForEver(chunk(a.cookie, 0, 0, &[]))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, STATUS, &status(7, &[(512, 3)])))),
        replying(0, |a| Say::These(chunk_head(a.cookie, 1, ERROR, 1 << 30))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, ERROR, &[0, 0, 0, 5]))),
        replying(0, |a| Say::These(chunk(a.cookie, 1, ERROR, &[0, 0, 0, 5, 0xff, 0xff, b'x']))),
        replying(0, |a| Say::These(simple(a.cookie, 0, &[0; 512]))),
        replying(0, |_| Say::These(b"HTTP/1.1 200 OK\r\n\r\n".to_vec())),
    ];
    for (number, server) in cases.into_iter().enumerate() {
        let client = opened(server).await;
        let error = read(&client, MIB, 512).await.unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.kind),
            ("nbd.protocol", Kind::Other),
            "case {number}: {error}"
        );
        assert!(!error.causes.is_empty());
    }
    assert!(peak_kib() < MEMORY_KIB_MAX, "{} KiB", peak_kib());
}

#[tokio::test]
async fn block_status_that_lies_ends_the_connection() {
    let many: Vec<(u32, u32)> = (0..2_000_000).map(|n| (512, n % 2)).collect();
    let many = status(7, &many);
    let cases: Vec<Server> = vec![
        replying(7, |a| Say::These(chunk(a.cookie, 1, STATUS, &status(8, &[(512, 0)])))),
        replying(7, |a| Say::These(chunk(a.cookie, 1, STATUS, &status(7, &[])))),
        replying(7, |a| Say::These(chunk(a.cookie, 1, STATUS, &status(7, &[(0, 0)])))),
        replying(7, |a| Say::These(chunk(a.cookie, 1, STATUS, &status(7, &[(u32::MAX, 0), (1, 0)])))),
        replying(7, |a| Say::These(chunk(a.cookie, 0, STATUS, &status(7, &[(512, 0)])).repeat(2))),
        replying(7, |a| Say::These(chunk(a.cookie, 1, STATUS, &status(7, &[(512, 0)])[..10]))),
        replying(7, |a| Say::These(chunk_head(a.cookie, 1, STATUS, u32::MAX - 3))),
        replying(7, move |a| Say::These(chunk(a.cookie, 1, STATUS, &many))),
        replying(7, |a| Say::These(chunk(a.cookie, 1, 0, &[]))),
        replying(7, |a| Say::These(chunk(a.cookie, 1, DATA, &data(a.offset, &[0; 512])))),
    ];
    for (number, server) in cases.into_iter().enumerate() {
        let client = opened(server).await;
        let error = soon(client.runs(0, 8 * MIB)).await.unwrap_err();
        assert_eq!(error.code, "nbd.protocol", "case {number}: {error}");
    }
}

#[tokio::test]
async fn an_error_reply_is_told_and_the_connection_goes_on() {
    let (server, client) = soon(open(replying(0, |a| match a.number {
        0 => Say::These(chunk(a.cookie, 1, ERROR, &failure(5, "sector 7 is \x1b[31mgone"))),
        _ => Say::Honest,
    })))
    .await;
    let client = client.unwrap();
    let error = read(&client, 0, 512).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("nbd.read", Kind::Other));
    assert!(error.to_string().contains("sector 7 is [31mgone"), "{error}");
    assert!(read(&client, 0, 512).await.unwrap() == bytes(0, 512));
    assert_eq!(server.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_reply_is_made_again() {
    let (server, client) = soon(open(replying(0, |a| match a.number {
        0 => Say::ThenClose(chunk(a.cookie, 1, DATA, &data(a.offset, &[0; 512]))[..300].to_vec()),
        _ => Say::Honest,
    })))
    .await;
    let client = client.unwrap();
    assert!(read(&client, MIB, 512).await.unwrap() == bytes(MIB, 512));
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn block_status_is_asked_again_over_a_new_connection() {
    let (server, client) = soon(open(replying(7, |a| match a.number {
        0 => Say::ThenClose(chunk(a.cookie, 1, STATUS, &status(7, &[(512, 3)]))[..30].to_vec()),
        _ => Say::Honest,
    })))
    .await;
    let runs = soon(client.unwrap().runs(0, 2 * MIB)).await.unwrap();
    assert_eq!(runs, [Run { offset: 0, length: 2 * MIB, kind: Holds::Data }]);
    assert_eq!(server.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_connection_that_always_breaks_is_given_up() {
    let (server, client) = soon(open(replying(0, |_| Say::ThenClose(Vec::new())))).await;
    let error = read(&client.unwrap(), 0, 512).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("nbd.lost", Kind::Unavailable));
    assert_eq!(server.connections.load(Ordering::SeqCst), gyre_nbd::limits::ATTEMPTS_MAX as usize);
}

/// The second connection shows another disk under the same name.
#[tokio::test]
async fn another_disk_is_not_read_on() {
    let sizes = std::sync::atomic::AtomicU64::new(8);
    let server = Server {
        option: Box::new(move |option| match option {
            GO => {
                let info = export_info(sizes.fetch_add(1, Ordering::SeqCst) * MIB);
                Say::These([option_reply(GO, 3, &info), option_reply(GO, ACK, &[])].concat())
            }
            _ => Say::Honest,
        }),
        request: Box::new(|_| Say::ThenClose(Vec::new())),
        ..Server::default()
    };
    let client = opened(server).await;
    assert_eq!(read(&client, 0, 512).await.unwrap_err().code, "nbd.changed");
}

/// It takes what it is sent, and says nothing any more.
#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let patience =
        Patience { connect: Duration::from_millis(500), request: Duration::from_millis(200), ..patience() };
    let opened = |server: Server| async move {
        let server = std::sync::Arc::new(server);
        let wanted = Wanted { patience, ..wanted() };
        (server.clone(), soon(Client::open(Box::new(Way(server)), wanted)).await)
    };
    let (server, client) = opened(replying(0, |_| Say::These(Vec::new()))).await;
    let error = read(&client.unwrap(), 0, 512).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("nbd.timeout", Kind::Unavailable));
    assert_eq!(server.connections.load(Ordering::SeqCst), gyre_nbd::limits::ATTEMPTS_MAX as usize);
    let (_, silent) = opened(answering(GO, || Say::These(Vec::new()))).await;
    assert_eq!(silent.err().unwrap().code, "nbd.timeout");
}

/// TLS was asked for: nothing is said without it, and what comes in the clear behind the agreement is no TLS.
#[tokio::test]
async fn tls_is_not_talked_away() {
    let certificate = rcgen::generate_simple_self_signed(vec!["test".to_owned()]).unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("ca-cert.pem"), certificate.cert.pem()).unwrap();
    let tls = gyre_nbd::Tls::open(Some(directory.path()), "test").unwrap();
    for (say, code) in [
        (option_reply(STARTTLS, 0x8000_0001, b"no TLS here"), "nbd.tls"),
        (option_reply(STARTTLS, 0x8000_0002, b""), "nbd.tls"),
        (option_reply(STARTTLS, ACK, b"x"), "nbd.protocol"),
        ([option_reply(STARTTLS, ACK, &[]), option_reply(STRUCTURED, ACK, &[])].concat(), "nbd.tls"),
    ] {
        let server = std::sync::Arc::new(answering(STARTTLS, move || Say::These(say.clone())));
        let wanted = Wanted { tls: Some(tls.clone()), ..wanted() };
        let error = soon(Client::open(Box::new(Way(server)), wanted)).await.err().unwrap();
        assert_eq!(error.code, code, "{error}");
    }
}
