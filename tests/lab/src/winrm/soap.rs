//! Envelopes as Windows reads and writes them: MS-WSMV 3.1.4, its faults by the numbers of wsmerror.h. Knows no shell.

use crate::model::uuid;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue, SERVER};
use hyper::{Response, StatusCode};
use roxmltree::{Document, Node};
use std::time::Duration;

/// Who answers, below WinRM.
pub const SERVER_NAME: HeaderValue = HeaderValue::from_static("Microsoft-HTTPAPI/2.0");
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/soap+xml;charset=UTF-8");

const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";
const ADDRESSING: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
const ANONYMOUS: &str = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous";
const TRANSFER: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer";
const WSMAN: &str = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd";
const MICROSOFT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd";
const FAULT: &str = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault";
const SHELL: &str = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell";

/// What is kept for a client that asks for no time of its own.
const PATIENCE: Duration = Duration::from_secs(60);
/// A shell that asks for none, seconds.
const IDLE: Duration = Duration::from_secs(7200);
/// What a client takes that does not say.
const ANSWER_BYTES_MAX: usize = 150 * 1024;

/// What a client asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    Create { idle: Duration },
    Command { line: String, without_cmd: bool },
    Send { command: String, bytes: Vec<u8>, end: bool },
    Receive { command: String },
    Terminate { command: String },
    Delete,
}

/// A request.
pub struct Envelope {
    pub message: String,
    pub action: String,
    pub shell: Option<String>,
    pub patience: Duration,
    pub answer_bytes_max: usize,
    pub asked: Asked,
}

/// What a program wrote, and its status if it ended.
pub struct Piece {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub status: Option<i32>,
}

/// A no.
#[derive(Debug)]
pub struct Fault {
    code: u32,
    subcode: &'static str,
    words: String,
}

impl Envelope {
    pub fn read(body: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(body).map_err(|_| Fault::schema("not UTF-8"))?;
        let document = Document::parse(text).map_err(|error| Fault::schema(&error.to_string()))?;
        let root = document.root_element();
        if !root.has_tag_name((SOAP, "Envelope")) {
            return Err(Fault::schema("no envelope"));
        }
        let head = find(root, SOAP, "Header").ok_or_else(|| Fault::schema("no header"))?;
        let needed = |namespace, name| words(find(head, namespace, name)).ok_or_else(|| Fault::schema(name));
        let resource = needed(WSMAN, "ResourceURI")?;
        if resource != format!("{SHELL}/cmd") {
            return Err(Fault::no_resource(&resource));
        }
        needed(ADDRESSING, "To")?;
        needed(ADDRESSING, "Address")?;
        let action = needed(ADDRESSING, "Action")?;
        let body = find(root, SOAP, "Body").ok_or_else(|| Fault::schema("no body"))?;
        let size = words(find(head, WSMAN, "MaxEnvelopeSize"));
        Ok(Self {
            message: needed(ADDRESSING, "MessageID")?,
            shell: selector(head),
            patience: duration(find(head, WSMAN, "OperationTimeout"))?.unwrap_or(PATIENCE),
            answer_bytes_max: size.and_then(|size| size.parse().ok()).unwrap_or(ANSWER_BYTES_MAX),
            asked: Asked::read(&action, head, body)?,
            action,
        })
    }
}

impl Asked {
    fn read(action: &str, head: Node<'_, '_>, body: Node<'_, '_>) -> Result<Self, Fault> {
        let verb = action.strip_prefix(TRANSFER).or_else(|| action.strip_prefix(SHELL)).unwrap_or_default();
        let inner = |name| find(body, SHELL, name).ok_or_else(|| Fault::schema(name));
        match verb {
            "/Create" => {
                let shell = inner("Shell")?;
                words(find(shell, SHELL, "OutputStreams")).ok_or_else(|| Fault::schema("OutputStreams"))?;
                Ok(Self::Create { idle: duration(find(shell, SHELL, "IdleTimeOut"))?.unwrap_or(IDLE) })
            }
            "/Command" => Ok(Self::Command {
                line: line(inner("CommandLine")?)?,
                without_cmd: option(head, "WINRS_SKIP_CMD_SHELL"),
            }),
            "/Send" => {
                let stream = find(inner("Send")?, SHELL, "Stream").ok_or_else(|| Fault::schema("Stream"))?;
                if stream.attribute("Name") != Some("stdin") {
                    return Err(Fault::other("The parameter is incorrect.".to_owned()));
                }
                let text: String = stream.text().unwrap_or_default().split_ascii_whitespace().collect();
                let bytes = STANDARD.decode(text).map_err(|_| Fault::schema("no base64"))?;
                let end = stream.attribute("End").is_some_and(|end| end.eq_ignore_ascii_case("true"));
                Ok(Self::Send { command: command(stream)?, bytes, end })
            }
            "/Receive" => {
                let wanted = find(inner("Receive")?, SHELL, "DesiredStream");
                Ok(Self::Receive { command: command(wanted.ok_or_else(|| Fault::schema("DesiredStream"))?)? })
            }
            "/Signal" => {
                let signal = inner("Signal")?;
                let code = words(find(signal, SHELL, "Code")).unwrap_or_default();
                if !code.to_ascii_lowercase().ends_with("/signal/terminate") {
                    return Err(Fault::other("The parameter is incorrect.".to_owned()));
                }
                Ok(Self::Terminate { command: command(signal)? })
            }
            "/Delete" => Ok(Self::Delete),
            _ => Err(Fault::no_action()),
        }
    }
}

/// The command and its arguments, as WinRM strings them together.
fn line(node: Node<'_, '_>) -> Result<String, Fault> {
    let program = words(find(node, SHELL, "Command")).ok_or_else(|| Fault::schema("Command"))?;
    let arguments = node.children().filter(|child| child.has_tag_name((SHELL, "Arguments")));
    let parts = arguments.filter_map(|argument| argument.text().map(str::to_owned));
    Ok([program].into_iter().chain(parts).collect::<Vec<_>>().join(" "))
}

fn option(head: Node<'_, '_>, name: &str) -> bool {
    let options = head.descendants().filter(|node| node.has_tag_name((WSMAN, "Option")));
    let mut values =
        options.filter(|node| node.attribute("Name") == Some(name)).filter_map(|node| node.text());
    values.any(|value| value.eq_ignore_ascii_case("true"))
}

fn selector(head: Node<'_, '_>) -> Option<String> {
    let mut selectors = head.descendants().filter(|node| node.has_tag_name((WSMAN, "Selector")));
    words(selectors.find(|node| node.attribute("Name") == Some("ShellId")))
}

fn command(node: Node<'_, '_>) -> Result<String, Fault> {
    node.attribute("CommandId").map(str::to_owned).ok_or_else(|| Fault::schema("CommandId"))
}

fn find<'a, 'b>(node: Node<'a, 'b>, namespace: &str, name: &str) -> Option<Node<'a, 'b>> {
    node.descendants().find(|node| node.has_tag_name((namespace, name)))
}

fn words(node: Option<Node<'_, '_>>) -> Option<String> {
    node.and_then(|node| node.text()).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// `PT` and hours, minutes, seconds, each if it is there.
fn duration(node: Option<Node<'_, '_>>) -> Result<Option<Duration>, Fault> {
    let Some(text) = words(node) else { return Ok(None) };
    let wrong = || Fault::other(format!("The timeout {text} is invalid."));
    let (mut seconds, mut number) = (0.0, String::new());
    for c in text.strip_prefix("PT").ok_or_else(wrong)?.chars() {
        let unit = match c {
            'H' => 3600.0,
            'M' => 60.0,
            'S' => 1.0,
            c => {
                number.push(c);
                continue;
            }
        };
        seconds += unit * std::mem::take(&mut number).parse::<f64>().map_err(|_| wrong())?;
    }
    let whole = if number.is_empty() { Duration::try_from_secs_f64(seconds).ok() } else { None };
    whole.map(Some).ok_or_else(wrong)
}

/// What a new shell is called.
pub fn created(id: &str, idle: Duration) -> String {
    format!(
        "<x:ResourceCreated><a:Address>https://gyre-worker:5986/wsman</a:Address><a:ReferenceParameters>\
         <w:ResourceURI>{SHELL}/cmd</w:ResourceURI><w:SelectorSet><w:Selector Name=\"ShellId\">{id}</w:Selector>\
         </w:SelectorSet></a:ReferenceParameters></x:ResourceCreated><rsp:Shell><rsp:ShellId>{id}</rsp:ShellId>\
         <rsp:ResourceUri>{SHELL}/cmd</rsp:ResourceUri><rsp:IdleTimeOut>PT{}S</rsp:IdleTimeOut>\
         <rsp:InputStreams>stdin</rsp:InputStreams><rsp:OutputStreams>stdout stderr</rsp:OutputStreams></rsp:Shell>",
        idle.as_secs_f64()
    )
}

/// What a new program is called.
pub fn started(id: &str) -> String {
    format!("<rsp:CommandResponse><rsp:CommandId>{id}</rsp:CommandId></rsp:CommandResponse>")
}

pub fn sent() -> String {
    "<rsp:SendResponse/>".to_owned()
}

pub fn signalled() -> String {
    "<rsp:SignalResponse/>".to_owned()
}

/// What a program wrote.
pub fn received(command: &str, piece: &Piece) -> String {
    let stream = |name, bytes: &[u8]| {
        let base64 = STANDARD.encode(bytes);
        format!("<rsp:Stream Name=\"{name}\" CommandId=\"{command}\">{base64}</rsp:Stream>")
    };
    let end =
        |name| format!("<rsp:Stream Name=\"{name}\" CommandId=\"{command}\" End=\"true\"></rsp:Stream>");
    let mut inner = String::new();
    for (name, bytes) in [("stdout", &piece.stdout), ("stderr", &piece.stderr)] {
        if !bytes.is_empty() {
            inner.push_str(&stream(name, bytes));
        }
    }
    let state = |state: &str| format!("CommandId=\"{command}\" State=\"{SHELL}/CommandState/{state}\"");
    match piece.status {
        None => inner.push_str(&format!("<rsp:CommandState {}/>", state("Running"))),
        Some(code) => {
            let code = format!("<rsp:ExitCode>{code}</rsp:ExitCode>");
            inner.push_str(&format!("{}{}", end("stdout"), end("stderr")));
            inner.push_str(&format!("<rsp:CommandState {}>{code}</rsp:CommandState>", state("Done")));
        }
    }
    format!("<rsp:ReceiveResponse>{inner}</rsp:ReceiveResponse>")
}

/// A yes.
pub fn response(to: &Envelope, body: &str) -> Response<Full<Bytes>> {
    http(StatusCode::OK, envelope(&format!("{}Response", to.action), &to.message, body))
}

/// A no, to this message.
pub fn refusal(fault: &Fault, message: &str) -> Response<Full<Bytes>> {
    let Fault { code, subcode, words } = fault;
    let words = escape(words);
    let body = format!(
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>\
         <s:Reason><s:Text xml:lang=\"en-US\">{words}</s:Text></s:Reason><s:Detail>\
         <f:WSManFault xmlns:f=\"{FAULT}\" Code=\"{code}\" Machine=\"gyre-worker\"><f:Message>{words}</f:Message>\
         </f:WSManFault></s:Detail></s:Fault>"
    );
    http(
        StatusCode::INTERNAL_SERVER_ERROR,
        envelope("http://schemas.dmtf.org/wbem/wsman/1/wsman/fault", message, &body),
    )
}

fn envelope(action: &str, to: &str, body: &str) -> String {
    format!(
        "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"{SOAP}\" xmlns:a=\"{ADDRESSING}\" xmlns:x=\"{TRANSFER}\" \
         xmlns:w=\"{WSMAN}\" xmlns:rsp=\"{SHELL}\" xmlns:p=\"{MICROSOFT}\"><s:Header><a:Action>{}</a:Action>\
         <a:MessageID>uuid:{}</a:MessageID><a:To>{ANONYMOUS}</a:To><a:RelatesTo>{}</a:RelatesTo></s:Header>\
         <s:Body>{body}</s:Body></s:Envelope>",
        escape(action),
        uuid().to_uppercase(),
        escape(to),
    )
}

fn http(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, MEDIA_TYPE);
    response.headers_mut().insert(SERVER, SERVER_NAME);
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Their numbers and what they say in English.
impl Fault {
    fn new(code: u32, subcode: &'static str, words: impl Into<String>) -> Self {
        Self { code, subcode, words: words.into() }
    }

    /// E_INVALIDARG.
    pub fn other(why: String) -> Self {
        Self::new(0x8007_0057, "w:InternalError", why)
    }

    /// ERROR_WSMAN_SCHEMA_VALIDATION_ERROR.
    pub fn schema(what: &str) -> Self {
        let why = "The SOAP XML in the message does not match the corresponding XML schema definition.";
        Self::new(0x8033_8041, "w:SchemaValidationError", format!("{why} {what}"))
    }

    /// ERROR_WSMAN_RESOURCE_NOT_FOUND.
    pub fn no_resource(resource: &str) -> Self {
        let why = format!("The service cannot find the resource identified by {resource}.");
        Self::new(0x8033_8000, "a:DestinationUnreachable", why)
    }

    /// ERROR_WSMAN_ACTION_NOT_SUPPORTED.
    pub fn no_action() -> Self {
        Self::new(0x8033_8013, "a:ActionNotSupported", "The action is not supported by the service.")
    }

    /// ERROR_WSMAN_UNEXPECTED_SELECTORS, with the words of the remote shell.
    pub fn no_shell(id: &str) -> Self {
        let why = format!(
            "The request for the Windows Remote Shell with ShellId {id} failed because the shell was not found on the server."
        );
        Self::new(0x8033_805b, "w:InvalidSelectors", why)
    }

    /// E_INVALIDARG: for the name of a program that is not there.
    pub fn no_command() -> Self {
        Self::other("The parameter is incorrect.".to_owned())
    }

    /// ERROR_FILE_NOT_FOUND.
    pub fn no_program() -> Self {
        Self::new(0x8007_0002, "w:InternalError", "The system cannot find the file specified.")
    }

    /// ERROR_WSMAN_OPERATION_TIMEDOUT.
    pub fn timed_out() -> Self {
        let why = "The WS-Management service cannot complete the operation within the time specified in OperationTimeout.";
        Self::new(0x8033_8029, "w:TimedOut", why)
    }

    /// ERROR_WINRS_RECEIVE_IN_PROGRESS.
    pub fn receive_in_progress() -> Self {
        let why =
            "The Windows Remote Shell cannot process the request: another receive operation is in progress.";
        Self::new(0x8033_8127, "w:InternalError", why)
    }

    /// ERROR_WSMAN_ENCODING_LIMIT.
    pub fn envelope_too_large(bytes_max: usize) -> Self {
        let why =
            format!("The encoding of the request exceeds an internal encoding limit: {bytes_max} bytes.");
        Self::new(0x8033_8035, "w:EncodingLimit", why)
    }

    /// ERROR_WSMAN_QUOTA_MAX_SHELLS.
    pub fn too_many_shells(shells_max: usize) -> Self {
        let why = format!("This user is allowed a maximum number of {shells_max} concurrent shells.");
        Self::new(0x8033_81a5, "w:QuotaLimit", why)
    }

    /// ERROR_NO_DATA.
    pub fn pipe_closed() -> Self {
        Self::new(0x8007_00e8, "w:InternalError", "The pipe is being closed.")
    }

    /// ERROR_OPERATION_ABORTED.
    pub fn aborted() -> Self {
        let why =
            "The I/O operation has been aborted because of either a thread exit or an application request.";
        Self::new(995, "w:InternalError", why)
    }
}
