//! Envelopes that are read back, and answers as Windows gives them and as nobody should.

#![allow(clippy::unwrap_used)]

use super::*;

const ID: &str = "uuid:1B4E28BA-2FA1-41D2-883F-0016D3CCA427";

fn answered(body: &str) -> String {
    answered_to(ID, body)
}

fn answered_to(id: &str, body: &str) -> String {
    format!(
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"{SOAP}\" xmlns:a=\"{ADDRESSING}\" xmlns:x=\"{TRANSFER}\" \
         xmlns:w=\"{WSMAN}\" xmlns:rsp=\"{SHELL}\"><s:Header><a:Action>any</a:Action><a:RelatesTo>{id}</a:RelatesTo>\
         </s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn received(body: &str) -> Result<Received> {
    Answer::read(answered(body).as_bytes(), ID)?.received("C-1")
}

#[test]
fn an_envelope_says_what_is_asked_and_escapes_it() {
    let line = CommandLine { program: "x.exe".into(), arguments: "\"<&>\" ü".into() };
    let text = envelope(Ask::Command(&line), "https://h:5986/wsman", ID, Some("<\"S\">"));
    let document = Document::parse(&text).unwrap();
    let found = |namespace, name| within(document.root_element(), namespace, name).unwrap();
    assert_eq!(found(WSMAN, "Selector").text(), Some("<\"S\">"));
    assert_eq!(found(SHELL, "Arguments").text(), Some("\"<&>\" ü"));
    assert_eq!(found(ADDRESSING, "MessageID").text(), Some(ID));
    assert_eq!(found(WSMAN, "OperationTimeout").text(), Some("PT60S"));
    assert_eq!(found(WSMAN, "Option").attribute("Name"), Some("WINRS_CONSOLEMODE_STDIN"));
    let bare = CommandLine { program: "x.exe".into(), arguments: String::new() };
    assert!(!envelope(Ask::Command(&bare), "https://h/wsman", ID, None).contains("Arguments"));
}

#[test]
fn the_largest_input_fits_an_envelope() {
    let (chunk, name) = (vec![0xff; crate::limits::STDIN_CHUNK_BYTES], "&".repeat(ID_BYTES_MAX));
    let text = envelope(Ask::Send(&name, &chunk, true), &"h".repeat(255), ID, Some(&name));
    assert!(text.len() < ENVELOPE_BYTES_MAX, "{}", text.len());
}

#[test]
fn output_is_put_together_and_an_end_is_one() {
    let body = "<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\" CommandId=\"c-1\">aGVs\nbG8=</rsp:Stream>\
         <rsp:Stream Name=\"stderr\" CommandId=\"C-1\">IQ==</rsp:Stream>\
         <rsp:Stream Name=\"stdout\" CommandId=\"C-1\">IHlvdQ==</rsp:Stream>\
         <rsp:Stream Name=\"stdout\" CommandId=\"C-1\" End=\"true\"/>\
         <rsp:CommandState CommandId=\"C-1\" State=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/\
         CommandState/Done\"><rsp:ExitCode>3221225786</rsp:ExitCode></rsp:CommandState></rsp:ReceiveResponse>";
    let expected =
        Received { stdout: b"hello you".to_vec(), stderr: b"!".to_vec(), status: Some(-1_073_741_510) };
    assert_eq!(received(body).unwrap(), expected);
}

#[test]
fn a_fault_is_windows_number_and_words() {
    let body = "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text>Outer.</s:Text></s:Reason>\
         <s:Detail><f:WSManFault xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"2150858793\" \
         Machine=\"m\"><f:Message><f:ProviderFault>Inner\n words.</f:ProviderFault></f:Message></f:WSManFault>\
         </s:Detail></s:Fault>";
    let text = answered(body);
    let fault = Answer::read(text.as_bytes(), ID).unwrap().fault().unwrap();
    assert_eq!(fault, Fault { code: Some(0x8033_8029), message: "Inner words.".into() });
    let text = answered("<s:Fault><s:Reason><s:Text>Outer.</s:Text></s:Reason></s:Fault>");
    let fault = Answer::read(text.as_bytes(), ID).unwrap().fault().unwrap();
    assert_eq!(fault, Fault { code: None, message: "Outer.".into() });
}

#[test]
fn what_no_server_should_answer_is_told_apart() {
    let deep = format!("{}{}", "<x>".repeat(200_000), "</x>".repeat(200_000));
    let wide = answered(&"<x/>".repeat(200_000));
    let entities = format!("<!DOCTYPE a [<!ENTITY b \"bb\">]>{}", answered("&b;"));
    let strange = answered_to("uuid:00000000-0000-4000-8000-000000000000", "");
    for text in ["", "<html>no</html>", "<s:Envelope>", "{}", &deep, &wide, &entities, &strange, "<a/><a/>"] {
        let error = Answer::read(text.as_bytes(), ID).err().unwrap();
        assert_eq!(error.code, "winrm.protocol", "{error}");
    }
    assert!(Answer::read(b"\xff\xfe<\0", ID).is_err());
}

#[test]
fn output_of_others_and_ends_without_a_status_are_refused() {
    for inner in [
        "<rsp:Stream Name=\"stdout\" CommandId=\"C-2\">IQ==</rsp:Stream>",
        "<rsp:Stream Name=\"pr\" CommandId=\"C-1\">IQ==</rsp:Stream>",
        "<rsp:Stream Name=\"stdout\" CommandId=\"C-1\">!!</rsp:Stream>",
        "<rsp:CommandState CommandId=\"C-1\" State=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell/CommandState/Done\"/>",
    ] {
        let error = received(&format!("<rsp:ReceiveResponse>{inner}</rsp:ReceiveResponse>")).unwrap_err();
        assert_eq!(error.code, "winrm.protocol", "{inner}");
    }
    assert!(received("").is_err());
}

#[test]
fn names_are_looked_for_where_they_stand() {
    let made = "<x:ResourceCreated><a:ReferenceParameters><w:SelectorSet><w:Selector Name=\"ShellId\">S-1</w:Selector>\
         </w:SelectorSet></a:ReferenceParameters></x:ResourceCreated>";
    let started = "<rsp:CommandResponse><rsp:CommandId>C-1</rsp:CommandId></rsp:CommandResponse>";
    let (made, started) = (answered(made), answered(started));
    assert_eq!(Answer::read(made.as_bytes(), ID).unwrap().shell_id().unwrap(), "S-1");
    assert_eq!(Answer::read(started.as_bytes(), ID).unwrap().command_id().unwrap(), "C-1");
    assert!(Answer::read(made.as_bytes(), ID).unwrap().command_id().is_err());
    assert!(Answer::read(started.as_bytes(), ID).unwrap().shell_id().is_err());
}
